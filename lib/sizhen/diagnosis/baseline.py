"""What was to be expected: level of the trailing comparable days × weekday × promotion lift (× the tier's movement).

Scale of the surprise: the same statistic on the shop's own past windows (placebo in time), moderated within the
members of a panel, never below what counting noise allows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betainc, stdtr

from sizhen.diagnosis.panel import Panel
from sizhen.diagnosis.reading import Readings
from sizhen.diagnosis.rhythm import OWN, Rhythm
from sizhen.tables import Period
from sizhen.tables.period import BASELINE_DAYS

REACH_DAYS = 35
MIN_BASE_DAYS = 7
WEEKDAY_PRIOR = 400.0
CALENDAR_LIFT_SD = {"sum": 0.10, "ratio": 0.05, "mean": 0.03, "level": 0.0}
PRIOR_DF = 8.0
ALONE_VARIANCE, ALONE_DF = {"sum": 0.0004, "ratio": 0.0004, "mean": 0.0004, "level": 5e-7}, 3.0
SMALL = 25.0
COUNTED = (
    "visitors",
    "page_views",
    "bounced_visitors",
    "cart_buyers",
    "order_buyers",
    "paid_buyers",
    "paid_orders",
    "returning_paid_buyers",
    "inquiry_paid_buyers",
    "clicks",
    "complaints",
    "bad_reviews",
)


def _base_rows(plain: np.ndarray, start: int, days: int) -> np.ndarray:
    """The last `days` comparable days before `start`, reaching back at most five weeks further."""
    reach = np.arange(max(0, start - days - REACH_DAYS), start)
    return reach[plain[reach]][-days:]


def _counted(panel: Panel) -> bool:
    return panel.metric.kind in ("sum", "ratio") and panel.metric.numerator in COUNTED


def _level(top: np.ndarray, exposure: np.ndarray, panel: Panel) -> np.ndarray:
    """Level per member. A rate of rare events leans on all members by half an event: none so far is not never."""
    if panel.metric.kind != "ratio" or not _counted(panel):
        return top / np.maximum(exposure, 1e-12)
    pooled = max(float(top.sum()), 0.5) / max(float(exposure.sum()), 1e-12)
    return (top + 0.5) / (exposure + 0.5 / pooled)


def _weekday_factors(top: np.ndarray, bottom: np.ndarray, plain: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """Factor per day and member; thin members lean on the whole panel's shape."""
    top, bottom = (np.where(np.isnan(values), 0.0, values) for values in (top, bottom))
    own = np.ones((7, top.shape[1]))
    shared = np.ones(7)
    level = top[plain].sum(0) / np.maximum(bottom[plain].sum(0), 1e-12)
    whole = top[plain].sum() / max((bottom[plain] * level).sum(), 1e-12)
    for day in range(7):
        rows = plain & (weekday == day)
        if rows.sum() < 2:
            continue
        expected = bottom[rows].sum(0) * level
        own[day] = np.where(expected > 0, top[rows].sum(0) / np.where(expected > 0, expected, 1), 1.0)
        shared[day] = top[rows].sum() / max(expected.sum(), 1e-12) / max(whole, 1e-12)
    mass = top[plain].sum(0)
    weight = mass / (mass + WEEKDAY_PRIOR)
    mixed = weight * own + (1 - weight) * shared[:, None]
    mixed = np.where(mixed > 0.05, mixed, 1.0)
    return mixed[weekday]


