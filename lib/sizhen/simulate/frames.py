"""Small helpers from arrays to columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .plan import Plan


def dates(plan: Plan, day: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return np.datetime64(plan.start, "D") + day.astype("timedelta64[D]")


def moments(plan: Plan, day: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return dates(plan, day).astype("datetime64[s]") + second.astype("timedelta64[s]")


def lookup(names: Sequence[str], index: NDArray[np.int64]) -> NDArray[Any]:
    return np.array(names, dtype=object)[index]


def counted(shape: tuple[int, ...], *index: NDArray[np.int64]) -> NDArray[np.int64]:
    flat = np.ravel_multi_index(index, shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)


def summed(shape: tuple[int, ...], weights: NDArray[np.int64], *index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers only: exact up to 2**53."""
    flat = np.ravel_multi_index(index, shape)
    total = np.bincount(flat, weights=weights, minlength=int(np.prod(shape)))
    return np.rint(total).astype(np.int64).reshape(shape)


def ids(prefix: str, number: NDArray[np.int64], width: int) -> pd.Series:
    return prefix + pd.Series(number).astype("str").str.zfill(width)
