"""Figures of several days together: kept as such in a table beside the daily one, never spread over its days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from sizhen.intake import times
from sizhen.intake.body import Body
from sizhen.intake.errors import IntakeError, Refused
from sizhen.intake.layouts import Layout, Source
from sizhen.intake.origin import ONE_A_DAY, Period
from sizhen.intake.rules import Context
from sizhen.vocab import TOTALS, load

ENDS = ("first_day", "last_day")


def over_several(rows: Body, period: Period | None, context: Context) -> bool:
    """Whether the file's figures are of several days: `period`, its days where the rows have none, is longer than one,
    or every row's date is such a period."""
    layout = context.match.layout
    day = next((s for s in layout.tables[layout.main] if s.column == "date"), None)
    if day is None:
        return False
    if day.period:
        return period is not None and period[0] != period[1]
    at = context.match.places.get(day.headings[0]) if day.headings else None
    if at is None:
        return False
    coded = rows.columns[at]
    cells = coded.words.take(pa.array(np.unique(coded.codes))).to_pylist()
    lengths = {_is_several(cell, layout.dates, context.zone) for cell in cells if cell not in context.common.missing}
    return True in lengths and False not in lengths


def _is_several(cell: str, formats: Sequence[str], timezone: str) -> bool | None:
    """None where the cell is no day."""
    try:
        first, last = times.parse_period(cell, formats, timezone)
    except Refused:
        return None
    return first != last


def refuse_ends(frame: pd.DataFrame, stated: Period | None, file: str) -> None:
    """Raises IntakeError where a file that says it covers several days has rows of its first or last one only: they
    may be that day's or all days' together."""
    if stated is None or stated[0] == stated[1] or "date" not in frame or frame.empty:
        return
    there = {day.date() for day in frame["date"].unique()}
    if len(there) == 1 and there <= set(stated):
        problem = f"covers {stated[0]} to {stated[1]}, but all its rows are of {there.pop()}"
        raise IntakeError(file, problem, ONE_A_DAY)


def table(name: str) -> str:
    """Where the rows of a table go that are of several days: a table without a date stays as it is."""
    return TOTALS + name if "date" in load().table(name).keys else name


def sources(table: str, layout: Layout) -> list[Source]:
    """The sources of a table; in one of totals the date's gives both ends."""
    found = layout.tables[table.removeprefix(TOTALS)]
    if not table.startswith(TOTALS):
        return list(found)
    return [replace(s, column=c) for s in found for c in (ENDS if s.column == "date" else (s.column,))]


def reader(end: str, formats: Sequence[str], timezone: str) -> Callable[[str], datetime]:
    """Reads the first or last day of a period's cell."""
    return lambda text: times.parse_period(text, formats, timezone)[ENDS.index(end)]


def told(frame: pd.DataFrame) -> tuple[str, ...]:
    """A sentence on totals over several days; none for other rows."""
    if ENDS[0] not in frame:
        return ()
    lengths = ((frame[ENDS[1]] - frame[ENDS[0]]).dt.days + 1).unique()
    kept = f"a total of {lengths[0]} days" if len(lengths) == 1 else "totals of several days"
    return (f"kept as {kept}: not examined, {ONE_A_DAY}",)
