"""The contract of vocab/tables.toml: the way from raw columns to typed ones, and what a value may be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from sizhen.tables.cells import MISSING, kept
from sizhen.tables.clock import TIMEZONE
from sizhen.tables.errors import DataError
from sizhen.tables.moments import YEARS, moments
from sizhen.tables.shown import PLACES, SHOWN, unreachable
from sizhen.vocab import Column, TableSpec, load
from sizhen.vocab.plain import LINES, UNSEEN, plain

NUMERIC = ("count", "money", "rate", "score", "seconds", "number")
EXPECTED = {
    "count": "a whole number of at least 0",
    "money": "an amount of at least 0",
    "rate": "a fraction from 0 to 1",
    "score": "a score from 1 to 5",
    "seconds": "a duration of at least 0 seconds",
    "number": "a finite number",
    "date": "a date such as 2026-10-31",
    "datetime": "a time such as 2026-10-31 14:05:00",
    "flag": "true or false",
    "id": "a text id that is not empty",
    "text": "a text",
}
COLUMNS = 1000  # a table with more is none
READABLE = ("text", "id", "choice")
NUMBERS, TEXTS = ((str, int, float, Decimal), bool), ((str,), ())  # types of cells, and those of them that are none
WRITTEN = {"date": ((str, date), ()), "datetime": ((str, date), ()), "flag": ((str, int, float), ())}


def _dtype(column: Column) -> str:
    kinds = {"date": "datetime64[us]", "datetime": "datetime64[us]", "flag": "boolean"}
    return kinds.get(column.kind, "float64" if column.kind in NUMERIC else "str")


def odd(values: pd.Series, column: Column) -> NDArray[np.bool_]:
    """Which values of a typed column it may not hold: out of its range, or unknown in a key."""
    numbers = values.to_numpy() if column.kind in NUMERIC else np.empty(0)
    match column.kind:
        case "count":
            good = (numbers >= 0) & (np.floor(numbers) == numbers) & np.isfinite(numbers)
        case "money" | "seconds":
            good = (numbers >= 0) & np.isfinite(numbers)
        case "rate":
            good = (numbers >= 0) & (numbers <= 1)
        case "score":
            good = (numbers >= 1) & (numbers <= 5)
        case "number":
            good = np.isfinite(numbers)
        case "choice":
            good = values.isin([*column.allowed, *([""] if _filled(column) else [])]).to_numpy()
        case "id" if column.key and not column.empty:
            good = (values != "").to_numpy()
        case _:
            good = np.ones(len(values), dtype=bool)
    if column.key:
        return ~good | values.isna().to_numpy()
    return np.zeros(len(values), dtype=bool) if good.all() else ~good & values.notna().to_numpy()


def _ascends(frame: pd.DataFrame, keys: list[str]) -> bool:
    """True where every row's key comes after the one before: in order, and none twice."""
    after, level = np.zeros(max(len(frame) - 1, 0), dtype=bool), np.ones(max(len(frame) - 1, 0), dtype=bool)
    for key in keys:
        values = frame[key].array
        after |= level & np.asarray(values[1:] > values[:-1])
        level &= np.asarray(values[1:] == values[:-1])
    return bool(after.all())


def _first(bad: pd.Series | NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(np.asarray(bad))[0])


