"""The vital signs: a few figures of the whole shop over eight weeks, each from the home it has anyway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy.special import stdtr

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.data_faults import RARE
from sizhen.diagnosis.facts import CHANCE
from sizhen.diagnosis.findings import number
from sizhen.diagnosis.judge import HEADLINE, Key
from sizhen.diagnosis.panel import SHOP, panel
from sizhen.diagnosis.reading import Readings
from sizhen.diagnosis.sales import Sales
from sizhen.document import Vital, Week
from sizhen.tables import measure

WEEKS = 8
WHOLE = ("visitors", "conversion", "average_order_value", "refund_amount", "ad_spend", "contribution")
ORDERS = ("paid_orders", "average_order_value", "refund_amount")
SOURCES = {"ad_spend": "channel", "contribution": "contribution"}
COST_LINES = {"refund_amount": "refunds", "ad_spend": "ad_spend"}
# of orders paid lately more will come back, and of those ordered lately more will be paid
UNFINISHED = {"refund_amount": "refund_rate", "contribution": "refund_rate", "paid_orders": "paid_amount"}


@dataclass(frozen=True)
class _Figure:
    observed: float
    expected: float | None
    beyond_chance: bool


def vitals(chart: Chart, sales: Sales, real: frozenset[Key]) -> tuple[Vital, ...]:
    """Those that are known of the period: of a shop known by its orders alone ORDERS, else WHOLE."""
    immature = {entry.metric for entry in chart.immature()}
    wanted = WHOLE if chart.shop.has("shop_daily") else ORDERS
    found = ((metric, _figure(chart, sales, real, metric)) for metric in wanted)
    return tuple(
        Vital(
            metric=metric,
            observed=number(figure.observed),
            expected=number(figure.expected),
            beyond_chance=figure.beyond_chance,
            immature=UNFINISHED.get(metric, metric) in immature,
            weeks=_weeks(chart, metric),
        )
        for metric, figure in found
        if figure is not None
    )


def _figure(chart: Chart, sales: Sales, real: frozenset[Key], metric: str) -> _Figure | None:
    """The metric over the period, from the sales' cost lines or its readings; as it was seen where nothing can be
    compared. None where it is unknown."""
    source = SOURCES.get(metric, "shop")
    readings = chart.readings(metric, source)
    beyond = False
    if readings is not None:
        tested = (metric, source) in HEADLINE
        beyond = (metric, source, SHOP) in real if tested else _chance(readings) < CHANCE
    line = next((x for x in sales.cost_lines if x[0] == COST_LINES.get(metric)), None)
    if line is not None:
        return None if line[1] is None else _Figure(line[1], line[2], beyond)
    if readings is not None:
        reading = readings[SHOP]
        return _Figure(reading.observed, reading.expected, beyond) if np.isfinite(reading.observed) else None
    frame = chart.frame(source)
    seen = np.nan if frame is None else measure.value(chart.period.clip(frame), metric)
    return _Figure(seen, None, False) if np.isfinite(seen) else None


def _chance(readings: Readings) -> float:
    """The probability that chance alone moves all members together as far; 0 where what was expected to be above 0 is
    not."""
    frame = readings.frame
    whole, usual = float(frame["observed"].sum()), float(frame["expected"].sum())
    if not usual > 0:
        return 1.0
    if len(frame) == 1 and whole > 0:
        return float(frame["p"].iloc[0])
    error = float(np.sqrt(((frame["expected"] * frame["se"]) ** 2).sum())) / usual
    return 2 * float(stdtr(frame["df"].min(), -abs(np.log(max(whole / usual, 1e-3))) / error)) if error > 0 else 1.0


def _weeks(chart: Chart, metric: str) -> tuple[Week, ...]:
    """The eight runs of seven days up to the period's end. A sum over a week of which a day is missing or faulty is
    unknown; a rate is that of the days that are known. A week is of the period if most of its days are."""
    end = chart.period.end
    starts = [end - timedelta(days=7 * back - 1) for back in range(WEEKS, 0, -1)]
    values = _by_week(chart, metric)
    return tuple(
        Week(day, number(value), now=day + timedelta(days=3) >= chart.period.start)
        for day, value in zip(starts, values, strict=True)
    )


def _by_week(chart: Chart, metric: str) -> np.ndarray:
    """The metric per week, NaN where it is unknown."""
    source = SOURCES.get(metric, "shop")
    frame = chart.frame(source)
    made = None if frame is None else panel(frame, chart.grid(source), metric)
    if made is None:
        return np.full(WEEKS, np.nan)
    days = pd.date_range(end=pd.Timestamp(chart.period.end), periods=7 * WEEKS, unit="us")
    at = made.days.get_indexer(days)
    untold = (at < 0) | days.isin(pd.to_datetime(list(chart.faults.apart)))
    top, bottom = (np.where(untold, np.nan, _of_all(values)[at]) for values in (made.top, made.bottom))
    if _rare(chart):
        top = np.where(np.isnan(top) & ~untold, 0.0, top)
    top, bottom = (values.reshape(WEEKS, 7) for values in (top, bottom))
    if not made.is_rate:
        return top.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nansum(top, axis=1) / np.nansum(bottom, axis=1)


def _of_all(values: np.ndarray) -> np.ndarray:
    """Sums over the members, NaN where none is known."""
    return np.where(np.isnan(values).all(axis=1), np.nan, np.nansum(values, axis=1))


def _rare(chart: Chart) -> bool:
    """True of a shop known by so few orders that a day without a row is a day without one."""
    frame = chart.frame("shop")
    return frame is not None and not chart.shop.has("shop_daily") and bool(frame["paid_orders"].median() < RARE)
