"""Which changes are real: false discoveries held across all that is tested, in two tiers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sizhen.diagnosis.chart import Chart
from sizhen.tables.chance import discoveries

Key = tuple[str, str, str]
HEADLINE_Q = 0.10
DRILL_DOWN_Q = 0.10

HEADLINE = (
    ("paid_amount", "shop"),
    ("visitors", "shop"),
    ("conversion", "shop"),
    ("average_order_value", "shop"),
    ("order_conversion", "shop"),
    ("payment_rate.buyers", "shop"),
    ("bounce_rate.visitor", "shop"),
    ("units_per_buyer", "shop"),
    ("realised_price", "asked"),
    ("asked_price", "asked"),
    ("returning_paid_buyers", "shop"),
    ("visitors", "channel"),
    ("conversion", "device"),
    ("bounce_rate.visitor", "device"),
    ("inquiry_conversion", "desk"),
    ("first_response_seconds", "desk"),
    ("dsr_description", "shop"),
    ("dsr_service", "shop"),
    ("dsr_logistics", "shop"),
)
DRILL_DOWN = (
    ("conversion", "channel"),
    ("visitors", "product"),
    ("conversion", "product"),
    ("bounce_rate.visitor", "product"),
    ("click_cost", "plan"),
    ("click_through", "plan"),
    ("click_conversion", "plan"),
    ("click_cost", "keyword"),
    ("click_through", "keyword"),
    ("click_conversion", "keyword"),
    ("inquiry_conversion", "agent"),
)


def _collect(chart: Chart, wanted: Iterable[tuple[str, str]]) -> tuple[list[Key], np.ndarray]:
    keys: list[Key] = []
    values: list[float] = []
    for metric, source in wanted:
        readings = chart.readings(metric, source, market=True)
        if readings is None:
            continue
        frame = readings.frame
        tested = frame[np.isfinite(frame["ratio"]) & (frame["n"] > 0)]
        keys += [(metric, source, str(m)) for m in tested.index]
        values += tested["p"].tolist()
    return keys, np.array(values)


def real_changes(chart: Chart) -> frozenset[Key]:
    """(metric, source, member) of every change that is real."""
    found: set[Key] = set()
    for wanted, q in ((HEADLINE, HEADLINE_Q), (DRILL_DOWN, DRILL_DOWN_Q)):
        keys, p = _collect(chart, wanted)
        if keys:
            found |= {k for k, yes in zip(keys, discoveries(p, q), strict=True) if yes}
    return frozenset(found)
