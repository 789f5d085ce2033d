"""The clock of a shop that a file tells: its times may name their zone, and a new shop has no timezone yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.body import Body, Coded
from sizhen.intake.errors import Refused
from sizhen.intake.layouts import Common, Match
from sizhen.intake.times import told_moment, told_moments
from sizhen.tables.moments import of_shop

NONE = pd.DataFrame({"shown": [], "ahead": []}).astype({"shown": "datetime64[us]", "ahead": "timedelta64[us]"})
MAYBE = r"[-+][0-9:]{1,5}$|[zZcCtT]$"  # has a zone, if it is a time


def told(rows: Body, match: Match) -> pd.DataFrame:
    """The times of a file that name their zone: shown (by their own clock), ahead (of UTC)."""
    places = {at for s in match.layout.sources if s.kind in ("date", "datetime") for at in match.columns(s)}
    found = [_zoned(rows.columns[at], match.layout.dates) for at in sorted(places)]
    return pd.concat(found, ignore_index=True) if found else NONE


def _zoned(column: Coded, formats: Sequence[str]) -> pd.DataFrame:
    words = column.words.take(pa.array(np.unique(column.codes)))
    words = words.filter(pc.match_substring_regex(words, MAYBE))
    quick = told_moments(words, formats)
    others = []
    for cell in words.filter(pa.array(quick["shown"].isna())).to_pylist():
        with suppress(Refused):
            others.append(told_moment(cell, formats))
    slow = pd.DataFrame([each for each in others if each[1] is not None], columns=list(NONE)).astype(NONE.dtypes)
    return pd.concat([quick.dropna(), slow], ignore_index=True)


def of_new_shop(times: pd.DataFrame, common: Common) -> str | None:
    """The first of the common timezones whose clock showed all these times as they are written; None where none did, or
    all are in UTC, which is nobody's clock in particular."""
    if not times["ahead"].any():
        return None
    return next((zone for zone in common.timezones if _other(times, zone).empty), None)


def _other(times: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """The times that the clock of `timezone` showed otherwise."""
    there = of_shop((times["shown"] - times["ahead"]).dt.tz_localize("UTC"), timezone)
    return times[there.notna() & (there != times["shown"])]


def moved(times: pd.DataFrame, timezone: str) -> tuple[str, ...]:
    """A sentence where times are not written by the shop's clock."""
    offsets = sorted(pd.Timedelta(ahead) for ahead in _other(times, timezone)["ahead"].unique())
    if not offsets:
        return ()
    remedy = "a shop that keeps another says so in its shop.toml: then import the file again"
    return (f"times of {', '.join(map(_offset, offsets))} are put on the clock of {timezone}; {remedy}",)


def _offset(ahead: timedelta) -> str:
    minutes = round(abs(ahead).total_seconds() / 60)
    return f"UTC{'-' if ahead < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}" if minutes else "UTC"
