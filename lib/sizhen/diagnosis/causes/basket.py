"""Order value: a discount that leaks, cheaper products, fewer units."""

from __future__ import annotations

from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading
from sizhen.diagnosis.panel import SHOP

ORDER = 7


def discount_leak(patient: Patient) -> list[Claim]:
    """Buyers pay less for the same goods than the price asked that day, across the shop."""
    reading = patient.chart.realised_price()
    if not fell(reading, 0.01, 0.02) or reading is None:
        return []
    amount = patient.loss("average_order_value", "price") or patient.loss("average_order_value")
    return [
        Claim(
            "price.discount_leak",
            {},
            level="A",
            evidence=("arithmetic", "timing"),
            pool="average_order_value",
            amount=amount,
            order=ORDER,
            explains=("average_order_value",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
    ]


def _part(patient: Patient, cause: str, part: str, metric: str) -> list[Claim]:
    value = patient.chart.reading("average_order_value")
    reading = patient.chart.reading(metric)
    loss = patient.loss("average_order_value", part)
    if value is None or reading is None or not fell(value, 0.05) or not patient.real(value.metric, "shop", SHOP):
        return []
    if loss < 0.5 * patient.loss("average_order_value") or loss < 0.01 * patient.money.expected:
        return []
    return [
        Claim(
            cause,
            {},
            level="A",
            evidence=("arithmetic", "timing"),
            pool="average_order_value",
            amount=loss,
            order=ORDER,
            explains=("average_order_value",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
    ]


def mix(patient: Patient) -> list[Claim]:
    """Buyers moved to cheaper products, each at its own price."""
    return _part(patient, "basket.mix", "mix", "unit_price")


def units(patient: Patient) -> list[Claim]:
    """Each buyer takes fewer units."""
    reading = patient.chart.reading("units_per_buyer")
    return _part(patient, "basket.units", "units", "units_per_buyer") if fell(reading, 0.05) else []
