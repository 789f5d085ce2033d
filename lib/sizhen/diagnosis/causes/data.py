"""Faults of the figures themselves come first: nothing is concluded from what they spoil."""

from __future__ import annotations

import pandas as pd

from sizhen.diagnosis.claim import Claim, Patient, fell

ORDER = 0


def _fact(cause: str, subject: dict[str, str], metric: str, observed: float, expected: float, **more: object) -> Claim:
    return Claim(cause, subject, metric, observed, expected, "A", ("fact",), order=ORDER, reference="fact", **more)  # type: ignore[arg-type]


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
            pool="none",
            amount=0.0,
            since=pd.Timestamp(days[0]),
            n=float(len(days)),
        )
    ]


def inconsistent(patient: Patient) -> list[Claim]:
    faults = patient.chart.faults
    period = patient.chart.period
    own = tuple(d for d in faults.days if period.start <= d <= period.end)
    return [
        _fact(
            "data.inconsistent",
            {"table": table},
            "inconsistent_days",
            float(len(days)),
            0.0,
            pool="none",
            amount=0.0,
            since=pd.Timestamp(days[0]),
            n=float(len(days)),
        )
        for table, days in {"shop_daily": own, **faults.contradictions}.items()
        if days
    ]


def presale(patient: Patient) -> list[Claim]:
    """Orders as usual and hardly a payment: buyers paid a deposit, the rest comes later."""
    rate = patient.chart.reading("payment_rate.buyers")
    orders = patient.chart.reading("order_conversion")
    if not fell(rate, 0.001, by=0.6) or orders is None or orders.ratio < 0.8:
        return []
    assert rate is not None
    return [
        _fact(
            "data.presale",
            {},
            rate.metric,
            rate.observed,
            rate.expected,
            pool="conversion",
            amount=patient.loss("conversion"),
            since=rate.since,
            n=rate.n,
            p=rate.p,
            explains=("conversion",),
        )
    ]
