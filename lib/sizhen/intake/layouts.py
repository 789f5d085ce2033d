"""The layouts of sources.toml, and which of them a file has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.vocab import Text, load
from sizhen.vocab.loader import read

SEARCHED_ROWS = 20
NEAR = 1 / 3  # below this share of headings, naming a nearest layout would mislead


@dataclass(frozen=True)
class Source:
    """Where one canonical column comes from: headings and a rule, a constant, or another column after merging."""

    column: str
    kind: str
    headings: tuple[str, ...] = ()
    rule: str | None = None
    value: str | None = None
    after: str | None = None
    of: str | None = None
    needed: bool = False


@dataclass(frozen=True)
class Layout:
    """One section of sources.toml. `required`: headings as compared -> as written; the first table is the main one."""

    id: str
    title: Text
    platform: str
    required: dict[str, str]
    tables: dict[str, tuple[Source, ...]]
    dates: tuple[str, ...]
    default_texts: frozenset[str]

    @property
    def main(self) -> str:
        return next(iter(self.tables))


@dataclass(frozen=True)
class Common:
    """What all layouts share."""

    missing: frozenset[str]
    provinces: tuple[str, ...]
    country: str
    marks: dict[str, str]


@dataclass(frozen=True)
class Match:
    """A recognised file: its layout, the grid row of its headings, and the headings as compared."""

    layout: Layout
    index: int
    headings: tuple[str, ...]


def heading(text: str) -> str:
    """A heading as it is compared: NFKC (full-width brackets become plain), trimmed, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@cache
def common() -> Common:
    raw = read("sources")
    entry = raw["common"]
    return Common(frozenset(entry["missing"]), tuple(entry["provinces"]), entry["country"], entry["marks"])


@cache
def layouts() -> dict[str, Layout]:
    raw = read("sources")
    return {id: layout(id, entry, raw["common"]["dates"]) for id, entry in raw["layouts"].items()}


def layout(id: str, entry: dict[str, Any], dates: list[str]) -> Layout:
    """One section of sources.toml. KeyError where it names a table or column the contract lacks."""
    tables = [k for k, v in entry.items() if isinstance(v, dict) and k != "title"]
    return Layout(
        id,
        Text(entry["title"]["zh"], entry["title"]["en"]),
        entry["platform"],
        {heading(h): h for h in entry["required"]},
        {name: tuple(_source(name, c, e) for c, e in entry[name].items()) for name in tables},
        tuple(entry.get("dates", dates)),
        frozenset(entry.get("default_texts", ())),
    )


def _source(table: str, column: str, entry: str | dict[str, Any]) -> Source:
    if isinstance(entry, str):
        entry = {"from": entry}
    names = entry.get("from", ())
    names = [names] if isinstance(names, str) else names
    contract = {c.name: c.kind for c in load().tables[table].columns}
    kind = contract.get(column) or entry["kind"]
    known = {k: entry[k] for k in ("rule", "value", "after", "of", "needed") if k in entry}
    return Source(column, kind, tuple(heading(n) for n in names), **known)


def recognise(grid: Grid, file: str, known: Iterable[Layout] | None = None) -> Match:
    """The layout whose required headings stand in one of the first rows; the most specific wins. Raises IntakeError."""
    known = tuple(layouts().values() if known is None else known)
    head = [(i, [heading(c) for c in row.cells]) for i, row in enumerate(grid[:SEARCHED_ROWS])]
    for index, cells in head:
        fits = sorted((x for x in known if x.required.keys() <= set(cells)), key=lambda x: -len(x.required))
        if fits:
            return _match(fits, index, cells, file)
    raise _unknown(known, head, file)


def _match(fits: list[Layout], index: int, cells: list[str], file: str) -> Match:
    if len(fits) > 1 and len(fits[0].required) == len(fits[1].required):
        both = f"{fits[0].title.en} and {fits[1].title.en}"
        raise IntakeError(file, f"fits two layouts, {both}", "tell them apart by a heading in sources.toml")
    twice = sorted({c for c in cells if c and cells.count(c) > 1})
    if twice:
        raise IntakeError(file, f"has the heading {', '.join(twice)} more than once", "keep one of them and try again")
    return Match(fits[0], index, tuple(cells))


def _unknown(known: tuple[Layout, ...], head: list[tuple[int, list[str]]], file: str) -> IntakeError:
    found = [(len(x.required.keys() & set(cells)), x, cells) for x in known for _, cells in head]
    count, nearest, cells = max(found, key=lambda f: (f[0] / len(f[1].required), f[0]))
    if count < NEAR * len(nearest.required):
        return IntakeError(file, "has headings of no known export", "check that it is the right file")
    missing = ", ".join(h for c, h in nearest.required.items() if c not in cells)
    problem = f"matches no known export; nearest is {nearest.title.en}, without {missing}"
    return IntakeError(file, problem, "export it with these columns")
