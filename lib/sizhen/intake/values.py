"""Cells to values. A cell is read, is missing, or is refused with a reason; it is never repaired by a guess."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime

import pandas as pd

NUMBER = re.compile(r"([+-]?)[¥$€£]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%?)")
DESTROYED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")
QUOTED_ID = re.compile(r'="(.*)"')
RANGES = {"count": (0, None), "money": (0, None), "seconds": (0, None), "rate": (0, 1), "score": (1, 5)}
NUMERIC = (*RANGES, "number")
YEARS = (1990, 2100)
FLAGS = {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False, "yes": True, "no": False}
DTYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "flag": "boolean"}

Cell = str | None


class Refused(ValueError):
    """A cell that is there but cannot be read; its text is the id of the reason."""


def parse_number(text: str) -> float:
    """A number with or without thousands separators, currency sign or %; 12.5% is 0.125. Raises Refused.

    Scientific notation is refused: a spreadsheet has already thrown digits away.
    """
    found = NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise Refused("not_a_number")
    sign, whole, part, percent = found.groups()
    # Shifting the decimal point in the text gives the nearest float, which dividing by 100 does not.
    return float(f"{sign}{whole.replace(',', '')}{part or ''}{'e-2' if percent else ''}")


def parse_quantity(text: str, kind: str) -> float:
    """A number within the range of its kind; % is understood in rates only. Raises Refused."""
    if kind != "rate" and text.rstrip().endswith(("%", "％")):
        raise Refused("not_a_number")
    value = parse_number(text)
    if not math.isfinite(value):
        raise Refused("out_of_range")
    low, high = RANGES.get(kind, (None, None))
    if (low is not None and value < low) or (high is not None and value > high):
        raise Refused("out_of_range")
    if kind == "count" and value != int(value):
        raise Refused("not_a_number")
    return value


def parse_moment(text: str, formats: Sequence[str]) -> datetime:
    """A date or time in one of the formats, between the years 1990 and 2100. Raises Refused."""
    for pattern in formats:
        # %m and %d also accept one digit, so a pattern without separators would read 202698 as 2026-09-08.
        if pattern == "%Y%m%d" and len(text) != 8:
            continue
        try:
            moment = datetime.strptime(text, pattern)
        except ValueError:
            continue
        if YEARS[0] <= moment.year <= YEARS[1]:
            return moment
        raise Refused("out_of_range")
    raise Refused("not_a_date")


def parse_id(text: str) -> str:
    """An id as text, without the wrappers that keep spreadsheets from counting it (="12", '12). Raises Refused."""
    text = unicodedata.normalize("NFKC", text).strip()
    if wrapped := QUOTED_ID.fullmatch(text):
        text = wrapped[1].strip()
    text = text.removeprefix("'")
    if destroyed(text):
        raise Refused("destroyed_id")
    return text


def destroyed(text: str) -> bool:
    """Whether a spreadsheet has rewritten the id in scientific notation: its digits are lost."""
    return DESTROYED.fullmatch(text.strip()) is not None


def parse_flag(text: str) -> bool:
    try:
        return FLAGS[text.casefold()]
    except KeyError:
        raise Refused("not_allowed") from None


def parser(kind: str, formats: Sequence[str], allowed: Sequence[str] = ()) -> Callable[[str], object]:
    """The function that reads cells of this kind. It gets a trimmed cell that is there."""
    if kind in NUMERIC:
        return lambda text: parse_quantity(text, kind)
    if kind in ("date", "datetime"):
        return lambda text: parse_moment(text, formats)
    if kind == "choice":
        return lambda text: _choice(text, allowed)
    plain: dict[str, Callable[[str], object]] = {"id": parse_id, "flag": parse_flag, "text": str}
    return plain[kind]


def _choice(text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise Refused("not_allowed")
    return text


def column(cells: Sequence[Cell], kind: str, read: Callable[[str], object]) -> tuple[pd.Series, dict[int, str]]:
    """The typed column, and by position the reason of every refused cell (its value is missing)."""
    seen: dict[Cell, object] = {None: None}
    reasons: dict[Cell, str] = {}
    for cell in set(cells) - {None}:
        try:
            seen[cell] = read(str(cell))
        except Refused as refused:
            seen[cell], reasons[cell] = None, str(refused)
    typed = pd.Series([seen[c] for c in cells], dtype=DTYPES.get(kind, "float64" if kind in NUMERIC else "str"))
    if kind == "date":
        typed = typed.dt.normalize()
    return typed, {i: reasons[c] for i, c in enumerate(cells) if c in reasons} if reasons else {}
