"""Which of two tellings of a row is the later one, by how far it has come: pending, paid, refunded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sizhen.vocab.merging import merging

Order = NDArray[np.int8]  # for each row 1 where the given telling is the later, -1 where the known one is, else 0


def telling(table: str) -> tuple[str, ...]:
    """The columns that tell how far a row has come, what tells most first."""
    lives = merging().of(table)
    return (*lives.order, *lives.grows, *lives.reached)


def later(given: pd.DataFrame, known: pd.DataFrame, table: str) -> Order:
    """Of two frames of the same rows and of columns of `telling`."""
    out = np.zeros(len(given), dtype="int8")
    for column in given:
        out = np.where(out == 0, _farther(given[column], known[column], table), out).astype("int8")
    return out


def of_column(given: pd.Series, known: pd.Series, table: str, rows: Order) -> Order:
    """`later` for the cells of a column: what has an order or grows decides for itself, others go with their `rows`."""
    lives = merging().of(table)
    return _farther(given, known, table) if given.name in lives.order or given.name in lives.grows else rows


def _farther(given: pd.Series, known: pd.Series, table: str) -> Order:
    lives, column = merging().of(table), str(given.name)
    if column in lives.order:
        one, other = (_ranks(values, lives.order[column]) for values in (given, known))
        return np.where((one < 0) | (other < 0), 0, np.sign(one - other)).astype("int8")
    if column in lives.grows:
        one, other = (values.to_numpy(dtype="float64", na_value=0.0) for values in (given, known))
        return np.sign(one - other).astype("int8")
    return given.notna().to_numpy().astype("int8") - known.notna().to_numpy().astype("int8")


def _ranks(values: pd.Series, states: Sequence[str]) -> NDArray[np.int8]:
    """The place of each value among the states, -1 for others."""
    return np.asarray(pd.Index(states).get_indexer(pd.Index(values)), dtype="int8")
