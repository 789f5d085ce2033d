"""Every regular expression of the package, found without a list, texts that are hard for each of them, and whether what
reads a text takes longer than its length."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import itertools
import pkgutil
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from re import _constants as op
from re import _parser as grammar
from typing import Any

import sizhen
from sizhen.vocab import LANGUAGES

ARGUMENTS = {"language": LANGUAGES, "field": ("patterns", "mentions", "topics")}  # of functions that compile words
CALLS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
PLACE = "w1"  # what stands for a value that is filled into an expression
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
MANY = 10  # how often a piece may stand at least, to be worth pumping
PIECES = 40  # of one expression, that are pumped
SHORTEST, LONGEST = 30, 40_000  # characters
TIMES = 4
ROOM = 10  # so much longer may a text of TIMES the length take; quadratic would be 16
FLOOR = 0.001  # seconds of the processor that are noise
ENOUGH = 0.003  # seconds that tell: where the cost grew with the square, ROOM and FLOOR would be exceeded
CATEGORIES = {
    op.CATEGORY_DIGIT: "1",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_WORD: "a",
    op.CATEGORY_NOT_DIGIT: "a",
    op.CATEGORY_NOT_SPACE: "a",
    op.CATEGORY_NOT_WORD: "-",
}
UNITS = ("a", "1", " ", "一", "<", "-", ".", "1,", "a.", "a ", "1 ", "一a1 ", "<a", "\t", "\n", "（元）", "\u0301")


def expressions() -> dict[str, re.Pattern[Any]]:
    """Place → expression: those of the modules, those their functions compile from the vocabulary, and those written
    where they are used."""
    found: dict[re.Pattern[Any], str] = {}
    for info in pkgutil.walk_packages(sizhen.__path__, "sizhen."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in list(vars(module).items()):
            words = hasattr(value, "cache_info") and value.__module__ == info.name
            for number, pattern in enumerate(_within(list(_made(value)) if words else value)):
                found.setdefault(pattern, f"{info.name}.{name}-{number}")
        for line, pattern in _written(Path(inspect.getsourcefile(module) or "")):
            found.setdefault(pattern, f"{info.name}:{line}")
    return {place: pattern for pattern, place in found.items()}


def _made(function: Any) -> Iterator[Any]:
    """What a remembering function gives for every language and field, if it needs no more."""
    asked = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    if set(asked) <= ARGUMENTS.keys():
        for values in itertools.product(*(ARGUMENTS[name] for name in asked)):
            yield function(*values)


def _within(value: Any, depth: int = 5) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from _within(list(value.values()), depth)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _within(each, depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _within([getattr(value, f.name) for f in dataclasses.fields(value)], depth - 1)


def _written(path: Path) -> Iterator[tuple[int, re.Pattern[Any]]]:
    functions = (f for f in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(f, ast.FunctionDef))
    for node in (n for f in functions for n in ast.walk(f)):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute)):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in CALLS:
            wording = _wording(node.args[0])
            if wording is not None:
                yield node.lineno, re.compile(wording)


def _wording(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else PLACE for v in node.values)
    return None


def pumps(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """(beginning, piece to repeat, end) of texts that make the expression work hardest, by its own parts."""
    wording = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = grammar.parse(wording, pattern.flags & ~re.DEBUG)
    whole = _example(parsed)
    repeated = list(dict.fromkeys(_repeated(parsed, "")))[:PIECES]
    pieces = list(dict.fromkeys(piece for _, piece in repeated))
    found = [("", unit, "") for unit in (*UNITS, *pieces, whole, whole[:-1]) if unit]
    found += [(before, piece, "\0") for before, piece in repeated]
    glued = (("", ""), (" ", ""), ("", " "))
    found += [("", before + glue + piece + after, "\0") for before, piece in repeated for glue, after in glued]
    found += [("", a + b, "\0") for a, b in itertools.permutations(pieces[:4], 2)]
    return list(dict.fromkeys([*found, ("", "a.", "@"), ("", "1", "@"), ("微信", " ", ""), ("", "微信 ", "")]))


def _repeated(parsed: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """(what must stand before, a piece) for all that the expression lets stand often."""
    for kind, what in parsed:
        if kind in REPEATS and what[1] >= MANY:
            for piece in _samples(what[2]):
                yield before, piece
        for inner in _inner(kind, what):
            yield from _repeated(inner, before)
        before += _example([(kind, what)])


def _inner(kind: Any, what: Any) -> list[Any]:
    if kind is op.BRANCH:
        return what[1]
    if kind is op.SUBPATTERN:
        return [what[3]]
    if kind in REPEATS:
        return [what[2]]
    if kind is op.ATOMIC_GROUP:
        return [what]
    return [what[1]] if kind in (op.ASSERT, op.ASSERT_NOT) else []


def _samples(parsed: Any) -> list[str]:
    """Some texts a piece matches: one for each kind of character of a class."""
    if len(parsed) == 1 and parsed[0][0] is op.IN:
        return list(dict.fromkeys(_character(k, w) for k, w in parsed[0][1] if k is not op.NEGATE))[:6]
    if len(parsed) == 1 and parsed[0][0] is op.SUBPATTERN and parsed[0][1][3][0][0] is op.BRANCH:
        return [_example(part) for part in parsed[0][1][3][0][1][1]][:6]
    return [_example(parsed)]


def _example(parsed: Iterable[Any]) -> str:
    """A text the expression matches, or nearly."""
    out = ""
    for kind, what in parsed:
        if kind in REPEATS:
            out += _example(what[2]) * max(what[0], 1)
        elif kind not in (op.ASSERT, op.ASSERT_NOT, op.AT):
            inner = _inner(kind, what)
            out += _example(inner[0]) if inner else _character(kind, what)
    return out


def _character(kind: Any, what: Any) -> str:
    if kind is op.LITERAL:
        return chr(what)
    if kind is op.RANGE:
        return chr(what[0])
    if kind is op.CATEGORY:
        return CATEGORIES.get(what, "a")
    if kind is op.IN:
        return "\x02" if what[0][0] is op.NEGATE else _character(*what[0])
    return "a" if kind in (op.ANY, op.NOT_LITERAL) else ""


def worked(task: Callable[[], object]) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


def outgrown(task: Callable[[int], Callable[[], object]]) -> str:
    """Where the time of a task outgrows its size, empty if nowhere. What looks so is measured again."""
    size, before = SHORTEST, worked(task(SHORTEST))
    while (size := TIMES * size) <= LONGEST:
        took = worked(task(size))
        if took > ROOM * before + FLOOR:
            before, took = (min(worked(task(n)) for _ in range(3)) for n in (size // TIMES, size))
            if took > ROOM * before + FLOOR:
                return f"{size // TIMES} characters take {before:.4f} s, {size} take {took:.4f} s"
        if took > ENOUGH:
            break
        before = took
    return ""


def searching(pattern: re.Pattern[Any], beginning: str, piece: str, end: str) -> Callable[[int], Callable[[], object]]:
    def sized(size: int) -> Callable[[], object]:
        text: Any = beginning + piece * (size // len(piece)) + end
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        return lambda: (pattern.fullmatch(text), sum(1 for _ in pattern.finditer(text)))

    return sized
