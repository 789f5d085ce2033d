"""A file's frames into the shop's tables, by key: newer values are taken, known ones not given again stay.

The tables of a call are kept until its files are read, and become a part of one change of the shop's folder.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from sizhen.intake import rules
from sizhen.intake.layouts import Layout, Source
from sizhen.intake.values import NUMERIC
from sizhen.tables import read_table
from sizhen.tables.files import Format, put_table
from sizhen.tables.schema import typed
from sizhen.tables.switch import SUFFIXES, Change
from sizhen.vocab import TOTALS, Column, TableSpec, Text, load
from sizhen.vocab.model import Kind


@dataclass
class Tables:
    """The tables of one shop while files come in. Nothing is written before a change is committed."""

    folder: Path
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)

    def add(
        self, layout: Layout, frames: dict[str, pd.DataFrame], timezone: str
    ) -> tuple[dict[str, int], dict[str, int]]:
        """(notes by id, how many known values each column changes). `timezone`: the shop's. Raises DataError where a
        table cannot be read."""
        ready: dict[str, pd.DataFrame] = {}
        touched: set[str] = set()
        notes: Counter[str] = Counter()
        changed: Counter[str] = Counter()
        for table, frame in frames.items():
            spec, sources = load().table(table), layout.tables[table.removeprefix(TOTALS)]
            old = self._known(spec, sources, timezone)
            merged = frame.reset_index(drop=True)
            if old is not None:
                merged, told = joined(old, merged, spec, sources)
                changed.update(told)
            for source in sources:
                if source.after and source.of and source.of in merged and not table.startswith(TOTALS):
                    computed, counted = rules.TABLE[source.after](merged, source.of, spec)
                    notes.update(counted)
                    if merged is not old:
                        merged[source.column] = computed
            if merged is not old:
                touched.add(table)
            ready[table] = merged
        self._frames |= ready
        self._touched |= touched
        return dict(+notes), dict(+changed)

    def put(self, change: Change) -> None:
        """Makes what they changed a part of the change, in the format each table has (parquet when new), the largest
        first. Raises DataError."""
        for table in sorted(self._touched, key=lambda t: -len(self._frames[t])):
            format: Format = "csv" if (self.folder / f"{table}.csv").exists() else "parquet"
            put_table(change, table, self._frames.pop(table), format)
        self._touched.clear()

    def _known(self, spec: TableSpec, sources: tuple[Source, ...], timezone: str) -> pd.DataFrame | None:
        if spec.name not in self._frames:
            stored = _stored(self.folder, spec, sources, timezone)
            if stored is None:
                return None
            self._frames[spec.name] = stored
        return self._frames[spec.name]


def merge(change: Change, layout: Layout, frames: dict[str, pd.DataFrame], timezone: str) -> None:
    """Makes the shop's tables with the frames added a part of the change. Raises DataError."""
    tables = Tables(change.folder)
    tables.add(layout, frames, timezone)
    tables.put(change)


def _stored(folder: Path, spec: TableSpec, sources: tuple[Source, ...], timezone: str) -> pd.DataFrame | None:
    path = next((p for s in SUFFIXES if (p := folder / f"{spec.name}{s}").exists()), None)
    if path is None:
        return None
    frame = read_table(path, spec.name, timezone=timezone)
    for column in spec.columns:
        if column.kind == "choice" and not column.key:
            frame[column.name] = frame[column.name].replace("", pd.NA)
    for source in sources:
        if source.column in frame and source.column not in spec.names:
            frame[source.column] = _as_kind(frame[source.column], source, path.name, timezone)
    return frame


def _as_kind(values: pd.Series, source: Source, file: str, timezone: str) -> pd.Series:
    """A column beyond the contract in its kind again: a CSV table keeps it as text. Raises DataError."""
    if source.kind not in (*NUMERIC, "date", "datetime"):
        return values
    column = Column(source.column, cast(Kind, source.kind), Text(source.column, source.column))
    return typed(values, column, file, timezone)


def joined(
    old: pd.DataFrame, new: pd.DataFrame, spec: TableSpec, sources: tuple[Source, ...]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """(one row per key, how many known values of each column changed); `old` itself where nothing is new.

    Where both know a value the new one counts, but a constant never replaces what is known.
    """
    constants = {s.column for s in sources if s.value is not None}
    keys = pd.concat([old[spec.keys], new[spec.keys]], ignore_index=True)
    which = keys.groupby(spec.keys, dropna=False, sort=False).ngroup().to_numpy()
    place = np.full(len(keys), -1)
    place[which[: len(old)]] = np.arange(len(old))
    at = place[which[len(old) :]]  # of each new row, where the old table has its key
    again = at >= 0
    added = new[~again]
    merged: dict[str, pd.Series] = {}
    changed: dict[str, int] = {}
    news = bool(len(added)) or not set(new.columns) <= set(old.columns)
    for column in dict.fromkeys([*old.columns, *new.columns]):
        if column not in new:
            merged[column] = pd.concat([old[column], _unknown(old[column], len(added))], ignore_index=True)
            continue
        known = old[column] if column in old else _unknown(new[column], len(old))
        given = new.loc[again, column]
        there = known.iloc[at[again]]
        takes = given.notna().to_numpy() & ~((column in constants) & there.notna().to_numpy())
        differs = takes & _differ(given, there)
        if differs.any():
            news, known = True, known.copy()
            known.iloc[at[again][differs]] = given[differs].array
            changed[column] = int((differs & there.notna().to_numpy()).sum())
        merged[column] = pd.concat([known, added[column]], ignore_index=True)
    return (pd.DataFrame(merged) if news else old), changed


def _differ(given: pd.Series, there: pd.Series) -> np.ndarray:
    same = given.reset_index(drop=True).eq(there.reset_index(drop=True)).fillna(False).to_numpy(dtype=bool)
    return ~same


def _unknown(like: pd.Series, count: int) -> pd.Series:
    return like.iloc[:0].reindex(range(count))
