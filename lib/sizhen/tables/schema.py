"""pandera schemas built from vocab/tables.toml, and the way from raw columns to typed ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from sizhen.tables.cells import MISSING, TURNING, kept
from sizhen.tables.errors import DataError
from sizhen.vocab import Column, TableSpec, load

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
pa.DataFrameSchema({}).validate(pd.DataFrame())  # pandera loads its checks at the first use: let it be the import


def _dtype(column: Column) -> str:
    kinds = {"date": "datetime64[us]", "datetime": "datetime64[us]", "flag": "boolean"}
    return kinds.get(column.kind, "float64" if column.kind in NUMERIC else "str")


def _rule(column: Column) -> Callable[[Any], Any] | None:
    """What every known value of the column must fulfil; None for anything goes."""
    match column.kind:
        case "count":
            return lambda s: (s >= 0) & (np.floor(s) == s) & np.isfinite(s)
        case "money" | "seconds":
            return lambda s: (s >= 0) & np.isfinite(s)
        case "rate":
            return lambda s: (s >= 0) & (s <= 1)
        case "score":
            return lambda s: (s >= 1) & (s <= 5)
        case "number":
            return np.isfinite
        case "choice":
            allowed = [*column.allowed, *([] if column.key and not column.empty else [""])]
            return lambda s: s.isin(allowed)
        case "id" if column.key and not column.empty:
            return lambda s: s != ""
    return None


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """The pandera schema of a table. KeyError for a table the contract does not know."""
    spec = load().table(table)
    columns = {
        c.name: pa.Column(
            _dtype(c),
            [] if (rule := _rule(c)) is None else [pa.Check(rule, name=c.kind)],
            nullable=not c.key,
            required=True,
        )
        for c in spec.columns
    }
    return pa.DataFrameSchema(columns, unique=spec.keys, name=table)


def _passes(values: pd.Series, column: Column) -> bool:
    """What the schema asks of one column, in a tenth of pandera's time."""
    rule = _rule(column)
    if values.dtype != _dtype(column):
        return False
    if rule is None and not column.key:
        return True
    known = values.to_numpy()[~np.isnan(values.to_numpy())] if column.kind in NUMERIC else values.dropna()
    return (len(known) == len(values) or not column.key) and (rule is None or bool(rule(known).all()))


def _ascends(frame: pd.DataFrame, keys: list[str]) -> bool:
    """True where every row's key comes after the one before: in order, and none twice."""
    after, level = np.zeros(max(len(frame) - 1, 0), dtype=bool), np.ones(max(len(frame) - 1, 0), dtype=bool)
    for key in keys:
        values = frame[key].array
        after |= level & np.asarray(values[1:] > values[:-1])
        level &= np.asarray(values[1:] == values[:-1])
    return bool(after.all())


def _first(bad: pd.Series) -> int:
    return int(np.flatnonzero(bad.to_numpy())[0])


