"""The value a rule's limit is held against: (value, count behind it) per metric, NaN where unknown."""

from __future__ import annotations

from collections.abc import Callable

from sizhen.diagnosis import gauges_check as check
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.measured import UNKNOWN, Gauge, plain
from sizhen.exam.figures import Figure

GAUGES: dict[str, Callable[[Chart], Gauge]] = {
    "dispatch_in_time": check.dispatched,
    "target_share": check.target,
    "penalty_points": check.points,
    "figures_below_tier": check.below_tier,
    "high_value_ratio": check.high_value,
    "paid_amount": plain("paid_amount", "shop"),
    "conversion": plain("conversion", "shop"),
    "average_order_value": plain("average_order_value", "shop"),
    "payment_rate.buyers": plain("payment_rate.buyers", "shop"),
}


def gauge(chart: Chart, metric: str) -> Figure:
    """A metric over the period; one that no gauge knows is unknown."""
    return Figure(*GAUGES[metric](chart)) if metric in GAUGES else Figure(*UNKNOWN)
