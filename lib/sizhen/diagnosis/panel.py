"""Daily figures of one metric for all members of a dimension, as matrices: the raw material of every comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sizhen.vocab import Metric, load

SHOP = "-"


@dataclass(frozen=True)
class Grid:
    """Where each row of a table lies among its days and members, found once for all of its columns."""

    days: pd.DatetimeIndex
    members: tuple[str, ...]
    cell: np.ndarray

    def lay(self, values: np.ndarray) -> np.ndarray:
        """Sums of `values` per day and member; NaN where every value is unknown or there is no row."""
        shape = (len(self.days), len(self.members))
        known = ~np.isnan(values)
        sums = np.bincount(self.cell[known], weights=values[known], minlength=shape[0] * shape[1])
        there = np.bincount(self.cell[known], minlength=shape[0] * shape[1])
        return np.where(there > 0, sums, np.nan).reshape(shape)


def grid(frame: pd.DataFrame, by: Sequence[str] = ()) -> Grid:
    """The grid of a table with `date`; members of several columns are joined by a tab. Raises ValueError if empty."""
    if frame.empty:
        raise ValueError("a grid needs a row")
    first = frame["date"].min()
    days = pd.date_range(first, frame["date"].max(), unit="us")
    day = ((frame["date"] - first) // pd.Timedelta(days=1)).to_numpy("int64")
    codes, members = np.zeros(len(frame), dtype="int64"), np.array([SHOP], dtype=object)
    for n, column in enumerate(by):
        own, names = pd.factorize(frame[column], sort=True)
        if n == 0:
            codes, members = own.astype("int64"), np.asarray(names, dtype=object)
        else:
            both, codes = np.unique(codes * len(names) + own, return_inverse=True)
            members = members[both // len(names)] + "\t" + np.asarray(names, dtype=object)[both % len(names)]
    return Grid(days, tuple(map(str, members)), day * len(members) + codes)


@dataclass(frozen=True)
class Panel:
    """`top` and `bottom` have one row per day and one column per member; NaN is unknown.

    For a sum `bottom` is 1 on days with data; for a ratio it is the denominator; for a mean the weight
    (and `top` the weighted sum).
    """

    metric: Metric
    days: pd.DatetimeIndex
    members: tuple[str, ...]
    top: np.ndarray
    bottom: np.ndarray

    @property
    def is_rate(self) -> bool:
        return self.metric.kind != "sum"

    def index(self, day: date) -> int:
        """Row of `day`; may lie outside."""
        return (pd.Timestamp(day) - self.days[0]).days


def panel(frame: pd.DataFrame, where: Grid, metric: str, *, absent_is_zero: bool = False) -> Panel | None:
    """The panel of `metric` over `frame`, whose rows lie as `where` says; None where the metric is unknown.

    `absent_is_zero`: a member without a row on a day on which others have one had none (sums only).
    """
    about = load().metrics[metric]
    top = frame[about.numerator].to_numpy("float64")
    if np.isnan(top).all():
        return None
    if about.kind == "sum":
        wide = where.lay(top)
        if absent_is_zero:
            wide = np.where(np.isnan(wide).all(axis=1, keepdims=True), np.nan, np.nan_to_num(wide))
        bottom = np.where(np.isnan(wide), np.nan, 1.0)
        return Panel(about, where.days, where.members, wide, bottom)
    weight = frame[about.denominator].to_numpy("float64") if about.denominator else np.where(np.isnan(top), np.nan, 1.0)
    known = ~np.isnan(top) & ~np.isnan(weight)
    if not known.any():
        return None
    amount = top if about.kind == "ratio" else top * weight
    return Panel(
        about,
        where.days,
        where.members,
        where.lay(np.where(known, amount, np.nan)),
        where.lay(np.where(known, weight, np.nan)),
    )
