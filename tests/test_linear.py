"""No text may stop a night: what an expression costs grows no faster than the text it searches."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from hostile import UNITS, expressions, pumps
from sizhen.intake import headings, reading, values
from sizhen.intake.errors import IntakeError, Refused
from sizhen.texts import aspects, polarity, words
from sizhen.view import labels

SHORTEST, LONGEST = 30, 40_000  # characters
TIMES = 4
ROOM = 10  # so much longer may a text of TIMES the length take; quadratic would be 16
FLOOR = 0.001  # seconds of the processor that are noise
ENOUGH = 0.003  # seconds that tell: where the cost grew with the square, ROOM and FLOOR would be exceeded
EXPRESSIONS = expressions()


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


@pytest.mark.slow
@pytest.mark.timeout(60)  # an expression that never ends is none
@pytest.mark.parametrize("place", EXPRESSIONS)
def test_an_expression_is_linear(place: str) -> None:
    pattern = EXPRESSIONS[place]
    for beginning, piece, end in pumps(pattern):
        told = outgrown(searching(pattern, beginning, piece, end))
        assert not told, f"{pattern.pattern[:100]!r} on {beginning!r} + {piece!r} * n + {end!r}: {told}"


def _file(text: str) -> None:
    with contextlib.suppress(IntakeError):
        reading.read_stream(BytesIO(text.encode()), "x.csv")


def _cell(kind: str) -> Callable[[str], object]:
    def read(text: str) -> None:
        with contextlib.suppress(Refused):
            values.parser(kind, ["%Y-%m-%d", "%d %b %Y"])(text)

    return read


READERS: dict[str, Callable[[str], object]] = {
    "opinions": lambda text: aspects._opinions_of(text),
    "topics": lambda text: aspects._topics(text),
    "clauses": lambda text: polarity.clauses.__wrapped__(text),
    "terms": words.terms,
    "heading": headings.heading,
    "bare": lambda text: headings.bare(headings.heading(text), ("(元)", "元")),
    "file": _file,
    "table": lambda text: _file(f"<table>{text}"),
    **{kind: _cell(kind) for kind in ("money", "count", "seconds", "date", "id")},
    "shorten": labels.shorten,
    "drawable": labels.drawable,
}
SPOKEN = ("不好", "不色差 ", "有色差，", "not too small ", "good, ")
MARKED = ("<!--", "<a ", "</", "&#", '"', '",', "<td>", "<table>")


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", READERS)
def test_what_reads_a_text_is_linear(name: str) -> None:
    for unit in (*UNITS, *SPOKEN, *MARKED):
        told = outgrown(lambda size, unit=unit: lambda: READERS[name](unit * (size // len(unit))))
        assert not told, f"{unit!r} * n: {told}"
