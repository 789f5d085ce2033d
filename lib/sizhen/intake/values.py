"""Cells to values. A cell is read, is missing, or is refused with a reason; it is never repaired by a guess."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake import times
from sizhen.intake.errors import Refused
from sizhen.intake.grid import MAX_DIGITS
from sizhen.intake.headings import INVISIBLE
from sizhen.tables.clock import TIMEZONE

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
# Thousands between commas, spaces or apostrophes, or as in India; nobody writes 0,123.
GROUPED = r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+|(?:['\u2019]\d{3})+)|[1-9]\d?(?:,\d\d)+,\d{3}"
NUMBER = re.compile(rf"\A([+-]?)(?:[¥$€£]\s*)?({GROUPED}|\d+)(\.\d+)?\s*([{''.join(UNITS)}]?)")
GROUPS = re.compile("[, '\u2019]")
BRACKETED = re.compile(r"^\(([^-+()]+)\)$")  # as accountants write what is below zero
COUNTED = {  # what may stand behind a number of this kind
    "count": re.compile("(?<!\\s)\\s*+[\u4eba\u6b21\u4ef6\u7b14\u5355\u4e2a\u6761]$"),
    "money": re.compile(rf"^(?:{CURRENCY})\s*(?=\$?\d)|(?<=[\d\u4e07\u4ebf])\s*(?:{CURRENCY})$"),
    "seconds": re.compile("(?<!\\s)\\s*+(?:\u79d2|s)$"),
}
PLAIN = r"^-?([1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?$"
PLAIN_RATE = PLAIN.replace("$", "%?$")
PLAIN_ID = r"^[0-9A-Za-z_-]+$"
APOSTROPHES = ("'", "`", "\u2018", "\u2019")
DESTROYED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")
QUOTED_ID = re.compile(r'="(.*)"')
DECIMAL_ID = re.compile(r"(?<!\d)(\d{6,}+)\.0+")  # a whole number that was stored as one with decimals
CLOCK = re.compile(r"(\d{1,9}):([0-5]\d):([0-5]\d)")
RANGES = {"count": (0, None), "money": (0, None), "seconds": (0, None), "rate": (0, 1), "score": (1, 5)}
NUMERIC = (*RANGES, "number")
TEXTUAL = ("id", "text", "choice")
FLAGS = {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False, "yes": True, "no": False}
DTYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "flag": "boolean"}

Cell = str | None


def parse_number(text: str) -> float:
    """A number with a decimal point, with or without thousands separators, currency sign or unit; 12.5% is 0.125, (5)
    is -5. Raises Refused.

    Scientific notation is refused: a spreadsheet has already thrown digits away. So are raised and circled digits: they
    are marks of footnotes, and no part of the number.
    """
    if any(c.isdigit() and not c.isdecimal() for c in text):
        raise Refused("not_a_number")
    found = NUMBER.fullmatch(BRACKETED.sub(r"-\1", unicodedata.normalize("NFKC", text).strip()))
    if found is None:
        raise Refused("not_a_number")
    sign, whole, part, unit = found.groups()
    # Shifting the decimal point in the text gives the nearest float, which dividing by 100 does not.
    return float(f"{sign}{GROUPS.sub('', whole)}{part or ''}{UNITS.get(unit, '')}")


def parse_quantity(text: str, kind: str) -> float:
    """A number within the range of its kind; % is understood in rates only, h:mm:ss in durations, what is counted where
    it is. Raises Refused."""
    if kind != "rate" and text.rstrip(" )）").endswith(("%", "％")):
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
        return lambda text: times.parse_moment(text, formats, timezone)
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
        return times.at_once(words, formats, timezone)
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
