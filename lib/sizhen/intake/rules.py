"""The named rules of sources.toml. Cell rules run before a cell's kind is read; table rules on the merged table."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from sizhen.intake import privacy
from sizhen.intake.errors import Refused
from sizhen.intake.headings import heading
from sizhen.intake.layouts import Common, Match, Source
from sizhen.intake.times import plain_moment
from sizhen.intake.values import Cell, destroyed, parse_quantity
from sizhen.tables.clock import TIMEZONE
from sizhen.tables.counter import added
from sizhen.tables.shown import SHOWN
from sizhen.vocab import TOTALS, TableSpec, load


@dataclass(frozen=True)
class Context:
    """What a rule may need to know."""

    match: Match
    common: Common
    key: bytes
    file: str = ""
    stated: dict[str, str] = field(default_factory=dict)  # what the lines above the headings say, by label
    timezone: str | None = None  # of the shop; None while nothing tells it

    @property
    def zone(self) -> str:
        return self.timezone or TIMEZONE


# A cell's new text (None is missing) and, if the report should tell, the id of a note.
Outcome = tuple[Cell, str | None]


def mask_person(cells: tuple[str, ...], context: Context) -> Outcome:
    return privacy.mask(cells[0]), None


def pseudonym(cells: tuple[str, ...], context: Context) -> Outcome:
    if destroyed(cells[0]):
        return None, "destroyed_id"
    return privacy.keyed(cells[0], context.key, b"person"), None


def mask_once(cells: tuple[str, ...], context: Context) -> Outcome:
    return (cells[0], None) if privacy.is_pseudonym(cells[0]) else mask_person(cells, context)


def pseudonym_once(cells: tuple[str, ...], context: Context) -> Outcome:
    return (cells[0], None) if privacy.is_pseudonym(cells[0]) else pseudonym(cells, context)


def province(cells: tuple[str, ...], context: Context) -> Outcome:
    found = privacy.province(cells[0], context.common.provinces, context.common.country)
    return found, None if found else "unknown_region"


def region(cells: tuple[str, ...], context: Context) -> Outcome:
    """The province, or a name of one abroad; of anything longer, such as an address, nothing."""
    found, note = province(cells, context)
    if found or not privacy.is_place(cells[0]):
        return found, note
    return free_text(cells, context)


def as_it_stands(cells: tuple[str, ...], context: Context) -> Outcome:
    return cells[0], None


def free_text(cells: tuple[str, ...], context: Context) -> Outcome:
    """Behind the text stand the names that its row tells."""
    return _noted(cells[0], privacy.clean(*cells))


def reaching(cells: tuple[str, ...], context: Context) -> Outcome:
    return _noted(cells[0], cells[0] if cells[0].isdigit() else privacy.reaching(cells[0]))


def variant(cells: tuple[str, ...], context: Context) -> Outcome:
    """Digits alone are an id; among words they may be a buyer's remark. A name of two characters is mostly a colour."""
    names = (name for name in cells[1:] if len(name) > 2)
    return _noted(cells[0], cells[0] if cells[0].isdigit() else privacy.variant(cells[0], *names))


def _noted(before: str, after: str) -> Outcome:
    return after, None if after == before else "personal_data"


def review_text(cells: tuple[str, ...], context: Context) -> Outcome:
    default = cells[0] in context.match.layout.default_texts
    return (None, "default_text") if default else free_text(cells, context)


def row_id(cells: tuple[str, ...], context: Context) -> Outcome:
    """An id from the row's content, the same however its times are written. Keyed: names and numbers in a plain hash
    could be found again by trying."""
    whole = tuple("" if destroyed(c) else c for c in cells)
    written = (plain_moment(c, context.match.layout.dates) for c in whole)
    return privacy.keyed("\x1f".join(written), context.key, b"row"), None if whole == cells else "row_id_without_number"


