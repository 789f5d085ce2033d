"""The clock of a shop that a file tells: its times may name their zone, and a new shop has no timezone yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.body import Body
from sizhen.intake.layouts import Common, Match
from sizhen.intake.values import Refused, told_moment
from sizhen.tables.clock import on_clock

MAYBE = r"[-+][0-9:]{1,5}$|[zZcCtT]$"  # has a zone, if it is a time
Told = tuple[datetime, timedelta]  # a time, and how far its clock is ahead of UTC


def told(rows: Body, match: Match) -> set[Told]:
    """The times of a file that name their zone."""
    places = {at for s in match.layout.sources if s.kind in ("date", "datetime") for at in match.columns(s)}
    return {found for at in places for found in _zoned(rows, at, match.layout.dates)}


def _zoned(rows: Body, at: int, formats: Sequence[str]) -> Iterator[Told]:
    words = rows.columns[at].words.take(pa.array(np.unique(rows.columns[at].codes)))
    for cell in words.filter(pc.match_substring_regex(words, MAYBE)).to_pylist():
        try:
            moment, ahead = told_moment(cell, formats)
        except Refused:
            continue
        if ahead is not None:
            yield moment, ahead


def of_new_shop(times: set[Told], common: Common) -> str | None:
    """The first of the common timezones whose clock showed all these times as they are written; None where none did, or
    all are in UTC, which is nobody's clock in particular."""
    if not any(ahead for _, ahead in times):
        return None
    return next((zone for zone in common.timezones if all(_shown(zone, *each) for each in times)), None)


def _shown(timezone: str, moment: datetime, ahead: timedelta) -> bool:
    try:
        return on_clock(moment, ahead, timezone) == moment
    except OverflowError:
        return True  # refused as it is out of range


def moved(times: set[Told], timezone: str) -> tuple[str, ...]:
    """A sentence where times are not written by the shop's clock."""
    offsets = {ahead for moment, ahead in times if not _shown(timezone, moment, ahead)}
    if not offsets:
        return ()
    names = ", ".join(_offset(ahead) for ahead in sorted(offsets))
    remedy = "a shop that keeps another says so in its shop.toml: then import the file again"
    return (f"times of {names} are put on the clock of {timezone}; {remedy}",)


def _offset(ahead: timedelta) -> str:
    minutes = round(abs(ahead).total_seconds() / 60)
    return f"UTC{'-' if ahead < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}" if minutes else "UTC"