def _number(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        raise TypeError("booleans are not numbers")
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    return pd.to_numeric(values, errors="coerce").astype("float64")


def _moment(values: pd.Series, kind: str) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    parsed = pd.to_datetime(values, errors="coerce", format="ISO8601")
    if isinstance(parsed.dtype, pd.DatetimeTZDtype):
        parsed = parsed.dt.tz_localize(None)
    parsed = parsed.astype("datetime64[us]")
    return parsed.where(parsed == parsed.dt.normalize()) if kind == "date" else parsed


def _flag(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.astype("boolean")
    words = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
    return values.astype("str").str.strip().str.lower().map(words).astype("boolean")


def _convert(values: pd.Series, column: Column) -> pd.Series:
    if column.kind in NUMERIC:
        return _number(values)
    if column.kind in ("date", "datetime"):
        return _moment(values, column.kind)
    if column.kind == "flag":
        return _flag(values)
    if pd.api.types.is_float_dtype(values) or pd.api.types.is_integer_dtype(values):
        return pd.Series(pd.NA, index=values.index, dtype="str")
    return values.astype("str").str.replace(TURNING, "", regex=True)


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
        whole = (moments.astype("datetime64[D]") == moments) | np.isnat(moments)
        return column.kind == "datetime" or bool(whole.all())
    cells = pyarrow.array(values)
    odd = pc.is_in(pc.utf8_trim_whitespace(cells), pyarrow.array(MISSING))
    if _filled(column):
        odd = pc.and_(odd, pc.not_equal(cells, ""))
    return not pc.any(pc.or_(odd, pc.match_substring_regex(cells, TURNING))).as_py()


def _typed(values: pd.Series, column: Column, file: str) -> pd.Series:
    """One column in its type. DataError at the first cell that is there but cannot be read."""
    if column.kind == "text" and values.dtype in ("str", "object"):
        values = pd.Series(pd.array(kept(pyarrow.array(values.astype("str")))[0], dtype="str"), index=values.index)
    if _is_plain(values, column):
        plain = values.astype(pd.api.types.pandas_dtype(_dtype(column)))
        return plain.fillna("") if _filled(column) else plain
    given = values.notna()
    if not pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_datetime64_any_dtype(values):
        given &= ~values.astype("str").str.strip().isin(MISSING).fillna(False)
    try:
        typed = _convert(values.where(given), column)
    except TypeError:
        typed = pd.Series(pd.NA, index=values.index)
    lost = typed.isna() & given
    if lost.any():
        at = _first(lost)
        raise DataError(
            file,
            f"{_shown(values.iloc[at])!r:.60} is not {EXPECTED.get(column.kind, column.kind)}",
            "correct the cell or leave it empty if it is unknown",
            row=at + 2,
            column=column.name,
        )
    return typed.fillna("") if _filled(column) else typed


def _refuse_duplicates(frame: pd.DataFrame, spec: TableSpec, file: str) -> None:
    twice = frame.duplicated(spec.keys)
    if twice.any():
        at = _first(twice)
        key = ", ".join(f"{k}={_shown(frame[k].iloc[at])}" for k in spec.keys)
        raise DataError(file, f"the key {key} stands twice", "keep one row", row=at + 2, column=spec.keys[0])


def _shown(value: object) -> str:
    """A cell as a person would type it."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _explain(error: pa.errors.SchemaError, spec: TableSpec, frame: pd.DataFrame, file: str) -> DataError:
    column = next(c for c in spec.columns if c.name == error.schema.name)
    wanted = f"one of {', '.join(column.allowed)}" if column.allowed else EXPECTED[column.kind]
    cases = error.failure_cases
    at = int(cases["index"].min()) if isinstance(cases, pd.DataFrame) and cases["index"].notna().any() else None
    value = (
        "an empty cell"
        if at is None or pd.isna(frame[column.name].iloc[at])
        else repr(_shown(frame[column.name].iloc[at]))
    )
    if at is None and frame[column.name].isna().any():
        at = _first(frame[column.name].isna())
    return DataError(
        file,
        f"{value:.60} is not {wanted}",
        "correct the cell" if column.key else "correct the cell or leave it empty if it is unknown",
        row=None if at is None else at + 2,
        column=column.name,
    )


def conform(frame: pd.DataFrame, table: str, file: str) -> pd.DataFrame:
    """`frame` with the contract's columns, typed and checked, rows in key order; extra columns kept.

    Columns the file lacks come as unknown. Raises DataError naming `file`, row and column.
    """
    spec = load().table(table)
    frame = frame.reset_index(drop=True)
    for column in spec.columns:
        if column.name not in frame and column.key and not column.empty:
            raise DataError(file, f"the column {column.name} is missing", f"a {table} file needs it")
    unknown = {c.name: pd.Series(None, index=frame.index, dtype=_dtype(c)) for c in spec.columns if c.name not in frame}
    columns = {c.name: _typed((unknown if c.name in unknown else frame)[c.name], c, file) for c in spec.columns}
    typed = pd.DataFrame(columns, copy=False)
    if extra := [c for c in frame.columns if c not in spec.names]:
        typed = pd.concat([typed, frame[extra]], axis=1)
    if all(_passes(typed[c.name], c) for c in spec.columns) and _ascends(typed, spec.keys):
        return typed
    try:
        schema(table).validate(typed, inplace=True)  # it changes nothing; without it copies all
    except pa.errors.SchemaError as error:
        if error.schema.name != table:
            raise _explain(error, spec, typed, file) from None
        _refuse_duplicates(typed, spec, file)
        raise
    order = typed[spec.keys].sort_values(spec.keys, kind="stable").index
    return typed if order.is_monotonic_increasing else typed.take(order.to_numpy()).reset_index(drop=True)
