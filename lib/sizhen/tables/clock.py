"""Times that name their zone, put on the shop's clock. Those that name none are on it already."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = "Asia/Shanghai"  # of a shop that names none
FARTHEST = timedelta(hours=14)  # no clock is farther from UTC
ZONE = re.compile(
    r"(:\d\d(?:[.,]\d{1,9})?(?:\s?[AP]M)?|T\d{4}(?:\d\d(?:[.,]\d{1,9})?)?)"
    r"\s?(?:Z|(?:UTC|GMT)?(?:\s?([+-])(\d{1,2})(?::?(\d\d))?)?)$",
    re.IGNORECASE | re.ASCII,
)
HOURS = re.compile(r"\s\d{1,2}:\d\d-\d{1,2}:\d\d$", re.ASCII)  # from one hour to another


def told_apart(text: str) -> tuple[str, timedelta | None]:
    """A time without its zone, and how far that zone's clock is ahead of UTC; None where the text names none."""
    found = ZONE.search(text)
    if found is None or found.end(1) == len(text) or HOURS.search(text):
        return text, None
    _, sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if ahead > FARTHEST:
        return text, None
    return text[: found.end(1)], -ahead if sign == "-" else ahead


def on_clock(moment: datetime, ahead: timedelta | None, timezone: str) -> datetime:
    """What the clock of `timezone` showed when one that is `ahead` of UTC showed `moment`. Raises OverflowError beyond
    the years of a calendar."""
    if ahead is None:
        return moment
    return (moment - ahead).replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
