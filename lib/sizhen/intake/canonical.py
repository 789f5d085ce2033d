"""Files that are tables of the contract already: their headings are the names of a table's columns."""

from __future__ import annotations

from functools import cache

from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.headings import heading
from sizhen.intake.layouts import PERSONS, SEARCHED_ROWS, Layout, Match, Source, common, recognise
from sizhen.vocab import TableSpec, load

PREFIX = "table."  # before the name of a table, in the id of its layout
CURRENCY = "currency"  # the heading of the currency of a table's money


@cache
def tables() -> dict[str, Layout]:
    """A layout for each table of the contract, by the table's name: its keys are required."""
    return {spec.name: _layout(spec) for spec in load().tables.values()}


def find(grid: Grid, file: str) -> Match | None:
    """The table whose columns the headings name: all its keys, one more at least, and most headings of the file.

    Where several do, the one with more columns there. Raises IntakeError where two have as many, and where only a key
    is missing.
    """
    for _, cells in grid.head(SEARCHED_ROWS):
        named = {heading(c) for c in cells} - {""}
        fits = {name: known for name, spec in load().tables.items() if (known := _known(spec, named))}
        most = [name for name, known in fits.items() if known == max(fits.values())]
        if len(most) > 1:
            problem = f"has columns of {' and of '.join(most)}, as many of each"
            raise IntakeError(file, problem, "say with --map what it is, or leave out what is not of one table")
        if most:
            return recognise(grid, file, [tables()[most[0]]])
        _refuse_without_keys(named, file)
    return None


def _known(spec: TableSpec, named: set[str]) -> int:
    """How many of the headings are columns of the table, 0 where they do not make it one. That of the currency is none
    and speaks for no other table."""
    known = len(named & set(spec.names))
    enough = known > len(_required(spec)) and 2 * known > len(named - {CURRENCY})
    return known if enough and named.issuperset(_required(spec)) else 0


def _refuse_without_keys(named: set[str], file: str) -> None:
    """Raises IntakeError where these are columns of a table, three at least, but not all its keys."""
    known, spec = max(((len(named & set(s.names)), s) for s in load().tables.values()), key=lambda k: k[0])
    missing = [k for k in _required(spec) if k not in named]
    if known >= 3 and 2 * known > len(named) and missing:
        raise IntakeError(file, f"has columns of {spec.name}, but no {', '.join(missing)}", "export it with these")


def _required(spec: TableSpec) -> list[str]:
    return [c.name for c in spec.columns if c.key and not c.empty]


def _layout(spec: TableSpec) -> Layout:
    sources = (Source(c.name, c.kind, (c.name,), PERSONS.get((spec.name, c.name))) for c in spec.columns)
    required = {name: name for name in _required(spec)}
    tables = {spec.name: tuple(sources)}
    id, dates = f"{PREFIX}{spec.name}", common().dates
    return Layout(id, spec.title, "other", required, tables, dates, currency=CURRENCY, strict=True)
