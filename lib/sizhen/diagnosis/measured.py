"""What every gauge is made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sizhen.diagnosis.chart import Chart
from sizhen.tables import Period, measure
from sizhen.vocab import load

Gauge = tuple[float, float]
UNKNOWN: Gauge = (float("nan"), 0.0)


def plain(metric: str, source: str) -> Callable[[Chart], Gauge]:
    """The metric of `source` over the period."""

    def gauge(chart: Chart) -> Gauge:
        frame = chart.frame(source)
        if frame is None:
            return UNKNOWN
        row = measure.total(chart.period.clip(frame), metric).iloc[0]
        count = row["numerator"] if load().metrics[metric].kind == "sum" else row["denominator"]
        return float(row["value"]), float(count)

    return gauge


def ratio(top: float, bottom: float) -> float:
    """NaN where the lower part is unknown or 0."""
    return top / bottom if bottom > 0 else float("nan")


def last_days(chart: Chart, days: int) -> Period:
    """The `days` that end with the period."""
    return Period(chart.period.end - timedelta(days=days - 1), chart.period.end)
