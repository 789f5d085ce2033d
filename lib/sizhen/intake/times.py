"""Cells to days and times, on the shop's clock. A cell is read or refused with a reason, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.errors import Refused
from sizhen.intake.headings import DASHES
from sizhen.tables.clock import TIMEZONE, on_clock, told_apart
from sizhen.tables.moments import of_shop

BETWEEN = re.compile(
    "(?:(?<!\\s)\\s++)?(?:~|\u81f3|\\bto\\b|(?<=\\s)-(?=\\s)|\u2013|\u2014|-(?=\\d{4}[-/.\u5e74]\\d|\\d{8}$))\\s*"
)
WEEKDAY = re.compile(
    "(?:(?<![ (,])[ (,]++)?(?:(?:\u661f\u671f|\u5468|\u793c\u62dc)[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u65e5\u5929]"
    "|\\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\\b)[ ),]*"
)
LAST_MINUTE = time(23, 59)
TYPED = "%Y-%m-%dT%H:%M:%S"  # a date by its cell's type, as the reader of workbooks writes it
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?", re.ASCII)
HALF_DAYS = re.compile(r"(?<!\d)(\d{1,2})(:\d\d(?::\d\d)?)\s?([AP])\.?M\.?\Z", re.IGNORECASE | re.ASCII)
OFFSET = re.compile(r"(?<!\s)\s*+%z", re.IGNORECASE)  # in a format; every format may have a zone behind it
SPACED = "%Y-%m-%d %H:%M:%S"
PLAIN_MOMENTS = {
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "%Y-%m-%d",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$": SPACED,
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$": TYPED,
}
ZONED = r"^(?P<shown>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?P<zone> ?(?:Z|UTC|GMT|[-+]\d\d:?\d\d))$"
PLAIN_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", re.ASCII)
LONGEST_MOMENT = 30  # characters
YEARS = (1990, 2100)
BLOCK = 1 << 17


def parse_moment(text: str, formats: Sequence[str], timezone: str = TIMEZONE) -> datetime:
    """A date or time in one of the formats, between the years 1990 and 2100; one that names its zone, on the clock of
    `timezone`. Raises Refused.

    A period is read where it is one day; one of several days is nobody's day.
    """
    first, last = parse_period(text, formats, timezone)
    if first != last:
        raise Refused("several_days")
    return first


def parse_period(text: str, formats: Sequence[str], timezone: str = TIMEZONE) -> tuple[datetime, datetime]:
    """First and last day of a period, such as 2026-09-08 ~ 2026-09-14; of one day, that day twice. Raises Refused.

    A period may tell the minutes too: that until 23:59 ends with its last day.
    """
    ends = [e for e in BETWEEN.split(unicodedata.normalize("NFKC", text)) if e]
    if len(ends) == 2:
        first, last = (_moment(end, formats, timezone) for end in ends)
        if first > last:
            raise Refused("not_a_date")
        return first, last.replace(hour=0, minute=0, second=0) if last.time() >= LAST_MINUTE else last
    moment = _moment(text, formats, timezone)
    return moment, moment


def told_moment(text: str, formats: Sequence[str]) -> tuple[datetime, timedelta | None]:
    """A date or time as its own clock showed it, and how far that is ahead of UTC where it says so. Raises Refused."""
    text = WEEKDAY.sub(" ", DASHES.sub("-", unicodedata.normalize("NFKC", text))).strip()
    text, ahead = told_apart(text)
    moment = _read(text, formats) or _read(HALF_DAYS.sub(_of_24_hours, text), formats)
    if moment is None:
        raise Refused("not_a_date")
    return moment, ahead


def _read(text: str, formats: Sequence[str]) -> datetime | None:
    for pattern in formats:
        # %m and %d also accept one digit, so a pattern without separators would read 202698 as 2026-09-08.
        if pattern == "%Y%m%d" and len(text) != 8:
            continue
        with suppress(ValueError):
            return datetime.strptime(text, OFFSET.sub("", pattern))
    if ISO.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return None


def _of_24_hours(found: re.Match[str]) -> str:
    """09:15 PM as 21:15; an hour that a clock of twelve does not have stays, which no format reads."""
    hour, minutes, half = int(found[1]), found[2], found[3].upper()
    return f"{hour % 12 + 12 * (half == 'P'):02}{minutes}" if 1 <= hour <= 12 else found[0]


def _moment(text: str, formats: Sequence[str], timezone: str) -> datetime:
    try:
        moment = on_clock(*told_moment(text, formats), timezone)
    except OverflowError:
        raise Refused("out_of_range") from None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise Refused("out_of_range")
    return moment


def plain_moment(text: str, formats: Sequence[str]) -> str:
    """A day or time in the shape of ISO, without a clock at midnight, in UTC where it names its zone; one that has it,
    and any other text, as it is."""
    if len(text) > LONGEST_MOMENT or not any(c.isdigit() for c in text) or PLAIN_MOMENT.fullmatch(text):
        return text
    try:
        moment = parse_moment(text, formats, "UTC")
    except Refused:
        return text
    return f"{moment:%Y-%m-%d}" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M:%S}"


def at_once(words: pa.StringArray, formats: Sequence[str], timezone: str) -> pd.Series:
    """What `parse_moment` gives for cells of the plainest shapes; missing for all others."""
    zoned = told_moments(words, formats)
    shown = of_shop((zoned["shown"] - zoned["ahead"]).dt.tz_localize("UTC"), timezone)
    return _moments(words, formats).fillna(shown.where(shown.dt.year.between(*YEARS)))


def told_moments(words: pa.StringArray, formats: Sequence[str]) -> pd.DataFrame:
    """What `told_moment` tells of times of the plainest shapes that name their zone: shown, ahead (of UTC). Missing for
    all other cells."""
    parts = pc.extract_regex(words, ZONED)
    zones = pc.struct_field(parts, "zone").dictionary_encode()
    ahead = [told_apart(f"T00:00:00{zone}")[1] for zone in zones.dictionary.to_pylist()]
    text = _series(pc.struct_field(parts, "shown"))
    spaced = text.str[10] == " "
    shown = pd.to_datetime(text.where(~spaced | (SPACED in formats)), errors="coerce", format="ISO8601")
    codes = pd.Series(zones.indices.to_pandas(), dtype="Int64")
    told = codes.map(dict(enumerate(ahead))).astype("timedelta64[us]")
    return pd.DataFrame({"shown": shown.astype("datetime64[us]").where(told.notna()), "ahead": told})


def _moments(words: pa.StringArray, formats: Sequence[str]) -> pd.Series:
    """In blocks, as to_datetime makes a Python text of each."""
    blocks = [words.slice(at, BLOCK) for at in range(0, len(words), BLOCK)] or [words]
    return pd.concat([_block_of_moments(block, formats) for block in blocks], ignore_index=True)


def _block_of_moments(words: pa.StringArray, formats: Sequence[str]) -> pd.Series:
    out = pd.Series(pd.NaT, index=range(len(words)), dtype="datetime64[us]")
    for shape, pattern in PLAIN_MOMENTS.items():
        if pattern in (*formats, TYPED):
            plain = pc.match_substring_regex(words, shape)
            text = _series(pc.if_else(plain, words, pa.scalar(None, pa.string())))
            read = pd.to_datetime(text, format=pattern, errors="coerce").astype("datetime64[us]")
            out = out.fillna(read.where(read.dt.year.between(*YEARS)))
    return out


def _series(words: pa.StringArray) -> pd.Series:
    return pd.Series(pd.array(words, dtype="str"))
