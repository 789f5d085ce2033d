"""Figures with a decimal point or a decimal comma, told apart before any is read: 2.452 can be 2452 as well. What the
column, the file or the currency does not tell is refused with the cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sizhen.intake import twofold
from sizhen.intake.body import Body, Coded
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.rules import Context
from sizhen.intake.twofold import Told
from sizhen.intake.values import NUMERIC, RANGES

POINT, COMMA = 0, 1
MARKS = (".", ",")  # of decimals
# Currencies of places that part thousands by points, and those whose smallest coin is a thousandth.
POINTED = ("EUR", "ARS", "BRL", "CLP", "COP", "DKK", "IDR", "ISK", "RON", "RSD", "TRY", "UYU", "VND")
THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
BEFORE, AFTER = "^[^0-9.,:;/]{0,6}", "[^0-9.,:;/]{0,6}$"
CHINESE = "[\u4e00-\u9fff]"
WAN = "[\u4e07\u4ebf]"  # ten thousand, a hundred million: behind decimals as China writes them
WIDE = "[\uff10-\uff19]"
NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0C: ",", 0xFF0E: "."}
OPEN = f"{BEFORE}[1-9][0-9]{{0,2}}[.,][0-9]{{3}}{AFTER}"
WHOLE = f"([.,](0+|[0-9]{{3}})[^0-9]*|{WAN}.*)$"  # of what tells, the end that a count may have
INDIAN_BY_POINTS = r"[0-9]\.[0-9]{2}\.[0-9]"
ENDS_IN_0 = "0[^0-9]*$"
SHORT, LONG = (f"{BEFORE}[1-9][0-9]{{{digits}}}{AFTER}" for digits in ("0,2", "3,"))
SAY = "write decimals by a point and nothing between thousands, or save it as xlsx with numbers in the column"


def _only(decimal: str, group: str, sizes: str) -> str:
    """What figures look like that can only be of this mark of decimals."""
    between = f"[{group} \u00a0\u202f'\u2019]"
    shapes = (
        rf"[0-9]+[{decimal}]([0-9]{{1,2}}|[0-9]{{4,}})",
        rf"(0[0-9]*|[0-9]{{4,}})[{decimal}][0-9]{{3}}",
        rf"[0-9]{{1,3}}({between}[0-9]{{{sizes}}})+[{decimal}][0-9]+",
        rf"[0-9]{{1,3}}([{group}][0-9]{{{sizes}}}){{2,}}",
    )
    return f"{BEFORE}({'|'.join(shapes)}){AFTER}"


ONLY = (f"{_only('.', ',', '2,3')}|{BEFORE}[0-9]{{1,3}}[.,][0-9]{{3}} ?{WAN}{AFTER}", _only(",", ".", "3"))


def settled(rows: Body, grid: Grid, context: Context, currency: Callable[[], str | None]) -> Body:
    """The rows with decimal points only. `currency`: the code that the file's money is in, asked for where it may
    decide. Raises IntakeError for figures that can be two."""
    kinds = {at: kind for at, kind in _kinds(context) if at not in grid.exact}
    rows = replace(rows, columns=tuple(_narrow(c) if at in kinds else c for at, c in enumerate(rows.columns)))
    found = {at: _told(twofold.used(rows.columns[at]), kind) for at, kind in kinds.items()}
    way = twofold.way(found, rows, context, SAY)
    commas = set(kinds) if way == COMMA else set()
    for at, told in found.items():
        if len(told.open) and not any(len(only) for only in told.only):
            settled = _way(told, way, kinds[at], grid, context, currency)
            if settled is None:
                raise _refusal(told, at, rows, context)
            commas |= {at} if settled == COMMA else set()
    if not commas:
        return rows
    columns = tuple(Coded(_swapped(c.words), c.codes) if at in commas else c for at, c in enumerate(rows.columns))
    sums = [[_swapped(pa.array([c]))[0].as_py() if at in commas else c for at, c in enumerate(s)] for s in rows.sums]
    return replace(rows, columns=columns, sums=tuple(map(tuple, sums)))


def _kinds(context: Context) -> Iterator[tuple[int, str]]:
    """The columns that figures are read from, with their kind."""
    for source in context.match.layout.sources:
        places = context.match.columns(source)[: len(source.headings)]
        if source.rule == "part" and places:
            yield from zip(places, ("rate", "count"), strict=True)
        elif source.kind in NUMERIC:
            yield from ((at, source.kind) for at in places)


def _narrow(column: Coded) -> Coded:
    """The column without digits of full width."""
    if not _like(column.words, WIDE).any():
        return column
    again = pa.array([word.translate(NARROW) for word in column.words.to_pylist()]).dictionary_encode()
    return Coded(again.dictionary, again.indices.to_numpy()[column.codes])


def _told(words: pa.StringArray, kind: str) -> Told:
    pointed = _like(words, ONLY[POINT])
    others = np.flatnonzero(~pointed)
    rest = words.take(pa.array(others))
    point, comma, both = np.flatnonzero(pointed), others[_like(rest, ONLY[COMMA])], others[_like(rest, OPEN)]
    if RANGES.get(kind, (None, None))[1] is not None:  # no thousands: what could part them parts decimals
        pointed = _like(words.take(pa.array(both)), "[.]")
        return Told(words, (np.append(point, both[pointed]), np.append(comma, both[~pointed])), both[:0])
    if kind == "count":
        point, comma = (at[_like(words.take(pa.array(at)), WHOLE)] for at in (point, comma))
    return Told(words, (point, comma), both)


def _like(words: pa.StringArray, shape: str) -> NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(words, shape).to_numpy(zero_copy_only=False), dtype=bool)


def _way(
    told: Told, way: int | None, kind: str, grid: Grid, context: Context, currency: Callable[[], str | None]
) -> int | None:
    """How a column is written of which every figure with a mark is open, where the file is written that way or tells
    none. Money has no thousandths but in some currencies, and nothing that is counted has: a file in which only other
    columns show its decimals does not tell these."""
    cells = told.words.take(pa.array(told.open))
    by = [mark for mark in MARKS if _like(cells, f"[{mark}]").any()]
    if len(by) > 1:
        return way
    grouped = MARKS.index(by[0]) ^ 1  # the way in which this mark parts thousands
    if _parts_thousands(told, cells):
        return grouped if way in (None, grouped) else None
    if way is not None:
        whole = kind == "count" or (kind == "money" and currency() not in THOUSANDTHS)
        return None if whole and way != grouped else way
    code = currency() if kind == "money" else None
    if code in POINTED or (code and grouped == POINT and code not in THOUSANDTHS):
        return grouped
    named = any(re.search(CHINESE, h) for h in context.match.headings)
    usual = grid.separator == "," or (grid.separator != ";" and (named or kind == "count"))
    return POINT if grouped == POINT and usual else None


def _parts_thousands(told: Told, cells: pa.StringArray) -> bool:
    """Whether 1.250 stands beside 875, and no 1875: who writes decimals writes as many everywhere, or no 0 at the
    end."""
    return bool(_like(cells, ENDS_IN_0).any() and _like(told.words, SHORT).any() and not _like(told.words, LONG).any())


def _refusal(told: Told, at: int, rows: Body, context: Context) -> IntakeError:
    cell = told.word(told.open[0])
    bare = re.sub("[^0-9.,]", "", cell)
    both = f"{re.sub('[.,]', '', bare)} or {bare.replace(',', '.')}"
    problem = f"has {twofold.place(cell, at, rows, context)}, which can be {both}, and nothing tells which"
    return IntakeError(context.file, problem, SAY)


def _swapped(words: pa.StringArray) -> pa.StringArray:
    """Figures by decimal commas as those by decimal points, and the other way round."""
    moved = pc.replace_substring(words, ",", "\0")
    moved = pc.replace_substring(pc.replace_substring(moved, ".", ","), "\0", ".")
    return pc.if_else(pc.match_substring_regex(words, INDIAN_BY_POINTS), words, moved)
