"""Cells to values. A cell is read, is missing, or is refused with a reason; it is never repaired by a guess."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.grid import MAX_DIGITS
from sizhen.intake.headings import DASHES, INVISIBLE
from sizhen.tables.clock import TIMEZONE, on_clock, told_apart
from sizhen.tables.moments import of_shop

UNITS = {"%": "e-2", "\u4e07": "e4", "\u4ebf": "e8"}  # ten thousand, a hundred million
# What tells a currency, of which a sign may be several; the first of each is what a new shop gets.
SIGNS = {
    "$": ("USD", "AUD", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "\u00a5": ("CNY", "JPY"),
    "\u20ac": ("EUR",),
    "\u00a3": ("GBP",),
    "\u5143": ("CNY", "HKD", "TWD"),
    "RMB": ("CNY",),
    "\u4eba\u6c11\u5e01": ("CNY",),
    "US$": ("USD",),
}
CURRENCY = "|".join(
    re.escape(s) for s in sorted({*SIGNS, *(c for codes in SIGNS.values() for c in codes)}, key=len)[::-1]
)
NUMBER = re.compile(rf"([+-]?)(?:[¥$€£]\s*)?(\d{{1,3}}(?:,\d{{3}})+|\d+)(\.\d+)?\s*([{''.join(UNITS)}]?)")
COUNTED = {  # what may stand behind a number of this kind
    "count": re.compile("(?<!\\s)\\s*+[\u4eba\u6b21\u4ef6\u7b14\u5355\u4e2a\u6761]$"),
    "money": re.compile(rf"^(?:{CURRENCY})\s*(?=\$?\d)|(?<=[\d\u4e07\u4ebf])\s*(?:{CURRENCY})$"),
    "seconds": re.compile("(?<!\\s)\\s*+(?:\u79d2|s)$"),
}
PLAIN = r"^-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?$"
PLAIN_RATE = PLAIN.replace("$", "%?$")
PLAIN_ID = r"^[0-9A-Za-z_-]+$"
BLOCK = 1 << 17
APOSTROPHES = ("'", "`", "\u2018", "\u2019")
DESTROYED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")
QUOTED_ID = re.compile(r'="(.*)"')
DECIMAL_ID = re.compile(r"(?<!\d)(\d{6,}+)\.0+")  # a whole number that was stored as one with decimals
CLOCK = re.compile(r"(\d{1,9}):([0-5]\d):([0-5]\d)")
BETWEEN = re.compile(
    "(?:(?<!\\s)\\s++)?(?:~|\u81f3|\\bto\\b|(?<=\\s)-(?=\\s)|\u2013|\u2014|-(?=\\d{4}[-/.\u5e74]\\d|\\d{8}$))\\s*"
)
WEEKDAY = re.compile(
    "(?:(?<![ (,])[ (,]++)?(?:(?:\u661f\u671f|\u5468|\u793c\u62dc)[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u65e5\u5929]"
    "|\\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\\b)[ ),]*"
)
LAST_MINUTE = time(23, 59)
RANGES = {"count": (0, None), "money": (0, None), "seconds": (0, None), "rate": (0, 1), "score": (1, 5)}
NUMERIC = (*RANGES, "number")
TEXTUAL = ("id", "text", "choice")
TYPED = "%Y-%m-%dT%H:%M:%S"  # a date by its cell's type, as the reader of workbooks writes it
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?", re.ASCII)
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
FLAGS = {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False, "yes": True, "no": False}
DTYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "flag": "boolean"}

Cell = str | None


class Refused(ValueError):
    """A cell that is there but cannot be read; its text is the id of the reason."""


def parse_number(text: str) -> float:
    """A number with or without thousands separators, currency sign or unit; 12.5% is 0.125. Raises Refused.

    Scientific notation is refused: a spreadsheet has already thrown digits away. So are raised and circled digits: they
    are marks of footnotes, and no part of the number.
    """
    if any(c.isdigit() and not c.isdecimal() for c in text):
        raise Refused("not_a_number")
    found = NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise Refused("not_a_number")
    sign, whole, part, unit = found.groups()
    # Shifting the decimal point in the text gives the nearest float, which dividing by 100 does not.
    return float(f"{sign}{whole.replace(',', '')}{part or ''}{UNITS.get(unit, '')}")


def parse_quantity(text: str, kind: str) -> float:
    """A number within the range of its kind; % is understood in rates only, h:mm:ss in durations, what is counted where
    it is. Raises Refused."""
    if kind != "rate" and text.rstrip().endswith(("%", "％")):
        raise Refused("not_a_number")
    clock = CLOCK.fullmatch(text) if kind == "seconds" else None
    counted = COUNTED.get(kind)
    value = _seconds(*clock.groups()) if clock else parse_number(counted.sub("", text, count=1) if counted else text)
    if not math.isfinite(value):
        raise Refused("out_of_range")
    low, high = RANGES.get(kind, (None, None))
    if (low is not None and value < low) or (high is not None and value > high):
        raise Refused("out_of_range")
    if kind == "count" and value != int(value):
        raise Refused("not_a_number")
    return value


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return int(hours) * 3600.0 + int(minutes) * 60 + int(seconds)


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
    for pattern in formats:
        # %m and %d also accept one digit, so a pattern without separators would read 202698 as 2026-09-08.
        if pattern == "%Y%m%d" and len(text) != 8:
            continue
        try:
            return datetime.strptime(text, OFFSET.sub("", pattern)), ahead
        except ValueError:
            continue
    if ISO.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text), ahead
    raise Refused("not_a_date")


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


def parse_id(text: str) -> str:
    """An id as text, without the wrappers that keep spreadsheets from counting it (="12", '12, `12) and without what
    nobody sees. Raises Refused, also where it went through a number that has not room for its digits."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
    if wrapped := QUOTED_ID.fullmatch(text):
        text = wrapped[1].strip()
    text = text[1:] if text.startswith(APOSTROPHES) else text
    decimal = DECIMAL_ID.fullmatch(text)
    if destroyed(text) or (decimal and len(decimal[1]) > MAX_DIGITS):
        raise Refused("destroyed_id")
    return decimal[1] if decimal else text


def destroyed(text: str) -> bool:
    """Whether a spreadsheet has rewritten the id in scientific notation: its digits are lost."""
    return DESTROYED.fullmatch(text.strip()) is not None


def parse_flag(text: str) -> bool:
    try:
        return FLAGS[text.casefold()]
    except KeyError:
        raise Refused("not_allowed") from None


def parser(
    kind: str, formats: Sequence[str], allowed: Sequence[str] = (), timezone: str = TIMEZONE
) -> Callable[[str], object]:
    """The function that reads cells of this kind. It gets a trimmed cell that is there."""
    if kind in NUMERIC:
        return lambda text: parse_quantity(text, kind)
    if kind in ("date", "datetime"):
        return lambda text: parse_moment(text, formats, timezone)
    if kind == "choice":
        return lambda text: _choice(text, allowed)
    plain: dict[str, Callable[[str], object]] = {"id": parse_id, "flag": parse_flag, "text": str}
    return plain[kind]


def _choice(text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise Refused("not_allowed")
    return text


def column(
    cells: Sequence[Cell] | pa.StringArray,
    kind: str,
    read: Callable[[str], object],
    formats: Sequence[str] = (),
    timezone: str = TIMEZONE,
) -> tuple[pd.Series, dict[int, str]]:
    """The typed column, and by position the reason of every refused cell (its value is missing).

    Cells of the plainest shape are read all at once, to the same values as `read` gives; `read` takes the others.
    """
    words = cells if isinstance(cells, pa.Array) else pa.array(cells, pa.string())
    quick = _at_once(words, kind, formats, timezone)
    slow = np.flatnonzero(quick.isna().to_numpy() & words.is_valid().to_numpy(zero_copy_only=False))
    made: list[object] = []
    reasons: dict[int, str] = {}
    for at, cell in zip(slow.tolist(), words.take(pa.array(slow)).to_pylist(), strict=True):
        try:
            made.append(read(cell))
        except Refused as refused:
            reasons[at] = str(refused)
            made.append(None)
    if made:
        quick.iloc[slow] = pd.Series(made, dtype=quick.dtype).array
    return (quick.dt.normalize() if kind == "date" else quick), reasons


def _at_once(words: pa.StringArray, kind: str, formats: Sequence[str], timezone: str) -> pd.Series:
    """The column with the values of cells of the plainest shape; the others are missing."""
    if kind in NUMERIC:
        return pd.Series(_numbers(words, kind))
    if kind == "text":
        return _series(words)
    if kind == "id":
        plain = pc.match_substring_regex(words, PLAIN_ID)
        return _series(pc.if_else(plain, words, pa.scalar(None, pa.string())))
    if kind in ("date", "datetime"):
        zoned = told_moments(words, formats)
        shown = of_shop((zoned["shown"] - zoned["ahead"]).dt.tz_localize("UTC"), timezone)
        return _moments(words, formats).fillna(shown.where(shown.dt.year.between(*YEARS)))
    return pd.Series(None, index=range(len(words)), dtype=DTYPES.get(kind, "str"))


def _series(words: pa.StringArray) -> pd.Series:
    return pd.Series(pd.array(words, dtype="str"))


def _numbers(words: pa.StringArray, kind: str) -> np.ndarray:
    plain = pc.match_substring_regex(words, PLAIN_RATE if kind == "rate" else PLAIN)
    text = pc.replace_substring(pc.if_else(plain, words, pa.scalar(None, pa.string())), ",", "")
    if kind == "rate":
        text = pc.replace_substring(text, "%", UNITS["%"])
    values = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False).astype("float64")
    low, high = RANGES.get(kind, (None, None))
    good = np.isfinite(values)
    good &= values >= (-np.inf if low is None else low)
    good &= values <= (np.inf if high is None else high)
    if kind == "count":
        good &= np.floor(values) == values
    return np.where(good, values, np.nan)


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
