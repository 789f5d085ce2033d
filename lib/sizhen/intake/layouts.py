"""The layouts of sources*.toml, and which of them a file has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from sizhen.intake.errors import IntakeError, PassedOver
from sizhen.intake.grid import Cells, Grid
from sizhen.intake.headings import heading, places
from sizhen.vocab import Text, VocabError, load, loader
from sizhen.vocab.plain import plain

SEARCHED_ROWS = 20
NEAR = 1 / 3  # below this share of headings, naming a nearest layout would mislead
STRANGER = "has headings of no known export"
SUMMABLE = ("count", "money", "number")  # kinds of columns whose cells add up
# What people are known by is covered, whatever a mapping leaves out; what is covered already stays.
PERSONS = {("orders", "buyer_id"): "pseudonym_once", ("reviews", "buyer"): "mask_once"}
SOURCE_ENTRIES = ("rule", "value", "map", "otherwise", "period", "after", "of", "needed", "where", "label")
TOLD, TOLD_CHARACTERS = 5, 30  # of headings nobody knows, in an error
TOLD_HEADING = 100  # characters of a heading that is told


@dataclass(frozen=True)
class Source:
    """Where one canonical column comes from: headings and a rule, a constant, the file's day, or another column after
    merging."""

    column: str
    kind: str
    headings: tuple[str, ...] = ()
    rule: str | None = None
    value: str | None = None
    map: dict[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    period: bool = False
    label: str | None = None
    after: str | None = None
    of: str | None = None
    needed: bool = False
    where: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """One section of sources*.toml. `required`: headings as compared -> as written; the first table is the main one."""

    id: str
    title: Text
    platform: str
    required: dict[str, str]
    tables: dict[str, tuple[Source, ...]]
    dates: tuple[str, ...]
    default_texts: frozenset[str] = frozenset()
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    shop: str | None = None
    only: dict[str, frozenset[str]] = field(default_factory=dict)
    parts: dict[str, frozenset[str]] = field(default_factory=dict)
    stated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    additive: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    level_of: str | None = None
    passed_over: str | None = None
    currency: str | None = None
    strict: bool = False
    without: frozenset[str] = frozenset()
    encoding: str | None = None

    @property
    def main(self) -> str:
        return next(iter(self.tables))

    @property
    def alone(self) -> bool:
        """Whether a single heading makes it out."""
        return len(self.required) == 1

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(s for sources in self.tables.values() for s in sources)


@dataclass(frozen=True)
class Common:
    """What all layouts share."""

    missing: frozenset[str]
    missing_figures: frozenset[str]
    provinces: tuple[str, ...]
    country: str
    dates: tuple[str, ...]
    suffixes: tuple[str, ...]
    sums: frozenset[str]
    means: frozenset[str]
    wholes: frozenset[str]
    parts: frozenset[str]
    persons: frozenset[str]
    shop_labels: frozenset[str]
    period_labels: frozenset[str]
    shop_endings: tuple[str, ...]
    timezones: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """A recognised file: its layout, the number of the row of its headings, the headings as compared, the column each
    heading of the layout stands in, and the headings nothing is read from, as written."""

    layout: Layout
    row: int
    headings: tuple[str, ...]
    places: dict[str, int]
    unread: tuple[str, ...] = ()

    def columns(self, source: Source) -> list[int]:
        """The columns a source is read from, none where the file lacks it. An id made of a row, and the first
        word that is known, take what is there."""
        there = [self.places[h] for h in (*source.headings, *source.where) if h in self.places]
        whole = len(there) == len(source.headings) + len(source.where)
        return there if whole or source.rule in ("row_id", "first_known") else []

    def given(self, source: Source) -> Source | None:
        """How the file gives a column: by its headings, by the constant, or not at all."""
        if not source.headings:
            return source
        if self.columns(source):
            return replace(source, value=None)
        return None if source.value is None else replace(source, headings=(), rule=None, map={}, where={})


@cache
def _entries() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """(what is common, layouts by id) of every sources*.toml; an id stands in one file only."""
    common: dict[str, Any] = {}
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(loader.__file__).parent.glob("sources*.toml")):
        raw = loader.read(path.stem)
        common |= raw.get("common", {})
        common.setdefault("maps", {}).update(raw.get("maps", {}))
        for id, entry in raw.get("layouts", {}).items():
            if id in found:
                raise VocabError(f"{path.name} {id}: the layout stands in another file too")
            found[id] = _like(found[entry.pop("like")], entry) if "like" in entry else entry
    return common, found


def _like(other: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """A section with all that another says and it does not say itself, by column where both have a table."""
    both = {k: other[k] | v for k, v in entry.items() if isinstance(v, dict) and k in other}
    return other | entry | both


def shared_maps() -> dict[str, dict[str, str]]:
    """The sections of [maps], by name."""
    maps: dict[str, dict[str, str]] = _entries()[0]["maps"]
    return maps


@cache
def common() -> Common:
    entry, _ = _entries()
    words = ("sums", "means", "wholes", "parts", "persons", "shop_labels", "period_labels")
    compared = {k: frozenset(heading(w) for w in entry[k]) for k in words}
    return Common(
        missing=frozenset(entry["missing"]),
        missing_figures=frozenset(entry["missing_figures"]),
        provinces=tuple(entry["provinces"]),
        country=entry["country"],
        dates=tuple(entry["dates"]),
        suffixes=tuple(heading(s) for s in entry["suffixes"]),
        shop_endings=tuple(entry["shop_endings"]),
        timezones=tuple(entry["timezones"]),
        **compared,
    )


@cache
def layouts() -> dict[str, Layout]:
    return {id: layout(id, entry, list(common().dates)) for id, entry in _entries()[1].items()}


def layout(id: str, entry: dict[str, Any], dates: list[str]) -> Layout:
    """One section of sources*.toml. KeyError where it names a table or column the contract lacks."""
    known = ("title", "aliases", "only", "parts", "stated")
    tables = [k for k, v in entry.items() if isinstance(v, dict) and k not in known]
    summable = {c for t in tables[:1] for c, e in entry[t].items() if _source(t, c, e).kind in SUMMABLE}
    if not summable.issuperset(added := (*entry.get("additive", ()), *entry.get("adds", ()))):
        raise VocabError(f"{id}: {sorted({*added} - summable)} of its main table cannot be added up")
    return Layout(
        id,
        Text(entry["title"]["zh"], entry["title"]["en"]),
        entry["platform"],
        {heading(h): h for h in entry["required"]},
        {name: tuple(_source(name, c, e) for c, e in entry[name].items()) for name in tables},
        tuple(entry.get("dates", dates)),
        frozenset(entry.get("default_texts", ())),
        {heading(h): tuple(heading(o) for o in others) for h, others in entry.get("aliases", {}).items()},
        frozenset(heading(h) for h in entry.get("ignored", ())),
        heading(entry["shop"]) if "shop" in entry else None,
        {heading(h): frozenset(values) for h, values in entry.get("only", {}).items()},
        {heading(h): frozenset(values) for h, values in entry.get("parts", {}).items()},
        {heading(h): tuple(values) for h, values in entry.get("stated", {}).items()},
        tuple(entry.get("additive", ())),
        tuple(entry.get("adds", ())),
        entry.get("level_of"),
        entry.get("passed_over"),
        heading(entry["currency"]) if "currency" in entry else None,
        entry.get("strict", False),
        frozenset(heading(h) for h in entry.get("without", ())),
        entry.get("encoding"),
    )


def _source(table: str, column: str, entry: str | dict[str, Any]) -> Source:
    if isinstance(entry, str):
        entry = {"from": entry}
    names = entry.get("from", ())
    names = [names] if isinstance(names, str) else names
    contract = {c.name: c.kind for c in load().tables[table].columns}
    kind = contract.get(column) or entry["kind"]
    known = {k: entry[k] for k in SOURCE_ENTRIES if k in entry}
    if (table, column) in PERSONS and not known.get("map"):
        known.setdefault("rule", PERSONS[table, column])
    if isinstance(known.get("map"), str):
        known["map"] = shared_maps()[known["map"]]
    if "where" in known:
        known["where"] = {heading(h): frozenset(values) for h, values in known["where"].items()}
    if "label" in known:
        known["label"] = heading(known["label"])
    return Source(column, kind, tuple(heading(n) for n in names), **known)


def recognise(grid: Grid, file: str, known: Iterable[Layout] | None = None) -> Match:
    """The layout whose required headings stand in one of the first rows, or in two that are merged into one; the most
    specific wins, and one that a single heading makes out, such as a word in a title, comes last. Raises IntakeError,
    PassedOver where it is one that no table holds."""
    known = tuple(layouts().values() if known is None else known)
    head = grid.head(SEARCHED_ROWS)
    several = [x for x in known if not x.alone]
    for rows, ones in ((head, several), (_merged(head), several), (head, [x for x in known if x.alone])):
        for number, written in rows:
            cells = [heading(c) for c in written]
            fits = sorted((x for x in ones if x.required.keys() <= _places(x, cells).keys()), key=_specific)
            whole = [x for x in fits if x.without.isdisjoint(_places(x, cells))]
            if whole:
                return _match(whole, number, written, _as_wide_as_rows(cells, grid), file)
            if fits:
                raise _split(fits[0], cells, file)
    if not head and grid.broken:
        raise IntakeError(file, "has no row that can be read as one of a table", "check that it is the right file")
    raise _unknown(known, [(written, [heading(c) for c in written]) for _, written in head], file)


def _merged(head: list[tuple[int, Cells]]) -> list[tuple[int, Cells]]:
    """Every two rows as one: where the lower has no heading that of the upper counts, as in cells merged over both."""
    two = [(number, upper, lower) for (_, upper), (number, lower) in pairwise(head) if len(upper) == len(lower)]
    return [(n, tuple(b if b.strip() else a for a, b in zip(u, w, strict=True))) for n, u, w in two]


def _as_wide_as_rows(cells: list[str], grid: Grid) -> list[str]:
    """The headings without empty ones to the right that the rows do not have."""
    width = len(grid.columns)
    return cells if any(cells[width:]) else cells[:width]


def _places(layout: Layout, cells: list[str]) -> dict[str, int]:
    return places(cells, layout.aliases, common().suffixes)


def _specific(layout: Layout) -> int:
    return -len(layout.required)


def _match(fits: list[Layout], number: int, written: tuple[str, ...], cells: list[str], file: str) -> Match:
    if len(fits) > 1 and _specific(fits[0]) == _specific(fits[1]):
        both = f"{fits[0].title.en} and {fits[1].title.en}"
        raise IntakeError(file, f"fits two layouts, {both}", "tell them apart by a heading in sources.toml")
    layout, found = fits[0], _places(fits[0], cells)
    if layout.passed_over:
        raise PassedOver(file, layout.title.en, layout.passed_over)
    named = {*layout.required, *layout.only, *layout.parts, layout.shop, layout.currency}
    named |= {*(h for s in layout.sources for h in (*s.headings, *s.where))}
    twice = sorted({cells[found[h]] for h in named if h in found and cells.count(cells[found[h]]) > 1})
    if twice:
        raise IntakeError(file, f"has the heading {', '.join(twice)} more than once", "keep one of them and try again")
    read = {found[h] for h in named if h in found} | {found[h] for h in layout.ignored if h in found}
    told = (plain(" ".join(written[i][:TOLD_HEADING].split())) for i, c in enumerate(cells) if c and i not in read)
    unread = tuple(told)
    return Match(layout, number, tuple(cells), found, unread)


def _split(layout: Layout, cells: list[str], file: str) -> IntakeError:
    by = ", ".join(sorted(layout.without & _places(layout, cells).keys()))
    problem = f"is like {layout.title.en}, but split by {by}: a part would stand for the whole"
    return IntakeError(file, problem, "export it without that, or say with --map what it is")


def _unknown(known: tuple[Layout, ...], head: list[tuple[tuple[str, ...], list[str]]], file: str) -> IntakeError:
    found = [(len(x.required.keys() & _places(x, c).keys()), x, w, c) for x in known for w, c in head]
    if not found:
        return IntakeError(file, "is empty", "export the file again")
    count, nearest, written, cells = max(found, key=lambda f: (f[0] / len(f[1].required), f[0]))
    if count < NEAR * len(nearest.required):
        return IntakeError(file, STRANGER, "check that it is the right file")
    there = _places(nearest, cells)
    missing = ", ".join(h for c, h in nearest.required.items() if c not in there)
    named = {*nearest.required, *nearest.ignored, *(h for s in nearest.sources for h in s.headings)}
    strange = [" ".join(w.split()) for w, c in zip(written, cells, strict=True) if c and c not in named]
    has = f" but with {', '.join(s[:TOLD_CHARACTERS] for s in strange[:TOLD])}" if strange else ""
    problem = f"matches no known export; nearest is {nearest.title.en}, without {missing}{has}"
    return IntakeError(file, problem, "export it with these columns")