def _number(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    return pd.to_numeric(values, errors="coerce").astype("float64")


def _of_other_type(values: pd.Series, kind: str) -> pd.Series:
    """Cells of a type that nothing of this kind is written in: a list is no text, a duration no number."""
    if values.dtype == "object":
        types, others = WRITTEN.get(kind, NUMBERS if kind in NUMERIC else TEXTS)
        return values.map(lambda v: not isinstance(v, types) or isinstance(v, others)).astype(bool)
    is_time = pd.api.types.is_datetime64_any_dtype(values) or isinstance(values.dtype, pd.PeriodDtype)
    odd = is_time if kind not in WRITTEN or kind == "flag" else False
    odd |= pd.api.types.is_timedelta64_dtype(values)
    odd |= pd.api.types.is_bool_dtype(values) and kind != "flag"
    return pd.Series(odd, index=values.index)


def _flag(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.astype("boolean")
    words = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
    return values.astype("str").str.strip().str.lower().map(words).astype("boolean")


def _convert(values: pd.Series, column: Column, timezone: str) -> pd.Series:
    if column.kind in NUMERIC:
        return _number(values)
    if column.kind in ("date", "datetime"):
        return moments(values, column.kind, timezone)
    if column.kind == "flag":
        return _flag(values)
    if pd.api.types.is_float_dtype(values) or pd.api.types.is_integer_dtype(values):
        return pd.Series(pd.NA, index=values.index, dtype="str")
    return values.astype("str")


def _filled(column: Column) -> bool:
    """True where an empty cell is an empty text, and not unknown."""
    return column.empty or (column.kind == "choice" and not column.key)


def _is_plain(values: pd.Series, column: Column) -> bool:
    """True where the cells are as they are to be, but for their type and what is filled."""
    if column.kind in NUMERIC:
        return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if column.kind == "flag":
        return pd.api.types.is_bool_dtype(values)
    if values.dtype != _dtype(column):
        return False
    if column.kind in ("date", "datetime"):
        moments = values.to_numpy()
        good = (moments >= YEARS[0].to_numpy()) & (moments <= YEARS[1].to_numpy()) | np.isnat(moments)
        whole = (moments.astype("datetime64[D]") == moments) | np.isnat(moments)
        return bool(good.all()) and (column.kind == "datetime" or bool(whole.all()))
    cells = pyarrow.array(values)
    odd = pc.is_in(pc.utf8_trim_whitespace(cells), pyarrow.array(MISSING))
    if _filled(column):
        odd = pc.and_(odd, pc.not_equal(cells, ""))
    return not pc.any(pc.or_(odd, pc.match_substring_regex(cells, f"{UNSEEN}|{LINES}"))).as_py()


def _readable(values: pd.Series) -> pd.Series:
    """Texts in one line, without control and direction characters."""
    if values.dtype not in ("str", "object"):
        return values
    return values.map(lambda cell: plain(cell) if isinstance(cell, str) else cell, na_action="ignore")


def typed(values: pd.Series, column: Column, file: str, timezone: str) -> pd.Series:
    """One column in its type. DataError at the first cell that is there but cannot be read."""
    if column.kind == "text" and values.dtype == "str":
        values = _cut(values)
    if _is_plain(values, column):
        plainly = values.astype(pd.api.types.pandas_dtype(_dtype(column)))
        return plainly.fillna("") if _filled(column) else plainly
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype == "object" and column.kind not in NUMERIC:
        values = values.map(_decoded)
    if column.kind in READABLE:
        values = _readable(values)
    other = _of_other_type(values, column.kind)
    given, readable = values.notna(), values.where(~other)
    if not pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_datetime64_any_dtype(values):
        given &= ~readable.astype("str").str.strip().isin(MISSING).fillna(False)
    read = _convert(readable.where(given), column, timezone)
    lost = read.isna() & given
    if lost.any():
        at = _first(lost)
        raise DataError(
            file,
            f"{_shown(values.iloc[at])!r:.60} is not {_wanted(column)}",
            "correct the cell or leave it empty if it is unknown",
            row=at + 2,
            column=column.name,
        )
    if column.kind == "text":
        read = _cut(read)
    return read.fillna("") if _filled(column) else read


def _cut(values: pd.Series) -> pd.Series:
    return pd.Series(pd.array(kept(pyarrow.array(values))[0], dtype="str"), index=values.index)


def _decoded(cell: object) -> object:
    """Some programs write texts as bytes; other bytes stay what they are."""
    try:
        return cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return cell


def _refuse_duplicates(frame: pd.DataFrame, spec: TableSpec, file: str) -> None:
    twice = frame.duplicated(spec.keys)
    if twice.any():
        at = _first(twice)
        key = ", ".join(f"{k}={_shown(frame[k].iloc[at])}" for k in spec.keys)
        raise DataError(file, f"the key {key} stands twice", "keep one row", row=at + 2, column=spec.keys[0])


def _wanted(column: Column) -> str:
    return f"one of {', '.join(column.allowed)}" if column.allowed else EXPECTED[column.kind]


def _shown(value: object) -> str:
    """A cell as a person would type it."""
    if isinstance(value, pd.Timestamp):
        beyond = not YEARS[0].year <= value.year <= YEARS[1].year  # such a time with a zone cannot be written
        return str(value.to_numpy() if beyond else value).removesuffix(" 00:00:00")
    if isinstance(value, dict | list | np.ndarray):
        return f"a {type(value).__name__}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _refuse_odd(values: pd.Series, column: Column, file: str) -> None:
    bad = odd(values, column)
    if not bad.any():
        return
    at = _first(bad)
    value = "an empty cell" if pd.isna(values.iloc[at]) else repr(_shown(values.iloc[at]))
    remedy = "correct the cell" if column.key else "correct the cell or leave it empty if it is unknown"
    raise DataError(file, f"{value:.60} is not {_wanted(column)}", remedy, row=at + 2, column=column.name)


def refuse_width(columns: int, file: str) -> None:
    """Raises DataError where no table is so wide."""
    if columns > COLUMNS:
        problem = f"has {columns:,} columns, more than {COLUMNS:,}"
        raise DataError(file, problem, "keep those of the contract, see the codebook")


def conform(frame: pd.DataFrame, table: str, file: str, *, timezone: str = TIMEZONE) -> pd.DataFrame:
    """`frame` with the contract's columns, typed and checked, rows in key order; extra columns kept.

    Columns the file lacks come as unknown; times that name their zone, on the clock of `timezone`. Raises DataError
    naming `file`, row and column.
    """
    spec = load().table(table)
    refuse_width(len(frame.columns), file)
    frame = frame.reset_index(drop=True)
    for column in spec.columns:
        if column.name not in frame and column.key and not column.empty:
            raise DataError(file, f"the column {column.name} is missing", f"a {table} file needs it")
    unknown = {c.name: pd.Series(None, index=frame.index, dtype=_dtype(c)) for c in spec.columns if c.name not in frame}
    columns = {
        c.name: typed((unknown if c.name in unknown else frame)[c.name], c, file, timezone) for c in spec.columns
    }
    columns |= {c: unreachable(columns[c], c in spec.keys) for c in SHOWN.get(table, ())}
    columns |= {c: unreachable(columns[c], False, place=True) for c in PLACES.get(table, ())}
    made = pd.DataFrame(columns, copy=False)
    if extra := [c for c in frame.columns if c not in spec.names]:
        made = pd.concat([made, frame[extra]], axis=1)
    for column in spec.columns:
        _refuse_odd(made[column.name], column, file)
    if _ascends(made, spec.keys):
        return made
    _refuse_duplicates(made, spec, file)
    order = made[spec.keys].sort_values(spec.keys, kind="stable").index
    return made if order.is_monotonic_increasing else made.take(order.to_numpy()).reset_index(drop=True)
