"""Where each product stands in its life: introduction, growth, peak or decline, by its weekly sales."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtrit

from sizhen.tables.period import Period

WEEK = 7
WEEKS = 8  # the slope's reach
STEEP = 0.02  # of the peak per week: a sixth of it in eight weeks
PAST_PEAK = 0.8
SURE = 0.90  # level of the slope's interval
SMOOTH = 3  # weeks; a promotion of one week makes no peak
REACH, LEAST, EDGE = 26, 12, 3  # weeks a turn is sought in, must at least know, and must lie from either end
TURN = 0.05  # level of the test for a turn


def weekly_sales(daily: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Paid amount per week (the last ends with the period) and product; 0 in weeks in which only others sold."""
    back = (pd.Timestamp(period.end) - daily["date"]).dt.days // WEEK
    days = daily["date"].groupby(back).nunique()
    whole = days.index[(days == WEEK) & (days.index >= 0)]
    wide = daily.groupby([back, "product_id"])["paid_amount"].sum(min_count=1).unstack("product_id")
    return wide.reindex(whole).sort_index(ascending=False).fillna(0.0)


def _slopes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per column (least-squares slope per week, half of its interval)."""
    x = np.arange(len(values)) - (len(values) - 1) / 2
    slope = x @ values / (x @ x)
    rest = values - values.mean(axis=0) - np.outer(x, slope)
    error = np.sqrt((rest**2).sum(axis=0) / (len(values) - 2) / (x @ x))
    return slope, error * float(stdtrit(len(values) - 2, 0.5 + SURE / 2))


def _levels(known: np.ndarray) -> np.ndarray:
    """Running medians of three weeks per column; NaN where one of them is unknown."""
    if len(known) < SMOOTH:
        return np.full((1, known.shape[1]), np.nan)
    return np.median([known[n : len(known) - SMOOTH + 1 + n] for n in range(SMOOTH)], axis=0)


def lives(daily: pd.DataFrame, period: Period) -> pd.DataFrame:
    """By product_id: stage (empty where fewer than eight weeks cannot tell), weeks_on_sale (known weeks since its first
    sale), week_amount (the last week's sales), peak_amount (the best running median of three weeks), slope (of the
    last eight weeks, in peaks per week) with slope_low and slope_high (90 % interval)."""
    wide = weekly_sales(daily, period)
    weeks = wide.to_numpy(dtype=float)
    if not len(weeks):
        weeks = np.zeros((1, wide.shape[1]))
    sold = weeks > 0
    first = np.where(sold.any(axis=0), sold.argmax(axis=0), len(weeks))
    known = np.where(np.arange(len(weeks))[:, None] >= first, weeks, np.nan)
    count = len(weeks) - first
    level = _levels(known)
    peak = np.fmax.reduce(level, axis=0)
    slope, half = np.full((2, len(peak)), np.nan)
    old = count >= WEEKS
    if old.any():
        scale = np.maximum(peak[old], 1e-9)
        slope[old], half[old] = _slopes(known[-WEEKS:, old] / scale)
    falling = (slope < -STEEP) & (slope + half < 0) & (level[-1] < PAST_PEAK * np.maximum(peak, 1e-9))
    growing = (slope > STEEP) & (slope - half > 0)
    young = np.where((count > 0) & (first > 0), "introduction", "")
    return pd.DataFrame(
        {
            "stage": np.where(~old, young, np.select([falling, growing], ["decline", "growth"], "peak")),
            "weeks_on_sale": count.astype(float),
            "week_amount": np.where(count > 0, weeks[-1], np.nan),
            "peak_amount": peak,
            "slope": slope,
            "slope_low": slope - half,
            "slope_high": slope + half,
        },
        index=wide.columns,
    )


def stages(daily: pd.DataFrame, period: Period) -> pd.Series:
    """The stage by product_id."""
    return lives(daily, period)["stage"].astype("str")


def _left(y: np.ndarray, columns: list[np.ndarray]) -> np.ndarray:
    """Sum of squares of each column of `y` that a least-squares fit on `columns` leaves."""
    design = np.column_stack(columns)
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return np.asarray((rest**2).sum(axis=0))


def turned_on(daily: pd.DataFrame, period: Period) -> pd.Series:
    """By product_id, the first day of the week in which the trend of its sales turned; unknown where none is sure.

    Joinpoint regression with one joint (Kim and others, 2000) on log weekly sales of up to 26 weeks: two straight lines
    that meet against one, by F, the p-value of the best joint times the joints tried (Bonferroni). Products without
    sales in one of the weeks are not tried.
    """
    wide = weekly_sales(daily, period).tail(REACH)
    turned = pd.Series(pd.NaT, index=wide.columns, dtype="datetime64[us]")
    values = wide.to_numpy(dtype=float)
    tried = np.flatnonzero((values > 0).all(axis=0))
    if len(values) < LEAST or not len(tried):
        return turned
    y, x = np.log(values[:, tried]), -wide.index.to_numpy(dtype=float)
    one = [np.ones(len(x)), x - x.mean()]
    joints = range(EDGE, len(x) - EDGE)
    left = np.array([_left(y, [*one, np.clip(x - x[at], 0, None)]) for at in joints])
    free = len(x) - 4
    gain = (_left(y, one) - left.min(axis=0)) / np.maximum(left.min(axis=0) / free, 1e-12)
    sure = len(joints) * fdtrc(1, free, gain) < TURN
    first = pd.Timestamp(period.end) + pd.to_timedelta(x[left.argmin(axis=0) + EDGE] * WEEK - WEEK + 1, unit="D")
    turned.iloc[tried] = first.where(sure)
    return turned
