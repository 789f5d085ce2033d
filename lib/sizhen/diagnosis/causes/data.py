"""Faults of the figures themselves come first: nothing is concluded from what they spoil."""

from __future__ import annotations

from datetime import date

import pandas as pd

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient
from sizhen.tables.presale import unpaid_days


def _fact(cause: str, subject: dict[str, str], metric: str, observed: float, expected: float, **more: object) -> Claim:
    return Claim(cause, subject, metric, observed, expected, "A", ("fact",), reference="fact", **more)  # type: ignore[arg-type]


@detects("data.missing_days")
def missing_days(patient: Patient) -> list[Claim]:
    chart = patient.chart
    days = chart.faults.missing
    if not days or len(days) == chart.period.days:
        return []
    have = chart.period.days - len(days)
    return [
        _fact(
            "data.missing_days",
            {},
            "days_with_data",
            float(have),
            float(chart.period.days),
            amount=0.0,
            since=pd.Timestamp(days[0]),
            n=float(len(days)),
        )
    ]


def _own(patient: Patient) -> dict[str, tuple[tuple[date, ...], float, float]]:
    """Doubled or partial days of the shop's own report: what they hold, and what as many usual days hold."""
    chart = patient.chart
    days = tuple(d for d in chart.faults.days if chart.period.start <= d <= chart.period.end)
    frame = chart.frame("shop")
    if not days or frame is None:
        return {}
    paid = frame.set_index("date")["paid_amount"]
    usual = float(chart.period.baseline.clip(frame)["paid_amount"].median())
    return {"shop_daily": (days, float(paid[pd.to_datetime(list(days))].sum()), usual * len(days))}


@detects("data.inconsistent")
def inconsistent(patient: Patient) -> list[Claim]:
    """Totals that contradict each other, days that stand twice or were taken before they were over."""
    period = patient.chart.period
    inside = {t: c.inside(period) for t, c in patient.chart.faults.contradictions.items()}
    found = _own(patient) | {t: days for t, days in inside.items() if days is not None}
    metrics = {t: c.metric for t, c in patient.chart.faults.contradictions.items() if inside[t]}
    return [
        _fact(
            "data.inconsistent",
            {"table": table},
            metrics.get(table, "paid_amount"),
            observed,
            expected,
            amount=0.0,
            since=pd.Timestamp(days[0]),
            n=float(len(days)),
        )
        for table, (days, observed, expected) in found.items()
    ]


@detects("data.presale")
def presale(patient: Patient) -> list[Claim]:
    """Days with orders as usual and hardly a payment: buyers paid a deposit, the rest comes later."""
    chart = patient.chart
    rate, frame = chart.reading("payment_rate.buyers"), chart.frame("shop")
    if rate is None or frame is None:
        return []
    days = chart.period.clip(frame).set_index("date")[["order_buyers", "paid_buyers"]].dropna()
    usual = chart.period.baseline.clip(frame)["order_buyers"].median()
    unpaid = unpaid_days(days, rate.expected, usual)
    if unpaid.empty:
        return []
    return [
        _fact(
            "data.presale",
            {},
            rate.metric,
            float(unpaid["paid_buyers"].sum() / unpaid["order_buyers"].sum()),
            rate.expected,
            amount=patient.loss("conversion"),
            since=unpaid.index[0],
            n=float(unpaid["order_buyers"].sum()),
            explains=("conversion",),
        )
    ]
