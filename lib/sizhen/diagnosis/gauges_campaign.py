"""Gauges of campaigns: who looked around, what stayed afterwards, is there a threshold."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.measured import UNKNOWN, Gauge, days_of, last_days, ratio
from sizhen.tables import Period, measure, prepared
from sizhen.tables.prepared import QUARTER

BEFORE, AFTER = 28, 14
MIN_DAYS = 7
THRESHOLD = (1.1, 1.3)


def campaign_interest(chart: Chart) -> Gauge:
    """Favourites and pages per visitor on promotion days ÷ on ordinary ones, over a quarter: the lower of the two."""
    frame = chart.frame("shop")
    if frame is None:
        return UNKNOWN
    days = last_days(chart, QUARTER).clip(frame)
    promoted, usual = days_of(chart, days, "promotion"), days_of(chart, days, "")
    pairs = [(measure.value(promoted, m), measure.value(usual, m)) for m in ("favourite_rate", "depth.visitor")]
    ratios = [r for r in (ratio(*p) for p in pairs) if np.isfinite(r)]
    return (min(ratios), float(promoted["visitors"].sum())) if ratios else UNKNOWN


def _last_promotion(chart: Chart) -> Period | None:
    """The shop's last promotion of the quarter whose two weeks afterwards are over."""
    if not chart.shop.has("events"):
        return None
    days = Period(last_days(chart, QUARTER).start, chart.period.end - timedelta(days=AFTER))
    return prepared.last_promotion(chart.shop.table("events"), days)


def campaign_base(chart: Chart) -> Gauge:
    """Sales of an ordinary day in the two weeks after the last promotion ÷ in the four weeks before it."""
    frame, last = chart.frame("shop"), _last_promotion(chart)
    if frame is None or last is None:
        return UNKNOWN
    day = pd.Timedelta(days=1)
    first, end = pd.Timestamp(last.start), pd.Timestamp(last.end)
    known = days_of(chart, frame.dropna(subset="paid_amount"), "")
    before = known[known["date"].between(first - BEFORE * day, first - day)]["paid_amount"]
    after = known[known["date"].between(end + day, end + AFTER * day)]["paid_amount"]
    if min(len(before), len(after)) < MIN_DAYS:
        return UNKNOWN
    return ratio(float(after.mean()), float(before.mean())), float(after.sum())


def near_threshold(chart: Chart) -> Gauge:
    """Share of paid orders that lie where a threshold would put them: 110 to 130 % of the mean order."""
    if not chart.shop.has("orders"):
        return UNKNOWN
    paid = chart.period.clip(prepared.orders_paid(chart.shop.table("orders")))["paid_amount"]
    if paid.empty:
        return UNKNOWN
    return float((paid / paid.mean()).between(*THRESHOLD).mean()), float(len(paid))