def part(cells: tuple[str, ...], context: Context) -> Outcome:
    """The part that a rate is of a whole, rounded: where the platform tells the rate of what the contract counts.

    Where one of them cannot be read both stand in the cell: the rate alone could pass for a count.
    """
    if any(c in context.common.missing for c in cells):
        return None, None
    try:
        rate, whole = parse_quantity(cells[0], "rate"), parse_quantity(cells[1], "count")
    except Refused:
        return " / ".join(cells), None
    return str(round(rate * whole)), None


def innermost(cells: tuple[str, ...], context: Context) -> Outcome:
    """Of a name and the names inside it, the last that is one: the others say that the row holds the whole."""
    names = [c for c in cells if c not in context.common.missing and heading(c) not in context.common.sums]
    return reaching(((names or cells)[-1],), context)


def mapped(cell: str, source: Source) -> Outcome:
    """The contract's word for the platform's; one that is not listed is `otherwise`, or refused as it stands."""
    if (word := source.map.get(cell, source.map.get(unicodedata.normalize("NFKC", cell)))) is not None:
        return word, None
    return (cell, None) if source.otherwise is None else (source.otherwise, "unmapped")


def first_known(cells: tuple[str, ...], source: Source) -> Outcome:
    """The contract's word for the first of the platform's that is listed; unknown where none is."""
    known = (source.map.get(unicodedata.normalize("NFKC", cell)) for cell in cells)
    word = next((word for word in known if word is not None), None)
    return word, None if word is not None else "unmapped"


def difference_cumulative(frame: pd.DataFrame, of: str, spec: TableSpec) -> tuple[pd.Series, dict[str, int]]:
    """What was added since the item's last observed day: after a gap, of all its days, on the last. Unknown on its
    first day and where the counter fell."""
    day = str(spec.dated)
    told = added(frame, [k for k in spec.keys if k != day], day, of)
    fell, apart = told["added"].isna() & told["days"].notna(), told["added"].notna() & (told["days"] > 1)
    return told["added"], {"counter_fell": int(fell.sum()), "counter_gap": int(apart.sum())}


CELL: dict[str, Callable[[tuple[str, ...], Context], Outcome]] = {
    "mask_person": mask_person,
    "mask_once": mask_once,
    "pseudonym": pseudonym,
    "pseudonym_once": pseudonym_once,
    "province": province,
    "region": region,
    "review_text": review_text,
    "free_text": free_text,
    "reaching": reaching,
    "variant": variant,
    "row_id": row_id,
    "innermost": innermost,
    "part": part,
}
OF_WORDS: dict[str, Callable[[tuple[str, ...], Source], Outcome]] = {"first_known": first_known}  # need a map
TABLE: dict[str, Callable[[pd.DataFrame, str, TableSpec], tuple[pd.Series, dict[str, int]]]] = {
    "difference_cumulative": difference_cumulative,
}


NAMED = (free_text, review_text, variant)  # what people write: the names that stand in its row are covered
PERSONS = ("mask_person", "mask_once", "pseudonym", "pseudonym_once")
OF_COLUMN = {"region": region, "sku": variant, "question": free_text}
OF_TABLE = {("events", "name"): free_text}


def cell_rule(source: Source, table: str) -> Callable[[tuple[str, ...], Context], Outcome]:
    """The rule a column names, or its list of words; without one that of its place: texts are cleaned of personal
    data, titles and plans of what reaches a person, of a region the province stays."""
    table = table.removeprefix(TOTALS)
    if source.rule in OF_WORDS:
        return lambda cells, context: OF_WORDS[source.rule or ""](cells, source)
    if source.map:
        return lambda cells, context: mapped(str(innermost(cells, context)[0]), source)
    if source.rule:
        return CELL[source.rule]
    if source.column in SHOWN.get(table, ()) and source.column not in OF_COLUMN:
        return reaching
    written = source.kind == "text" or (source.kind == "id" and source.column not in load().tables[table].names)
    usual = free_text if written else as_it_stands
    return OF_TABLE.get((table, source.column), OF_COLUMN.get(source.column, usual))
