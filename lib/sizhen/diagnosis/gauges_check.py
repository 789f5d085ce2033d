"""Gauges of checking: targets, platform rules, the tier, where visitors are led, the advice."""

from __future__ import annotations

import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.measured import UNKNOWN, Gauge, last_days, plain, ratio
from sizhen.tables import measure, prepared
from sizhen.tables.chance import counting_noise
from sizhen.tables.prepared import ENOUGH_VISITORS, IN_TIME, QUARTER, SCORES


def dispatched(chart: Chart) -> Gauge:
    """Orders whose 72 hours are over: the share sent within them."""
    if not chart.shop.has("orders"):
        return UNKNOWN
    due = prepared.orders_due(chart.shop.table("orders"), chart.period)
    return (float((due["took"] <= IN_TIME).mean()), float(len(due))) if len(due) else UNKNOWN


def target(chart: Chart) -> Gauge:
    aim = chart.shop.profile.targets.get(f"{chart.period.start:%Y-%m}")
    value, count = plain("paid_amount", "shop")(chart)
    if aim is None or not aim:
        return UNKNOWN
    month = pd.Period(f"{chart.period.start:%Y-%m}")
    return value / (aim * chart.period.days / month.days_in_month), count


def points(chart: Chart) -> Gauge:
    """Penalty points since the first of January; violations without points count 0."""
    if not chart.shop.has("events"):
        return UNKNOWN
    year = prepared.violations(chart.shop.table("events"), chart.period.end)
    return float(year["points"].sum()), float(len(year))


def _converts_less(both: pd.DataFrame) -> bool | None:
    """True where the shop converts less than the tier would on the same days, by more than chance; None: unknown."""
    known = both.dropna(subset=["visitors", "paid_buyers", "conversion"])
    visitors = float(known["visitors"].sum())
    if not visitors > 0:
        return None
    own = float(known["paid_buyers"].sum()) / visitors
    tier = float((known["visitors"] * known["conversion"]).sum()) / visitors
    return own + counting_noise(own, visitors) < tier


def below_tier(chart: Chart) -> Gauge:
    """How many of conversion and the three scores lay below the tier's average over the last 90 days."""
    own, tier = chart.frame("shop"), chart.frame("tier")
    if own is None or tier is None:
        return UNKNOWN
    columns = ["date", "visitors", "paid_buyers", *SCORES]
    both = (
        last_days(chart, QUARTER)
        .clip(own)[columns]
        .merge(tier.drop(columns="visitors"), on="date", suffixes=("", "_tier"))
    )
    answers = [_converts_less(both)]
    for score in SCORES:
        known = both[[score, f"{score}_tier"]].dropna().mean().round(2)
        answers.append(bool(known[score] < known[f"{score}_tier"]) if known.notna().all() else None)
    told = [a for a in answers if a is not None]
    return (float(sum(told)), float(len(both))) if told else UNKNOWN


def high_value(chart: Chart) -> Gauge:
    """Visitors of a product whose price and conversion both lie above the shop's median ÷ visitors of any product."""
    frame = chart.frame("product")
    if frame is None:
        return UNKNOWN
    here = chart.period.clip(frame)
    sums = here.groupby("product_id")[["visitors", "paid_buyers"]].sum(min_count=1)
    sums = sums.assign(price=measure.total(here, "price", ["product_id"]).set_index("product_id")["value"])
    judged = sums[sums["visitors"] >= ENOUGH_VISITORS].dropna()
    conversion = judged["paid_buyers"] / judged["visitors"]
    best = (judged["price"] > judged["price"].median()) & (conversion > conversion.median())
    visitors = judged["visitors"]
    return ratio(float(visitors[best].mean()), float(visitors.mean())), float(visitors.sum())
