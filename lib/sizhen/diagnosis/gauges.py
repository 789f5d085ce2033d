"""The value a rule's limit is held against: (value, count behind it) per metric, NaN where unknown."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.tables import measure
from sizhen.vocab import load

Gauge = tuple[float, float]
UNKNOWN: Gauge = (float("nan"), 0.0)
ROLES = {"image": 0.10, "profit": 0.25, "regular": 0.35, "popular": 0.20, "trial": 0.10}
IN_TIME = pd.Timedelta(hours=72)


def _plain(metric: str, source: str) -> Callable[[Chart], Gauge]:
    """The metric of `source` over the period."""

    def gauge(chart: Chart) -> Gauge:
        frame = chart.frame(source)
        if frame is None:
            return UNKNOWN
        row = measure.total(chart.period.clip(frame), metric).iloc[0]
        count = row["numerator"] if load().metrics[metric].kind == "sum" else row["denominator"]
        return float(row["value"]), float(count)

    return gauge


def _paid_share(chart: Chart) -> Gauge:
    frame = chart.frame("channel")
    if frame is None:
        return UNKNOWN
    groups = chart.period.clip(frame).groupby("channel")["visitors"].sum(min_count=1)
    if not groups.sum() > 0:
        return UNKNOWN
    paid = [c for c in groups.index if load().channels[c].group == "paid"]
    return float(groups[paid].sum() / groups.sum()), float(groups.sum())


def _hero(chart: Chart) -> tuple[pd.Series, float] | None:
    """(sums of the product that sold most, shop's paid amount)."""
    frame = chart.frame("product")
    if frame is None:
        return None
    sums = chart.period.clip(frame).groupby("product_id")[["paid_amount", "paid_buyers"]].sum(min_count=1)
    if not sums["paid_amount"].sum() > 0:
        return None
    return sums.sort_values("paid_amount").iloc[-1], float(sums["paid_amount"].sum())


def _hero_value(chart: Chart) -> Gauge:
    hero = _hero(chart)
    value, buyers = _plain("average_order_value", "shop")(chart)
    if hero is None or not hero[0]["paid_buyers"] > 0:
        return UNKNOWN
    return value / float(hero[0]["paid_amount"] / hero[0]["paid_buyers"]), buyers


def _hero_share(chart: Chart) -> Gauge:
    hero = _hero(chart)
    return UNKNOWN if hero is None else (float(hero[0]["paid_amount"]) / hero[1], hero[1])


def _dispatched(chart: Chart) -> Gauge:
    """Orders whose 72 hours are over: the share sent within them."""
    if not chart.shop.has("orders"):
        return UNKNOWN
    orders = chart.period.clip(chart.shop.table("orders"), "paid_at")
    end = pd.Timestamp(chart.period.end) + pd.Timedelta(days=1)
    due = orders[(orders["paid_at"] + IN_TIME <= end) & (orders["paid_amount"] > 0)]
    if due.empty or due["sent_at"].isna().all():
        return UNKNOWN
    return float((due["sent_at"] - due["paid_at"] <= IN_TIME).mean()), float(len(due))


def _target(chart: Chart) -> Gauge:
    target = chart.shop.profile.targets.get(f"{chart.period.start:%Y-%m}")
    value, count = _plain("paid_amount", "shop")(chart)
    if target is None or not target:
        return UNKNOWN
    month = pd.Period(f"{chart.period.start:%Y-%m}")
    return value / (target * chart.period.days / month.days_in_month), count


def _points(chart: Chart) -> Gauge:
    """Penalty points since the first of January; violations without points count 0."""
    if not chart.shop.has("events"):
        return UNKNOWN
    events = chart.shop.table("events")
    end = pd.Timestamp(chart.period.end)
    year = events[(events["starts_on"] <= end) & (events["starts_on"].dt.year == end.year)]
    return float(year.loc[year["kind"] == "violation", "points"].sum()), float(len(year))


def _answers(chart: Chart) -> Gauge:
    if not chart.shop.has("answers"):
        return UNKNOWN
    given = chart.period.clip(chart.shop.table("answers"), "asked_on")
    return float(len(given)), float(len(given))


def _roles(chart: Chart) -> Gauge:
    """Half the sum of distances from the practitioners' structure (S3): the share of products in another role."""
    if not chart.shop.has("products"):
        return UNKNOWN
    roles = chart.shop.table("products")["role"]
    roles = roles[roles != ""]
    share = roles.value_counts(normalize=True)
    return sum(abs(share.get(r, 0.0) - norm) for r, norm in ROLES.items()) / 2, float(len(roles))


def _search_words(chart: Chart) -> Gauge:
    """Visitors by search words per day, against the 28 days before."""
    frame = chart.frame("words")
    if frame is None:
        return UNKNOWN
    now, before = (p.clip(frame).groupby("date")["visitors"].sum() for p in (chart.period, chart.period.baseline))
    if not before.sum():
        return UNKNOWN
    return float(now.mean() / before.mean()), float(now.sum())


GAUGES: dict[str, Callable[[Chart], Gauge]] = {
    "paid_share": _paid_share,
    "hero_value_ratio": _hero_value,
    "hero_share": _hero_share,
    "dispatch_in_time": _dispatched,
    "target_share": _target,
    "penalty_points": _points,
    "answers_given": _answers,
    "visitors": _plain("visitors", "shop"),
    "paid_amount": _plain("paid_amount", "shop"),
    "conversion": _plain("conversion", "shop"),
    "average_order_value": _plain("average_order_value", "shop"),
    "bounce_rate.visitor": _plain("bounce_rate.visitor", "shop"),
    "depth.visitor": _plain("depth.visitor", "shop"),
    "payment_rate.buyers": _plain("payment_rate.buyers", "shop"),
    "repeat_share": _plain("repeat_share", "shop"),
    "refund_amount": _plain("refund_amount", "shop"),
    "inquiry_conversion": _plain("inquiry_conversion", "desk"),
    "first_response_seconds": _plain("first_response_seconds", "desk"),
    "click_through": _plain("click_through", "plan"),
    "return_on_spend": _plain("return_on_spend", "plan"),
    "in_stock_share": _plain("in_stock_share", "stock"),
    "bad_review_share": _plain("bad_review_share", "reviews"),
    "complaint_share": _plain("complaint_share", "reviews"),
    "lost_buyers": _plain("lost_buyers", "lost"),
    "role_gap": _roles,
    "search_words_ratio": _search_words,
}


def gauge(chart: Chart, metric: str) -> Gauge:
    """(value, count) of a metric over the period; a metric no gauge knows is unknown."""
    return GAUGES[metric](chart) if metric in GAUGES else UNKNOWN
