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


def _wide(frame: pd.DataFrame, values: pd.Series, by: Sequence[str], days: pd.DatetimeIndex) -> pd.DataFrame:
    keyed = pd.DataFrame({"date": frame["date"], "value": values})
    if not by:
        return keyed.groupby("date")["value"].sum(min_count=1).reindex(days).to_frame(SHOP)
    keyed["member"] = frame[by[0]] if len(by) == 1 else frame[list(by)].agg("\t".join, axis=1)
    wide = keyed.groupby(["date", "member"], observed=True)["value"].sum(min_count=1).unstack("member")
    return wide.reindex(days)


def panel(
    frame: pd.DataFrame, metric: str, by: Sequence[str] = (), *, until: date, absent_is_zero: bool = False
) -> Panel | None:
    """The panel of `metric` over `frame` (a table with `date`) up to and including `until`; None without data.

    `absent_is_zero`: a member without a row on a day on which others have one had none (sums only).
    """
    about = load().metrics[metric]
    frame = frame[frame["date"] <= pd.Timestamp(until)]
    top = frame[about.numerator].astype("float64")
    if frame.empty or top.isna().all():
        return None
    days = pd.date_range(frame["date"].min(), until, unit="us")
    if about.kind == "sum":
        wide = _wide(frame, top, by, days)
        if absent_is_zero:
            wide = wide.where(wide.isna().all(axis=1), wide.fillna(0.0), axis=0)
        bottom = wide.notna().astype("float64").where(wide.notna())
    else:
        weight = frame[about.denominator].astype("float64") if about.denominator else top.notna().astype("float64")
        if weight.isna().all():
            return None
        known = top.notna() & weight.notna()
        wide = _wide(frame, (top if about.kind == "ratio" else top * weight).where(known), by, days)
        bottom = _wide(frame, weight.where(known), by, days)
    return Panel(about, days, tuple(map(str, wide.columns)), wide.to_numpy("float64"), bottom.to_numpy("float64"))
