"""Sales of the period beside what was expected, split exactly, with the cost lines beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sizhen.diagnosis import split
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.claim import Money
from sizhen.diagnosis.reading import Reading, Readings
from sizhen.document.model import CostName
from sizhen.exam.check_pace import daily_targets

Amounts = dict[tuple[str, ...], float]


@dataclass(frozen=True)
class Sales:
    """`expected`, `low` and `high` are None without a baseline; then `split` is empty."""

    observed: float | None
    expected: float | None
    low: float | None
    high: float | None
    target: float | None
    split: Amounts
    cost_lines: tuple[tuple[CostName, float | None, float | None], ...]
    money: Money


def _observed(chart: Chart) -> float | None:
    frame = chart.frame("shop")
    if frame is None:
        return None
    paid = chart.period.clip(frame)["paid_amount"]
    return float(paid.sum()) if paid.notna().any() else None


def _target(chart: Chart) -> float | None:
    """The period's part of its months' targets; None where a day has none."""
    target = float(daily_targets(chart.shop, chart.period).sum(skipna=False))
    return round(target, 2) if np.isfinite(target) else None


def _pair(readings: Readings, column: str) -> tuple[pd.Series, pd.Series]:
    """(expected, observed) sums per member."""
    observed = readings.frame["top"]
    expected = (observed / readings.frame["ratio"]).where(readings.frame["ratio"] > 0)
    if not readings.panel.is_rate:
        expected = readings.frame["expected"]
    return expected.fillna(0.0), observed


def _channels(chart: Chart, amount: float, visitors: Reading, value: float) -> Amounts:
    found = chart.readings("visitors", "channel")
    if found is None:
        return {("visitors", "unsplit"): amount}
    expected, observed = _pair(found, "visitors")
    overlap = (visitors.expected + visitors.observed) / max(float((expected + observed).sum()), 1.0)
    parts = split.by_volume(amount, observed, expected, value * overlap)
    return {("visitors", str(c)): float(a) for c, a in parts.items()}


def _rates(chart: Chart, amount: float, unit: float) -> Amounts:
    """Below conversion: mix and rate, each by channel, else by device, else by product."""
    for source in ("channel", "device", "product"):
        volume, paid = chart.readings("visitors", source), chart.readings("paid_buyers", source)
        if volume is None or paid is None or len(volume.frame) < 2:
            continue
        members = volume.frame.index.intersection(paid.frame.index)
        v = tuple(s.reindex(members) for s in _pair(volume, "visitors"))
        b = tuple(s.reindex(members) for s in _pair(paid, "paid_buyers"))
        mix, rate = split.mix_and_rate(amount, v, b, unit)  # type: ignore[arg-type]
        whole = split.close(
            pd.Series({"mix": mix.sum(), "rate": rate.sum()}), amount, pd.Series({"mix": 0.0, "rate": 1.0})
        )
        found: Amounts = {("conversion", str(name)): float(a) for name, a in whole.items()}
        for name, parts in (("mix", mix), ("rate", rate)):
            closed = split.close(parts, float(whole[name]), parts.abs())
            found |= {("conversion", name, str(m)): float(a) for m, a in closed.items()}
        return found
    return {("conversion", "unsplit"): amount}


def _order_value(chart: Chart, amount: float, unit: float) -> Amounts:
    """Below order value: units per buyer, mix of products, price within a product."""
    units, sold, paid = (
        chart.reading("units_per_buyer"),
        chart.readings("paid_units", "product"),
        chart.readings("paid_amount", "product"),
    )
    if units is None or sold is None or paid is None:
        return {("average_order_value", "unsplit"): amount}
    members = sold.frame.index.intersection(paid.frame.index)
    q0, q1 = (s.reindex(members).fillna(0.0) for s in _pair(sold, "paid_units"))
    m0, m1 = (s.reindex(members).fillna(0.0) for s in _pair(paid, "paid_amount"))
    if q0.sum() <= 0 or q1.sum() <= 0:
        return {("average_order_value", "unsplit"): amount}
    share = ((q0 / q0.sum()).to_numpy(), (q1 / q1.sum()).to_numpy())
    price0, price1 = (m0 / q0.where(q0 > 0)), (m1 / q1.where(q1 > 0))
    price = (price0.fillna(price1).fillna(0.0).to_numpy(), price1.fillna(price0).fillna(0.0).to_numpy())
    per = split.carry(units.expected, units.observed)
    parts = split.shapley(
        lambda u, s, p: float(u * (s * p).sum()), [per[0], share[0], price[0]], [per[1], share[1], price[1]]
    )
    raw = pd.Series(dict(zip(("units", "mix", "price"), parts, strict=True)))
    closed = split.close(raw * unit, amount, raw.abs() + 1e-9)
    return {("average_order_value", str(k)): float(v) for k, v in closed.items()}


def _split(chart: Chart, observed: float, readings: dict[str, Reading | None]) -> tuple[Amounts, float]:
    """(amounts by path, expected sales); the roots add up to observed − expected exactly."""
    known = {k: r for k, r in readings.items() if r is not None}
    if len(known) < 3:
        sales = chart.reading("paid_amount")
        # what is compared with nothing is on both sides
        expected = sales.expected + observed - sales.observed if sales is not None else observed
        return {("unsplit",): observed - expected}, expected
    pairs = {k: split.carry(r.expected, r.observed) for k, r in known.items()}
    compared = float(np.prod([after for _, after in pairs.values()]))
    # what faulty days hold is on both sides: it is known, and compared with nothing
    expected = float(np.prod([before for before, _ in pairs.values()])) + observed - compared
    before, after = ({k: pair[side] for k, pair in pairs.items()} for side in (0, 1))
    amounts: Amounts = {(k,): v for k, v in split.factors(before, after).items()}
    visitors = known["visitors"]
    (v0, v1), (c0, c1), (a0, a1) = (pairs[k] for k in ("visitors", "conversion", "average_order_value"))
    buyers, worth, unit = (v0 * c0 + v1 * c1) / 2, (c0 * a0 + c1 * a1) / 2, (v0 * a0 + v1 * a1) / 2
    amounts |= _channels(chart, amounts["visitors",], visitors, worth)
    amounts |= _rates(chart, amounts["conversion",], unit)
    amounts |= _order_value(chart, amounts["average_order_value",], buyers)
    return amounts, expected


def _cost_lines(chart: Chart) -> tuple[tuple[CostName, float | None, float | None], ...]:
    lines = []
    wanted: tuple[tuple[CostName, str, str], ...] = (
        ("refunds", "refund_amount", "shop"),
        ("ad_spend", "ad_spend", "channel"),
    )
    for name, metric, source in wanted:
        frame = chart.frame(source)
        column = "refund_amount" if name == "refunds" else "cost"
        values = chart.period.clip(frame)[column] if frame is not None else pd.Series(dtype="float64")
        seen = float(values.sum()) if values.notna().any() else None
        found = chart.readings(metric, source) if seen is not None else None
        lines.append((name, seen, None if found is None else float(found.frame["expected"].sum())))
    return tuple(lines)


def measure_sales(chart: Chart) -> Sales:
    """Sales, their expectation and split. Days without data count on neither side."""
    observed = _observed(chart)
    lines = _cost_lines(chart)
    target = _target(chart)
    reading = chart.reading("paid_amount")
    if observed is None or reading is None:
        nothing = Money(observed or 0.0, 0.0, 0.0, 0.0, 0.0)
        return Sales(observed, None, None, None, target, {}, lines, nothing)
    factors = {k: chart.reading(k) for k in ("visitors", "conversion", "average_order_value")}
    amounts, expected = _split(chart, observed, factors)
    low, high = reading.interval()
    scale = expected / reading.expected if reading.expected > 0 else 1.0
    visitors, value = factors["visitors"], factors["average_order_value"]
    count = visitors.expected if visitors is not None else 0.0
    money = Money(
        observed,
        expected,
        count,
        expected / count if count else 0.0,
        value.expected if value is not None else 0.0,
    )
    return Sales(observed, expected, low * scale, high * scale, target, amounts, lines, money)
