"""Columns of days and times, put on the shop's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from sizhen.tables.clock import on_clock, told_apart

YEARS = (pd.Timestamp("0001-01-02"), pd.Timestamp("9999-12-30"))  # of a calendar, whatever the clock
ZONED = r"^.{8}.*[-+]|[zZcCtT]$"  # what a time with a zone has, and one without has not


def moments(values: pd.Series, kind: str, timezone: str) -> pd.Series:
    """Times and days on the shop's clock; NaT for what is none."""
    if pd.api.types.is_numeric_dtype(values):
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    if pd.api.types.is_datetime64_any_dtype(values):
        parsed = of_shop(values, timezone)
    else:
        text = values.astype("str").str.strip()
        zoned = text.str.contains(ZONED).fillna(False).astype(bool)
        parsed = pd.to_datetime(text.mask(zoned), errors="coerce", format="ISO8601").astype("datetime64[us]")
        if zoned.any():
            read = {cell: _zoned(cell, timezone) for cell in text[zoned].unique()}
            parsed[zoned] = text[zoned].map(read).astype("datetime64[us]")
    parsed = parsed.where(parsed.between(*YEARS))
    return _days(parsed, timezone) if kind == "date" else parsed


def _days(times: pd.Series, timezone: str) -> pd.Series:
    """The days that begin at these moments, NaT for any other: where a night has no midnight, a day begins after it."""
    days = times.dt.normalize()
    other = days[times != days].dropna()
    begins = other.dt.tz_localize(ZoneInfo(timezone), nonexistent="shift_forward", ambiguous="NaT").dt.tz_localize(None)
    return days.drop(other.index[times[other.index] != begins]).reindex(times.index)


def of_shop(times: pd.Series, timezone: str) -> pd.Series:
    """Times with a zone as the clock of `timezone` shows them, NaT beyond a calendar's years; others as they are."""
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        first, last = (year.tz_localize("UTC") for year in YEARS)
        times = times.where(times.between(first, last))
        times = times.dt.tz_convert(ZoneInfo(timezone)).dt.tz_localize(None)
    return times.astype("datetime64[us]")


def _zoned(cell: str, timezone: str) -> datetime | None:
    """A time of ISO 8601 that names its zone."""
    text, ahead = told_apart(cell)
    try:
        moment = datetime.fromisoformat(text)
        return on_clock(moment, ahead, timezone) if ahead is not None and moment.tzinfo is None else None
    except (ValueError, OverflowError):
        return None
