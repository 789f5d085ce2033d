"""What dashboards do: alarms on the same figures, without a diagnosis. Each figure stands for the cause it suggests.

Three methods: a change of 20 % week over week, a day three standard deviations off the four weeks before, and the
member that contributes most to the change of sales.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sizhen.diagnosis.chart import Chart
from sizhen.vocab import load

Said = tuple[str, dict[str, str]]
Suggests = Callable[[str], Said]
WEEK, CHANGE, SIGMA, BEFORE = 7, 0.2, 3.0, 28
COMPLAINTS = tuple(dict.fromkeys(a.within for a in load().aspects.values()))


def _channel(member: str) -> Said:
    if load().channels[member].group == "paid":
        return "traffic.paid_budget", {"channel": member}
    named = member in ("search", "recommend")
    return f"traffic.{member}" if named else "traffic.channel", {"channel": member}


def _at(cause: str, key: str = "") -> Suggests:
    return lambda member: (cause, {key: member} if key else {})


FIGURES: tuple[tuple[str, str, int, Suggests], ...] = (
    ("visitors", "channel", -1, _channel),
    ("visitors", "tier", -1, _at("market.demand")),
    ("conversion", "shop", -1, _at("unexplained.conversion")),
    ("conversion", "device", -1, _at("page.checkout", "device")),
    ("bounce_rate.visitor", "device", 1, _at("page.bounce", "device")),
    ("bounce_rate.visitor", "product", 1, _at("page.bounce", "product_id")),
    ("bounce_rate.visitor", "shop", 1, _at("page.bounce")),
    ("payment_rate.buyers", "shop", -1, _at("order.payment")),
    ("paid_amount", "product", -1, _at("product.decline", "product_id")),
    ("in_stock_share", "stock", -1, _at("stock.sold_out", "product_id")),
    ("price", "product", 1, _at("price.own_rise", "product_id")),
    ("realised_price", "asked", -1, _at("price.discount_leak")),
    ("asked_price", "asked", -1, _at("basket.mix")),
    ("units_per_buyer", "shop", -1, _at("basket.units")),
    ("refund_amount", "shop", 1, _at("refund.rise")),
    ("refund_amount", "product", 1, _at("refund.rise", "product_id")),
    ("click_cost", "plan", 1, _at("ads.click_cost", "plan")),
    ("return_on_spend", "plan", -1, _at("ads.waste", "plan")),
    ("click_through", "plan", -1, _at("ads.creative", "plan")),
    ("first_response_seconds", "desk", 1, _at("service.slow")),
    ("first_response_seconds", "agent", 1, _at("service.slow", "agent")),
    ("inquiry_conversion", "agent", -1, _at("service.skill", "agent")),
    ("returning_paid_buyers", "shop", -1, _at("customer.returning")),
    *((("complaint_share", f"reviews:{a}", 1, _at(f"review.{a}"))) for a in COMPLAINTS),
    *((("complaint_share", f"reviews.product:{a}", 1, _at(f"review.{a}", "product_id"))) for a in COMPLAINTS),
)


def _series(chart: Chart) -> Iterator[tuple[Said, int, np.ndarray, np.ndarray, str]]:
    """(what a fall or rise suggests, bad direction, numerators and denominators per day, source)."""
    for metric, source, bad, suggests in FIGURES:
        readings = chart.readings(metric, source)
        if readings is None:
            continue
        panel = readings.panel
        for i, member in enumerate(panel.members):
            yield suggests(member), bad, panel.top[:, i], panel.bottom[:, i], f"{metric}/{source}"


def _rate(top: np.ndarray, bottom: np.ndarray) -> float:
    weight = np.nansum(bottom)
    return float(np.nansum(top) / weight) if weight > 0 else np.nan


def _week_on_week(chart: Chart) -> list[Said]:
    alarms = []
    for said, bad, top, bottom, _ in _series(chart):
        now, before = _rate(top[-WEEK:], bottom[-WEEK:]), _rate(top[-2 * WEEK : -WEEK], bottom[-2 * WEEK : -WEEK])
        change = bad * (now / before - 1) if before > 0 else np.nan
        if change > CHANGE:
            alarms.append((change, said))
    return [said for _, said in sorted(alarms, key=lambda a: -a[0])]


def _three_sigma(chart: Chart) -> list[Said]:
    alarms = []
    for said, bad, top, bottom, _ in _series(chart):
        with np.errstate(divide="ignore", invalid="ignore"):
            daily = np.where(bottom > 0, top / bottom, np.nan)
        base = daily[-WEEK - BEFORE : -WEEK]
        if np.isnan(base).all() or np.isnan(daily[-WEEK:]).all() or not np.nanstd(base) > 0:
            continue
        z = np.nanmax(bad * (daily[-WEEK:] - np.nanmean(base)) / np.nanstd(base))
        if z > SIGMA:
            alarms.append((z, said))
    return [said for _, said in sorted(alarms, key=lambda a: -a[0])]


def _biggest(chart: Chart) -> list[Said]:
    """Members ranked by what they changed sales by, week over week: visitors and buyers at the shop's own worth."""
    buyers, visitors = chart.reading("average_order_value"), chart.reading("visitor_value")
    worth = {
        "visitors/channel": visitors.expected if visitors else 0.0,
        "conversion/device": buyers.expected if buyers else 0.0,
        "paid_amount/product": 1.0,
    }
    changes = []
    for said, _, top, _, where in _series(chart):
        if where in worth:
            lost = (np.nansum(top[-2 * WEEK : -WEEK]) - np.nansum(top[-WEEK:])) * worth[where]
            if lost > 0:
                changes.append((lost, said))
    return [said for _, said in sorted(changes, key=lambda a: -a[0])]


METHODS: dict[str, Callable[[Chart], list[Said]]] = {
    "week over week 20 %": _week_on_week,
    "three standard deviations": _three_sigma,
    "biggest contributor": _biggest,
}


def ranked(chart: Chart) -> dict[str, list[Said]]:
    """What each method says of the chart's period, most striking first."""
    return {name: method(chart) for name, method in METHODS.items()}
