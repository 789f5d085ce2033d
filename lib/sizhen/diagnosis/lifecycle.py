"""Where each product stands in its life: introduction, growth, peak or decline, by its weekly sales."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sizhen.tables import Period

WEEK = 7
WEEKS = 8  # the slope's reach
STEEP = 0.02  # of the peak per week: a sixth of it in eight weeks
PAST_PEAK = 0.8
SURE = 0.90  # level of the slope's interval
SMOOTH = 3  # weeks; a promotion of one week makes no peak


def weekly_sales(daily: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Paid amount per week (the last ends with the period) and product; 0 in weeks in which only others sold."""
    back = (pd.Timestamp(period.end) - daily["date"]).dt.days // WEEK
    days = daily["date"].groupby(back).nunique()
    whole = days.index[days == WEEK]
    wide = daily.groupby([back, "product_id"])["paid_amount"].sum(min_count=1).unstack("product_id")
    return wide.reindex(whole).sort_index(ascending=False).fillna(0.0)


def _slope(values: np.ndarray) -> tuple[float, float]:
    """(least-squares slope per week, half of its interval)."""
    x = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(x @ values / (x @ x))
    rest = values - values.mean() - slope * x
    error = float(np.sqrt(rest @ rest / (len(values) - 2) / (x @ x)))
    return slope, error * float(stdtrit(len(values) - 2, 0.5 + SURE / 2))


def stage(weeks: pd.Series) -> str:
    """The stage of one product; empty where it cannot be told from fewer than eight weeks."""
    sold = np.flatnonzero(weeks.to_numpy() > 0)
    if not len(sold):
        return ""
    known = weeks.iloc[sold[0] :]
    if len(known) < WEEKS:
        return "introduction" if sold[0] > 0 else ""
    level = known.rolling(SMOOTH).median().dropna()
    peak = max(float(level.max()), 1e-9)
    last = known.iloc[-WEEKS:] / peak
    slope, half = _slope(last.to_numpy())
    low, high = slope - half, slope + half
    if slope < -STEEP and high < 0 and level.iloc[-1] < PAST_PEAK * peak:
        return "decline"
    return "growth" if slope > STEEP and low > 0 else "peak"


def stages(daily: pd.DataFrame, period: Period) -> pd.Series:
    """The stage by product_id."""
    return weekly_sales(daily, period).apply(stage).astype("str")
