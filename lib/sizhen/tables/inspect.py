"""What a shop's folder holds, and what is odd about it, before anything is concluded from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sizhen.tables.errors import DataError
from sizhen.tables.files import read_table
from sizhen.tables.shop import Shop
from sizhen.vocab import TOTALS, TableSpec, load

PARTIAL_SHARE = 0.5
USUAL_DAYS = 14
COLUMNS = ["table", "rows", "first", "last", "days_missing", "unknown_columns", "state", "note"]


def overview(shop: Shop) -> pd.DataFrame:
    """One row per table of the contract: table, rows, first and last day, days_missing between them,
    unknown_columns (all their cells empty, joined by `, `), state (there, missing, broken) and a note.

    `days_missing` is unknown for tables that need no row every day. A broken table does not stop the others.
    """
    return pd.DataFrame([_line(shop, spec) for spec in load().tables.values()], columns=COLUMNS)


def _line(shop: Shop, spec: TableSpec) -> dict[str, object]:
    line: dict[str, object] = {"table": spec.name, "rows": 0, "state": "missing", "note": "", "unknown_columns": ""}
    if not shop.has(spec.name):
        return line
    try:
        frame = shop.table(spec.name)
    except DataError as error:
        return line | {"rows": pd.NA, "state": "broken", "note": str(error)}
    line |= {"state": "there", "rows": len(frame), "unknown_columns": ", ".join(_unknown(frame, spec))}
    if frame.empty:
        return line | {"note": "no rows"}
    if spec.dated is None:
        return line
    days = frame[spec.dated].dropna().dt.normalize()
    notes = [f"{len(frame) - len(days)} rows without a {spec.dated}"] if len(days) < len(frame) else []
    daily = spec.dated == "date"
    gaps = _gaps(days) if daily else []
    if gaps:
        notes.append(f"no rows on {_listed(gaps)}")
    if daily and looks_partial(frame, spec):
        notes.append(f"{days.max():%Y-%m-%d} looks partial")
    return line | {
        "first": days.min(),
        "last": days.max(),
        "days_missing": len(gaps) if daily else pd.NA,
        "note": "; ".join(notes),
    }


def _unknown(frame: pd.DataFrame, spec: TableSpec) -> list[str]:
    """Columns without a single known cell; an empty text is no knowledge."""
    plain = [c for c in spec.names if c not in spec.keys]
    return [c for c in plain if frame[c].isna().all() or (frame[c].astype("str") == "").all()] if len(frame) else []


def _gaps(days: pd.Series) -> list[pd.Timestamp]:
    every = pd.date_range(days.min(), days.max(), unit="us")
    return list(every.difference(pd.DatetimeIndex(days.unique())))


def _listed(days: list[pd.Timestamp], limit: int = 3) -> str:
    named = ", ".join(f"{d:%Y-%m-%d}" for d in days[:limit])
    return named if len(days) <= limit else f"{named} and {len(days) - limit} more days"


def looks_partial(frame: pd.DataFrame, spec: TableSpec) -> bool:
    """The last day's main count is under half of any of the two weeks before: taken before the day was over."""
    counts = [c.name for c in spec.columns if c.kind == "count" and frame[c.name].notna().any()]
    if not counts:
        return False
    by_day = frame.groupby("date")[counts[0]].sum(min_count=1).dropna()
    before = by_day.iloc[-1 - USUAL_DAYS : -1]
    usual = float(np.min(before)) if len(before) >= USUAL_DAYS // 2 else 0.0
    return usual >= 20 and float(by_day.iloc[-1]) < PARTIAL_SHARE * usual


def kept_totals(shop: Shop) -> pd.DataFrame:
    """One row per table of totals over several days, which no examination reads: table, rows, first and last day, days
    (the lengths, joined by `, `) and a note where it is broken."""
    paths = {TOTALS + name: shop.path(TOTALS + name) for name in load().tables}
    lines = [_totals_line(table, path, shop.profile.timezone) for table, path in paths.items() if path is not None]
    return pd.DataFrame(lines, columns=["table", "rows", "first", "last", "days", "note"])


def _totals_line(table: str, path: Path, timezone: str) -> dict[str, object]:
    try:
        frame = read_table(path, table, timezone=timezone)
    except DataError as error:
        return {"table": table, "rows": pd.NA, "note": str(error)}
    first, last = frame["first_day"], frame["last_day"]
    lengths = sorted(set((last - first).dt.days + 1))
    told = {"first": first.min(), "last": last.max(), "days": ", ".join(map(str, lengths)), "note": ""}
    return {"table": table, "rows": len(frame)} | told
