"""A file's frames into the shop's tables, by key: newer values are taken, known ones not given again stay.

The tables of a call are kept until its files are read, and become a part of one change of the shop's folder.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pandas as pd

from sizhen.intake import ages, rules
from sizhen.intake.identity import ROW, refuse_other_rows
from sizhen.intake.layouts import Layout, Source
from sizhen.intake.newer import Pairs, joined
from sizhen.intake.values import NUMERIC
from sizhen.tables import read_table
from sizhen.tables.files import Format, put_table
from sizhen.tables.schema import typed
from sizhen.tables.switch import SUFFIXES, Change
from sizhen.vocab import TOTALS, Column, TableSpec, Text, load
from sizhen.vocab.model import Kind


@dataclass(frozen=True)
class Export:
    """A file as such. `at`: when it was exported, in ISO, where it tells; `again`: whether it was imported before."""

    file: str = ""
    at: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Added:
    """Notes by id, how many known values each column changed, and sentences on rows that were corrected."""

    notes: dict[str, int]
    changed: dict[str, int]
    remarks: tuple[str, ...] = ()


@dataclass
class Tables:
    """The tables of one shop while files come in. Nothing is written before a change is committed."""

    folder: Path
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)

    def add(
        self, layout: Layout, frames: dict[str, pd.DataFrame], timezone: str, export: Export | None = None
    ) -> Added:
        """What becomes of the tables with these rows of a file. `timezone`: the shop's. Raises DataError where a table
        cannot be read, IntakeError where the rows are of another shop."""
        export = export or Export()
        ready: dict[str, pd.DataFrame] = {}
        notes: Counter[str] = Counter()
        changed: Counter[str] = Counter()
        remarks: list[str] = []
        for table, frame in frames.items():
            spec, sources = load().table(table), sources_of(layout, table)
            old = self._known(spec, sources, timezone)
            numbers = frame.pop(ROW) if ROW in frame else None
            merged = frame.reset_index(drop=True)
            if export.at is not None:
                merged = ages.told(merged, spec, pd.Timestamp(export.at))
            if old is not None:
                pairs = Pairs(old, merged, spec)
                if numbers is not None and not export.again:
                    told = refuse_other_rows(export.file, self.folder.name, pairs, numbers.reset_index(drop=True))
                    remarks += told
                both = joined(pairs, sources)
                merged = both.frame
                changed.update(both.changed)
                notes.update(both.notes)
            notes.update(_computed(merged, old, spec, sources))
            ready[table] = merged
        self._touched |= {table for table, merged in ready.items() if merged is not self._frames.get(table)}
        self._frames |= ready
        return Added(dict(+notes), dict(+changed), tuple(remarks))

    def put(self, change: Change) -> None:
        """Makes what they changed a part of the change, in the format each table has (parquet when new), the largest
        first. Raises DataError."""
        for table in sorted(self._touched, key=lambda t: -len(self._frames[t])):
            format: Format = "csv" if (self.folder / f"{table}.csv").exists() else "parquet"
            frame = ages.put(change, self._frames.pop(table), load().table(table))
            put_table(change, table, frame, format)
        self._touched.clear()

    def _known(self, spec: TableSpec, sources: tuple[Source, ...], timezone: str) -> pd.DataFrame | None:
        """A table as it is by now, with the times its cells were exported (`ages`)."""
        if spec.name not in self._frames:
            stored = _stored(self.folder, spec, sources, timezone)
            if stored is None:
                return None
            self._frames[spec.name] = ages.with_kept(stored, self.folder, spec)
        return self._frames[spec.name]


def _computed(
    merged: pd.DataFrame, old: pd.DataFrame | None, spec: TableSpec, sources: tuple[Source, ...]
) -> Counter[str]:
    """Notes of the columns that are worked out over the whole table; they are set where it is no longer the old one."""
    notes: Counter[str] = Counter()
    for source in sources:
        if source.after and source.of and source.of in merged and not spec.name.startswith(TOTALS):
            computed, counted = rules.TABLE[source.after](merged, source.of, spec)
            notes.update(counted)
            if merged is not old:
                merged[source.column] = computed
    return notes


def sources_of(layout: Layout, table: str) -> tuple[Source, ...]:
    """How a layout gives a table; nothing of one that only some of its rows go to."""
    return layout.tables.get(table.removeprefix(TOTALS), ())


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
