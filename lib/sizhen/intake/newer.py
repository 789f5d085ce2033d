"""Rows that a table and a file both tell, and which of two values counts: that of the later export, where both say when
they were exported; else that of the later state of the row; else the one imported last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sizhen.intake import ages, states
from sizhen.intake.body import Mask
from sizhen.intake.layouts import Source
from sizhen.vocab import TableSpec


@dataclass(frozen=True)
class Joined:
    """`frame`: one row per key. `changed`: how many known values each column changed. `notes`: by id, how many values
    of the file were left out as older ones, and how many replaced a known one only as they came later."""

    frame: pd.DataFrame
    changed: dict[str, int]
    notes: dict[str, int]

    @property
    def differs(self) -> bool:
        """Whether the two told any value otherwise."""
        return any(self.changed.values()) or bool(self.notes)


def joined(pairs: Pairs, sources: tuple[Source, ...]) -> Joined:
    """The rows of both; the old frame itself where nothing is new. A constant never replaces what is known."""
    constants = {s.column for s in sources if s.value is not None}
    old, new = pairs.old, pairs.new
    merged: dict[str, pd.Series] = {}
    changed: dict[str, int] = {}
    notes: Counter[str] = Counter()
    news = not pairs.again.all() or not set(pairs.columns) <= set(old.columns)
    for column in pairs.columns:
        values, times = pairs.known(column), pairs.times(column)
        if column in new:
            choice = pairs.choose(column, column in constants)
            values = _put(values, choice.given[choice.takes].array, pairs.at[choice.takes])
            times = times if times is None else _put(times, choice.times[choice.dated], pairs.at[choice.dated])
            changed |= {column: choice.changed} if choice.takes.any() else {}
            notes.update(choice.notes)
            news |= bool(choice.takes.any() or choice.dated.any())
        merged[column] = pairs.with_added(values, column)
        if times is not None:
            merged[column + ages.MARK] = pairs.with_added(times, column + ages.MARK)
    return Joined(pd.DataFrame(merged) if news else old, changed, dict(+notes))


@dataclass(frozen=True)
class _Choice:
    """Of a column's cells in rows that both frames have: the file's values and times, and which of them count."""

    given: pd.Series
    times: NDArray[np.datetime64]
    takes: Mask
    dated: Mask
    changed: int
    notes: dict[str, int]


class Pairs:
    """Two frames with one row per key. `again`: which rows of `new` have a key that `old` has, `at`: where in `old`."""

    def __init__(self, old: pd.DataFrame, new: pd.DataFrame, spec: TableSpec) -> None:
        self.old, self.new, self.spec = old, new, spec
        keys = pd.concat([old[spec.keys], new[spec.keys]], ignore_index=True)
        which = keys.groupby(spec.keys, dropna=False, sort=False).ngroup().to_numpy()
        place = np.full(len(keys), -1)
        place[which[: len(old)]] = np.arange(len(old))
        at = place[which[len(old) :]]
        self.again = at >= 0
        self.at = at[self.again]
        every = dict.fromkeys([*old.columns, *new.columns])
        self.columns = [c for c in every if not c.endswith(ages.MARK)]
        self.is_dated = len(self.columns) < len(every)
        told = [c for c in states.telling(spec.name) if c in old and c in new]
        self.states = states.later(new.loc[self.again, told], old[told].iloc[self.at], spec.name)

    def known(self, column: str) -> pd.Series:
        return self.old[column] if column in self.old else _unknown(self.new[column], len(self.old))

    def times(self, column: str) -> pd.Series | None:
        """When the cells of a column were exported; None where no cell of the two frames says so."""
        return ages.of(self.old, column) if self.is_dated and column not in self.spec.keys else None

    def with_added(self, known: pd.Series, column: str) -> pd.Series:
        there = column in self.new
        more = self.new.loc[~self.again, column] if there else _unknown(known, int((~self.again).sum()))
        return pd.concat([known, more], ignore_index=True)

    def cells(self, column: str) -> tuple[pd.Series, pd.Series]:
        """(what the new frame gives, what is known) in the rows that both have."""
        return self.new.loc[self.again, column], self.known(column).iloc[self.at]

    def id_of(self, at: int) -> str:
        """The id of one of the rows that both have."""
        return str(self.old[self.spec.keys[0]].iloc[self.at[at]])

    def choose(self, column: str, constant: bool) -> _Choice:
        given, there = self.cells(column)
        knows = given.notna().to_numpy()
        differs = knows & ~_same(given, there)
        if not (self.is_dated or differs.any()):
            return _Choice(given, np.empty(0, dtype="datetime64[us]"), differs, differs, 0, {})
        both = differs & there.notna().to_numpy()
        times, known_times = self._both_times(column)
        by_age = ages.newer(times, known_times)
        by_state = states.of_column(given, there, self.spec.name, self.states) if both.any() else self.states
        later = np.where(by_age == 0, by_state, by_age)
        takes = differs & ~(both & ((later < 0) | constant))
        told = {"older_value": by_age < 0, "earlier_state": (by_age == 0) & (by_state < 0), "later_import": later == 0}
        notes = {} if constant else {id: int((both & rows).sum()) for id, rows in told.items()}
        first = np.isnat(known_times) & ~np.isnat(times)
        gone = takes & np.isnat(times) & ~np.isnat(known_times)
        dated = gone | (((by_age > 0) | first) & (takes | (knows & ~differs)))
        return _Choice(given, times, takes, dated, int((takes & both).sum()), notes)

    def _both_times(self, column: str) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
        """When the cells of the two were exported."""
        if self.times(column) is None:
            return (np.full(len(self.at), "NaT", dtype="datetime64[us]"),) * 2
        there = ages.of(self.old, column).to_numpy()[self.at]
        return ages.of(self.new, column).to_numpy()[self.again], there


def _same(given: pd.Series, there: pd.Series) -> Mask:
    return given.reset_index(drop=True).eq(there.reset_index(drop=True)).fillna(False).to_numpy(dtype=bool)


def _put(known: pd.Series, values: Any, at: NDArray[np.int64]) -> pd.Series:
    if len(at):
        known = known.copy()
        known.iloc[at] = values
    return known


def _unknown(like: pd.Series, count: int) -> pd.Series:
    return like.iloc[:0].reindex(range(count))
