"""Order value: a discount that leaks, cheaper products, fewer units."""

from __future__ import annotations

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading
from sizhen.diagnosis.panel import SHOP
from sizhen.vocab.limits import limit


def _part(patient: Patient, cause: str, metric: str, source: str) -> list[Claim]:
    """A part of order value that fell, and order value with it, priced by what sales would be without its fall."""
    reading = patient.chart.reading(metric, source)
    if reading is None or not fell(reading, limit("basket", "part_fell_p"), limit(cause, "fell_by")):
        return []
    whole = patient.chart.reading("average_order_value")
    proven = patient.real(metric, source, SHOP) or patient.real("average_order_value", "shop", SHOP)
    if not (proven or fell(whole, limit("basket", "order_value_fell_p"))):
        return []
    return [
        Claim(
            cause,
            {},
            level="A",
            evidence=("arithmetic", "timing"),
            amount=patient.money.observed * (1 / reading.ratio - 1),
            explains=(f"average_order_value:{metric}",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
    ]


@detects("price.discount_leak")
def discount_leak(patient: Patient) -> list[Claim]:
    """Buyers pay less for the same goods than the price asked that day, across the shop."""
    return _part(patient, "price.discount_leak", "realised_price", "asked")


@detects("basket.mix")
def mix(patient: Patient) -> list[Claim]:
    """Buyers moved to cheaper products: a unit's asked price fell, no product's own."""
    return _part(patient, "basket.mix", "asked_price", "asked")


@detects("basket.units")
def units(patient: Patient) -> list[Claim]:
    """Each buyer takes fewer units."""
    return _part(patient, "basket.units", "units_per_buyer", "shop")
