"""Days as 08/01/2026, of which either number can be the month: told by the others of the file, else refused."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sizhen.intake import twofold
from sizhen.intake.body import Body, Coded
from sizhen.intake.errors import IntakeError
from sizhen.intake.rules import Context
from sizhen.intake.twofold import Told

MONTHS = 12
DAY_FIRST = 1  # the way; 0 is the month first
SHAPE = "^[0-9]{1,2}(/[0-9]{1,2}/|[.][0-9]{1,2}[.]|-[0-9]{1,2}-)[0-9]{4}([ T,].*)?$"
PARTS = "^(?P<first>[0-9]+)[^0-9](?P<second>[0-9]+)[^0-9](?P<year>[0-9]{4})(?P<rest>.*)$"
SAID = re.compile(r"%[dm]\W%[dm]\W%Y")  # in a format of the layout: nothing is open then
SAY = 'write days as 2026-10-31, or say in a mapping which it is, such as dates = ["%d/%m/%Y"]'


def settled(rows: Body, context: Context) -> Body:
    """The rows with such days as 2026-08-01, whatever follows them. Raises IntakeError for a column of days that can be
    two; single ones among others stay as they are, which no format of dates reads."""
    layout, match = context.match.layout, context.match
    if any(SAID.search(pattern) for pattern in layout.dates):
        return rows
    places = {at for s in layout.sources if s.kind in ("date", "datetime") for at in match.columns(s)}
    found = {at: _told(twofold.used(rows.columns[at])) for at in sorted(places)}
    way = twofold.way(found, rows, context, SAY)
    for at, told in found.items() if way is None else ():
        if 2 * len(told.open) > len(told.words):
            raise _refusal(told, at, rows, context)
    return replace(rows, columns=tuple(_by_year(c, way) if at in places else c for at, c in enumerate(rows.columns)))


def _told(words: pa.StringArray) -> Told:
    at, parts = _parts(words)
    first, second = (pc.cast(pc.struct_field(parts, name), pa.int64()).to_numpy() for name in ("first", "second"))
    month_first = at[(first <= MONTHS) & (second > MONTHS)]
    day_first = at[(first > MONTHS) & (second <= MONTHS)]
    both = (first <= MONTHS) & (second <= MONTHS) & (first != second)
    return Told(words, (month_first, day_first), at[both])


def _parts(words: pa.StringArray) -> tuple[NDArray[np.int64], pa.StructArray]:
    """Which cells are such days, and their parts."""
    at = np.flatnonzero(pc.match_substring_regex(words, SHAPE).to_numpy(zero_copy_only=False))
    return at, pc.extract_regex(words.take(pa.array(at)), PARTS)


def _by_year(column: Coded, way: int | None) -> Coded:
    """The column with such days as 2026-08-01, as far as there are such; of no way those as 09/09/2026 only."""
    at, parts = _parts(column.words)
    if not len(at):
        return column
    names = ("year", "second", "first", "rest") if way == DAY_FIRST else ("year", "first", "second", "rest")
    year, month, day, rest = (pc.struct_field(parts, name) for name in names)
    month, day = pc.utf8_lpad(month, 2, "0"), pc.utf8_lpad(day, 2, "0")
    dashed = pc.binary_join_element_wise(year, month, day, "-")
    known = pd.to_datetime(pd.Series(dashed.to_pylist()), format="%Y-%m-%d", errors="coerce").notna().to_numpy()
    if way is None:
        known = known & pc.equal(month, day).to_numpy(zero_copy_only=False)
    there = np.zeros(len(column.words), dtype=bool)
    there[at[known]] = True
    moved = pc.binary_join_element_wise(dashed, rest, "").filter(pa.array(known))
    return Coded(pc.replace_with_mask(column.words, pa.array(there), moved), column.codes)


def _refusal(told: Told, at: int, rows: Body, context: Context) -> IntakeError:
    cell = told.word(told.open[0])
    first, second, year = re.findall("[0-9]+", cell)[:3]
    both = f"{year}-{first:0>2}-{second:0>2} or {year}-{second:0>2}-{first:0>2}"
    problem = f"has {twofold.place(cell, at, rows, context)}, which can be {both}, and no other day tells which"
    return IntakeError(context.file, problem, SAY)
