"""A file's frames into the shop's tables, by key: newer values are taken, known ones not given again stay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from sizhen.intake import rules
from sizhen.intake.layouts import Layout, Source
from sizhen.intake.values import NUMERIC
from sizhen.tables import read_table, write_table
from sizhen.tables.files import SUFFIXES
from sizhen.tables.schema import conform
from sizhen.vocab import TableSpec, load


def merge(folder: Path, layout: Layout, frames: dict[str, pd.DataFrame]) -> dict[str, int]:
    """Writes the tables, keeping the format they have (parquet when new); all are checked before the first is written.

    Returns notes by id. Raises DataError.
    """
    notes: Counter[str] = Counter()
    ready = {}
    for table, frame in frames.items():
        spec, sources = load().tables[table], layout.tables[table]
        merged = _joined(_existing(folder, spec, sources), frame, spec, sources)
        for source in sources:
            if source.after and source.of and source.of in merged:
                merged[source.column], told = rules.TABLE[source.after](merged, source.of, spec)
                notes.update(told)
        ready[table] = conform(merged, table, f"{table} with the new rows")
    for table, merged in ready.items():
        write_table(folder, table, merged, "csv" if (folder / f"{table}.csv").exists() else "parquet")
    return dict(+notes)


def _existing(folder: Path, spec: TableSpec, sources: tuple[Source, ...]) -> pd.DataFrame | None:
    path = next((p for s in SUFFIXES if (p := folder / f"{spec.name}{s}").exists()), None)
    if path is None:
        return None
    frame = read_table(path, spec.name)
    for column in spec.columns:
        if column.kind == "choice" and not column.key:
            frame[column.name] = frame[column.name].replace("", pd.NA)
    for source in sources:
        if source.column in frame and source.column not in spec.names:
            frame[source.column] = _typed(frame[source.column], source.kind)
    return frame


def _typed(values: pd.Series, kind: str) -> pd.Series:
    """A column beyond the contract in its kind again: a CSV table keeps it as text."""
    if kind in NUMERIC:
        return pd.to_numeric(values.replace("", pd.NA)).astype("float64")
    if kind in ("date", "datetime"):
        return pd.to_datetime(values.replace("", pd.NA)).astype("datetime64[us]")
    return values


def _joined(old: pd.DataFrame | None, new: pd.DataFrame, spec: TableSpec, sources: tuple[Source, ...]) -> pd.DataFrame:
    """One row per key; where both know a value the new one counts, but a constant never replaces what is known."""
    if old is None:
        return new.reset_index(drop=True)
    constants = [s.column for s in sources if s.value is not None]
    both = pd.concat([old, new], ignore_index=True)
    rows = both.groupby(spec.keys, dropna=False, sort=True)
    merged = rows.last()
    merged[constants] = rows[constants].first() if constants else merged[constants]
    return merged.reset_index()
