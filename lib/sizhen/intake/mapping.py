"""Layouts of the analyst: one section in the form of sources*.toml in a file, checked entry by entry, or drafted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from sizhen.intake import rules
from sizhen.intake.encodings import codec
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.headings import heading
from sizhen.intake.layouts import SEARCHED_ROWS, SOURCE_ENTRIES, Layout, common, layout, shared_maps
from sizhen.intake.values import RANGES
from sizhen.tables.profile import PLATFORMS
from sizhen.tables.toml import read_toml
from sizhen.vocab import LANGUAGES, TableSpec, VocabError, load

TEXTS = ("required", "ignored", "without", "additive", "adds", "default_texts", "dates")
GROUPS = ("aliases", "only", "parts", "stated")
HEADINGS = ("shop", "currency")
NAMES = ("level_of",)
OTHERS = ("encoding", "platform", "title", "strict", "a table")
KINDS = (*RANGES, "number", "date", "datetime", "id", "text", "flag")
WRITTEN = ("text", "id")  # kinds of columns that may name people
WORDS, FLAGS = ("value", "label", "of", "otherwise"), ("needed", "period", "keep")  # of a column
NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)  # a time to try a format with
WITHIN = 0.9  # alike are a heading and a name that it holds
ALIKE = 0.6  # of a heading and the name of a column, for a draft to set them side by side


def read(path: Path) -> Layout:
    """The layout of a mapping file. Raises IntakeError that names the entry and what may stand there."""
    if not path.is_file():
        raise IntakeError(path.name, "cannot be read (there is no such file)", "check the path of the mapping")
    try:
        entry = read_toml(path)
        check(entry)
        entry = _without_texts(entry)
        if "encoding" in entry:
            entry["encoding"] = codec(entry["encoding"])
        named = {"title": dict.fromkeys(LANGUAGES, path.stem), "platform": "other"}
        return layout(path.stem, named | entry, list(common().dates))
    except (ValueError, VocabError) as error:
        raise IntakeError(path.name, f"is no mapping: {error}", "see docs/intake.md and correct it") from None


def check(entry: dict[str, Any]) -> None:
    """Raises ValueError at the first entry of a layout's section that says nothing intake knows."""
    known = load().tables
    found = [k for k, v in entry.items() if isinstance(v, dict) and k not in (*GROUPS, "title")]
    for name, value in entry.items():
        if name in TEXTS:
            _texts(value, name)
            if name == "dates":
                _formats(value)
        elif name in GROUPS:
            for of, values in _table(value, name).items():
                _texts(values, f"{name}.{of}")
        elif name == "platform":
            _one_of(value, PLATFORMS, name)
        elif name == "title":
            _one_of(sorted(_table(value, name)), [sorted(LANGUAGES)], name)
            _texts([*value.values()], name)
        elif name in found:
            _one_of(name, known, "the table")
            _columns(value, known[name])
        elif name == "encoding":
            _texts([value], name)
            codec(value)
        elif name == "strict":
            _one_of(value, (True, False), name)
        elif name in (*HEADINGS, *NAMES):
            _texts([value], name)
        else:
            raise ValueError(f"{name} is none of {', '.join((*TEXTS, *GROUPS, *HEADINGS, *NAMES, *OTHERS))}")
    if not found:
        raise ValueError(f"it has no table; one of {', '.join(known)}")
    if not entry.get("required"):
        raise ValueError("required must list the headings by which the file is known")


def _columns(entry: dict[str, Any], spec: TableSpec) -> None:
    contract = {c.name: c for c in spec.columns}
    for column, source in entry.items():
        where = f"{spec.name}.{column}"
        if isinstance(source, str):
            source = {"from": source}
        for key in _table(source, where):
            _one_of(key, (*SOURCE_ENTRIES, "from", "kind", "keep"), where)
        _one_of(source.get("keep"), (None, True, False), f"{where}.keep")
        if column not in contract:
            _one_of(source.get("kind"), KINDS, f"{where}.kind (no column of the contract, which has {_all(contract)})")
        if not {"from", "value", "label", "period", "after"} & source.keys():
            raise ValueError(f"{where} says neither from, value, label, period nor after")
        _texts([source["from"]] if isinstance(source.get("from"), str) else source.get("from", ["."]), f"{where}.from")
        _one_of(source.get("rule"), (None, *rules.CELL, *(rules.OF_WORDS if "map" in source else ())), f"{where}.rule")
        _one_of(source.get("after"), (None, *rules.TABLE), f"{where}.after")
        _texts([source[k] for k in WORDS if k in source] or ["."], f"{where}: each of {_all(WORDS)}")
        for key in FLAGS:
            _one_of(source.get(key, False), (True, False), f"{where}.{key}")
        if "after" in source:
            _one_of(source.get("of"), entry, f"{where}.of")
        for of, values in _table(source.get("where", {}), f"{where}.where").items():
            _texts(values, f"{where}.where.{of}")
        words = [*_map(source.get("map", {}), f"{where}.map").values(), source.get("otherwise"), source.get("value")]
        allowed = contract[column].allowed if column in contract else ()
        for word in filter(None, words) if allowed else ():
            _one_of(word, allowed, where)
    missing = [k for k, c in contract.items() if c.key and not c.empty and k not in entry]
    if missing:
        raise ValueError(f"{spec.name} needs {', '.join(missing)}")