def _sum(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.nansum(values[rows], 0)


def _lifts(
    top: np.ndarray, fitted: np.ndarray, label: np.ndarray, usable: np.ndarray, start: int, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """(log lift, its standard error) per day: 0 on ordinary days, the shop's past experience on others.

    NaN lift: an own promotion or holiday without a past one says nothing of what to expect.
    """
    lift, spread = np.zeros(len(label)), np.zeros(len(label))
    for name in set(label[start:]) - {""}:
        past = np.flatnonzero((label[:start] == name) & usable[:start])
        seen = np.array([np.log(max(np.nansum(top[d]), 0.5) / max(np.nansum(fitted[d]), 0.5)) for d in past])
        here = label == name
        if len(seen) >= 2:
            lift[here] = seen.mean()
            spread[here] = max(float(seen.std(ddof=1)) / np.sqrt(len(seen) / 2), 0.04)
        elif name in OWN:
            lift[here] = np.nan
        else:
            spread[here] = CALENDAR_LIFT_SD[kind]
    return lift, spread


def _placebo(
    top: np.ndarray, exposure: np.ndarray, plain: np.ndarray, start: int, length: int, counted: bool
) -> tuple[np.ndarray, np.ndarray, float]:
    """(relative variance, its share of counting noise, degrees of freedom) from past windows of `length` days.

    Counts weigh by their size: windows that expect next to nothing say next to nothing.
    """
    usable = plain[:start, None] & ~np.isnan(top[:start]) & ~np.isnan(exposure[:start])
    t = np.where(usable, top[:start], 0.0).cumsum(0)
    e = np.where(usable, exposure[:start], 0.0).cumsum(0)
    pad = np.zeros((1, top.shape[1]))
    t, e = np.vstack([pad, t]), np.vstack([pad, e])
    first = min(BASELINE_DAYS, max(start - 2 * length, 0))
    ends = np.arange(first + length, start + 1)
    if not len(ends):
        return np.full(top.shape[1], np.nan), np.full(top.shape[1], np.nan), 0.0
    begins = ends - length
    bases = np.maximum(begins - BASELINE_DAYS, 0)
    tw, ew, tb, eb = t[ends] - t[begins], e[ends] - e[begins], t[begins] - t[bases], e[begins] - e[bases]
    full = (ew > 0) & (eb > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = ew * tb / eb
        statistic = tw / mean - 1
        noise = 1 / mean + 1 / tb
    full &= np.isfinite(statistic)
    statistic = np.where(full, statistic, np.nan)
    weight = np.where(full, mean if counted else 1.0, 0.0)
    whole = np.where(full.any(0), weight.sum(0), np.nan)
    bound = np.maximum(3.0 * 1.4826 * _median(np.abs(statistic)), 1e-9)
    seen = (weight * np.nan_to_num(np.clip(statistic, -bound, bound)) ** 2).sum(0) / whole
    counting = (weight * np.where(full, noise, 0.0)).sum(0) / whole
    return seen, counting, len(ends) / length


def _median(values: np.ndarray) -> np.ndarray:
    """Median of each column over its known rows; 0 where none is."""
    known = (~np.isnan(values)).sum(0)
    ordered = np.nan_to_num(np.sort(values, axis=0))
    columns = np.arange(values.shape[1])
    return (ordered[np.maximum(known - 1, 0) // 2, columns] + ordered[known // 2 % len(values), columns]) / 2


def _variance(
    top: np.ndarray,
    exposure: np.ndarray,
    plain: np.ndarray,
    window: np.ndarray,
    kind: str,
    counted: bool,
    spare: np.ndarray,
    noise_now: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Variance of log(observed ÷ expected) over the days `window`, and its degrees of freedom.

    `noise_now`: what counting alone gives; `spare` is 1 − rate, by which a share varies less than a count. A platform's
    score (a level) is a mean over months: it hardly moves in a week, and walks, so that more days make it less certain.
    """
    days = len(window)
    length = min(days, 7)
    seen, noise, df = _placebo(top, exposure, plain, int(window[0]), length, counted)
    floor_then = noise * spare if counted else np.zeros_like(seen)
    extra = np.maximum(np.nan_to_num(seen, nan=0.01) - np.nan_to_num(floor_then), 0.0)
    family = float(np.median(extra)) if len(extra) >= 3 else float(np.nan)
    alone = np.isnan(family)
    family, prior = (ALONE_VARIANCE[kind], ALONE_DF) if alone else (family, PRIOR_DF)
    moderated = (prior * family + df * extra) / (prior + df)
    walks = kind == "level"
    moderated *= (BASELINE_DAYS + days) / (BASELINE_DAYS + length) if walks else (length / days) ** 0.5
    return moderated + (noise_now if counted else 1e-6), max(df + prior, 3.0)


def _since(log_daily: np.ndarray, days: pd.DatetimeIndex, first: int) -> pd.DatetimeIndex:
    """Per member the day its figure left its expectation: the split that parts earlier from later days best.

    Day `first` where fewer than three days are known.
    """
    known = ~np.isnan(log_daily)
    x = np.where(known, log_daily, 0.0)
    n, total = known.sum(0), x.sum(0)
    before, left = known.cumsum(0) - known, x.cumsum(0) - x
    after = n - before
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = before * after / n * ((total - left) / after - left / before) ** 2
    gain = np.where(known & (before > 0), gain, -np.inf)
    return days[np.where(n < 3, min(first, len(days) - 1), gain.argmax(0))]


def _tail(top: np.ndarray, expected: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Two-sided negative-binomial tail of a small count around `expected`."""
    extra = np.maximum(variance - 1 / np.maximum(expected, 0.1), 1e-4)
    size, success = 1 / extra, 1 / (1 + np.maximum(expected, 1e-9) * extra)
    below = betainc(size, np.floor(top) + 1, success)
    above = 1 - np.where(top > 0, betainc(size, np.maximum(np.floor(top), 1.0), success), 0.0)
    return np.minimum(1.0, 2 * np.minimum(below, above))


def read(panel: Panel, period: Period, rhythm: Rhythm, market: np.ndarray | None = None) -> Readings | None:
    """Readings of every member over `period`; None when fewer than 7 comparable days lie before it.

    `market`: movement of the tier per day of the panel (1 = as usual), by which sums are expected to move too.
    """
    start, stop = panel.index(period.start), panel.index(period.end) + 1
    label, faulty = rhythm.align(panel.days)
    top = panel.top
    exposure = panel.bottom if market is None else panel.bottom * market[:, None]
    usable = ~np.isnan(top).all(1) & ~faulty
    plain = usable & (label == "")
    if start < MIN_BASE_DAYS or start >= len(top):
        return None
    base = _base_rows(plain, start, panel.metric.base_days)
    if len(base) < MIN_BASE_DAYS:
        base = _base_rows(usable, start, panel.metric.base_days)
    window = np.arange(start, min(stop, len(top)))
    window = window[usable[window]]
    if len(base) < MIN_BASE_DAYS or not len(window):
        return None
    history = plain.copy()
    history[start:] = False
    factor = _weekday_factors(
        top, exposure, history if history.sum() >= 14 else usable, panel.days.day_of_week.to_numpy()
    )
    shaped = np.where(np.isnan(top), np.nan, exposure * factor)
    level = _level(_sum(top, base), _sum(shaped, base), panel)
    fitted = shaped * level
    lift, spread = _lifts(top, fitted, label, usable, start, panel.metric.kind)
    expected = np.where(np.isnan(lift)[:, None], top, fitted * np.exp(np.nan_to_num(lift))[:, None])
    return _assemble(panel, period, top, exposure, shaped, expected, window, base, plain, spread)


def _assemble(
    panel: Panel,
    period: Period,
    top: np.ndarray,
    exposure: np.ndarray,
    shaped: np.ndarray,
    expected: np.ndarray,
    window: np.ndarray,
    base: np.ndarray,
    plain: np.ndarray,
    spread: np.ndarray,
) -> Readings:
    seen, wanted, weight = _sum(top, window), _sum(expected, window), _sum(panel.bottom, window)
    counted = _counted(panel)
    rate = np.minimum(wanted / np.maximum(weight, 1e-12), 1.0) if panel.metric.unit == "rate" else np.zeros_like(wanted)
    noise = (1 - rate) * (1 / np.maximum(np.minimum(seen, wanted), 1.0) + 1 / np.maximum(_sum(top, base), 1.0))
    variance, df = _variance(top, shaped, plain, window, panel.metric.kind, counted, 1 - rate, noise)
    share = np.nan_to_num(expected[window]).sum(1) / max(np.nansum(expected[window]), 1e-12)
    variance = variance + float(((share * spread[window]).sum()) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(wanted > 0, seen / wanted, np.nan)
        half = 0.5 if counted else 1e-9
        score = np.log((seen + half) / (wanted + half))
        p = 2 * stdtr(df, -np.abs(score) / np.sqrt(variance))
        daily = np.log(np.maximum(top, 0.5 * (top == 0)) / expected)
    p = np.where(np.logical_and(counted, wanted < SMALL), _tail(seen, wanted, variance), p)
    divisor = weight if panel.is_rate else np.ones_like(weight)
    first = max(int(window[0]) - 14, 0)
    daily[~np.isfinite(daily)] = np.nan
    since = _since(daily[first : window[-1] + 1], panel.days[first:], 14)
    with np.errstate(divide="ignore", invalid="ignore"):
        frame = pd.DataFrame(
            {
                "observed": seen / divisor,
                "expected": wanted / divisor,
                "ratio": ratio,
                "se": np.sqrt(variance),
                "df": df,
                "p": np.where(np.isfinite(ratio), p, 1.0),
                "n": weight if panel.is_rate and panel.metric.kind != "level" else seen,
                "since": since,
                "top": seen,
                "bottom": weight,
            },
            index=list(panel.members),
        )
    return Readings(panel, period, frame, window, expected[window])