def _without_texts(entry: dict[str, Any]) -> dict[str, Any]:
    """The layout without texts beyond the contract that it does not say to keep: they may name people."""
    known = load().tables
    tables = {t: columns for t, columns in entry.items() if t in known}
    for table, columns in tables.items():
        own = {c.name for c in known[table].columns}
        extra = {c for c, e in columns.items() if c not in own and e["kind"] in WRITTEN and not e.get("keep")}
        tables[table] = {c: e for c, e in columns.items() if c not in extra}
    return entry | tables


def _map(value: Any, where: str) -> dict[str, Any]:
    """Written out, or by the name of one that layouts share."""
    if isinstance(value, str):
        _one_of(value, shared_maps(), where)
        return shared_maps()[value]
    _texts([*_table(value, where).values()] or ["."], f"{where}: what it maps to")
    return dict(value)


def _formats(dates: list[str]) -> None:
    """Raises ValueError for a format of dates that no date can be read by."""
    for text in dates:
        try:
            datetime.strptime(NOON.strftime(text), text)
        except (ValueError, re.error):
            raise ValueError(f"dates: {text!r} is no format such as %d.%m.%Y") from None


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be a table, not {value!r}")
    return value


def _texts(value: Any, where: str) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
        raise ValueError(f"{where} must be a list of texts")


def _one_of(value: Any, allowed: Iterable[Any], where: str) -> None:
    allowed = list(allowed)
    if value not in allowed:
        raise ValueError(f"{where} is {value!r}, not one of {_all(allowed)}")


def _all(names: Iterable[Any]) -> str:
    return ", ".join(str(n) for n in names if n is not None)


def draft(grid: Grid, file: str, encoding: str | None = None) -> str:
    """A mapping to correct: the file's headings beside the columns of the table they are most like, and its encoding
    where somebody said it. Raises IntakeError."""
    rows = [[c.strip() for c in cells] for _, cells in grid.head(SEARCHED_ROWS)]
    head = max(rows, key=lambda cells: sum(bool(c) and not c[0].isdigit() for c in cells), default=[])
    headings = list(dict.fromkeys(filter(None, head)))
    if not headings:
        raise IntakeError(file, "has no headings", "check that it is the right file")
    spec = max(load().tables.values(), key=lambda s: _score(s, headings))
    near = {c: _nearest(spec, c, headings) for c in spec.names}
    taken = [h for h in near.values() if h]
    lines = [f"# A draft for {file}: correct it, then sizhen import FILE --shop ID --map this file."]
    lines += [f"encoding = {_quoted(encoding)}"] if encoding else []
    lines.append('platform = "other"')
    lines.append(f"required = [{', '.join(map(_quoted, dict.fromkeys(taken)))}]")
    lines.append(f"[{spec.name}]")
    for column in spec.columns:
        need = "a key: every row needs it" if column.key and not column.empty else column.describe.en
        lines.append(f"{'' if near[column.name] else '# '}{column.name} = {_quoted(near[column.name])}  # {need}")
    lines += ["# Headings nothing is read from:", *(f"#   {h}" for h in headings if h not in taken)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _alike(spec: TableSpec, column: str, text: str) -> float:
    label = next(c.describe for c in spec.columns if c.name == column)
    names = [column.replace("_", " "), label.zh, label.en]
    whole = heading(text).replace("_", " ")
    within = f" {names[0]} " in f" {whole} " or label.zh in whole
    return max(WITHIN * within, *(SequenceMatcher(None, n, whole).ratio() for n in names))


def _nearest(spec: TableSpec, column: str, headings: list[str]) -> str:
    """The heading most like the column, if none of the table's columns is more like that heading."""
    best = max(headings, key=lambda h: _alike(spec, column, h))
    like = _alike(spec, column, best)
    rival = max(_alike(spec, c, best) for c in spec.names)
    return best if like >= ALIKE and like == rival else ""


def _score(spec: TableSpec, headings: list[str]) -> float:
    """How much of the headings, and a little of the table, is found in the other."""
    found = [_alike(spec, c, h) for c in spec.names if (h := _nearest(spec, c, headings))]
    return sum(found) + sum(found) / len(spec.columns)
