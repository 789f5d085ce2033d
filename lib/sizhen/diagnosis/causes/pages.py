"""What a visitor meets on the way: pages that lose them, a device that fails, orders nobody pays."""

from __future__ import annotations

import numpy as np

from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, rose
from sizhen.diagnosis.reading import Reading, Readings

ORDER = 4
ALIKE = 1.7
HURT_P = 0.25
APART = -1.6
FEW = 2  # more products than these do not fail at once by their own pages


def payment(patient: Patient) -> list[Claim]:
    """Orders are placed as before and fewer are paid."""
    rate = patient.chart.reading("payment_rate.buyers")
    orders = patient.chart.reading("order_conversion")
    if not fell(rate, 0.01, by=0.03) or rate is None or rate.ratio < 0.4:
        return []
    if orders is not None and fell(orders, 0.01) and orders.log < rate.log:
        return []
    amount = min(patient.loss("conversion"), (1 - rate.ratio) * patient.money.expected)
    return [
        Claim(
            "order.payment",
            {},
            level="A",
            evidence=("arithmetic", "timing"),
            pool="sales",
            amount=amount,
            order=3,
            explains=("conversion",),
            **from_reading(rate),  # type: ignore[arg-type]
        )
    ]


def _loss_on(patient: Patient, source: str, member: str, rate: Reading) -> float:
    """What a member's lower conversion costs: its visitors × the lost rate × the order value."""
    visitors = patient.chart.reading("visitors", source, member)
    if visitors is None:
        return 0.0
    return max(visitors.observed * (rate.expected - rate.observed), 0.0) * patient.money.order_value


def _surge(patient: Patient) -> bool:
    """True when more leave only because many more came by one channel: the other channels' visitors stay as before."""
    visitors, bounce = (patient.chart.readings(m, "channel") for m in ("visitors", "bounce_rate.visitor"))
    if visitors is None or bounce is None:
        return False
    surged = [r.member for r in visitors if rose(r, 0.01, 0.2)]
    others = [r.log for r in bounce if r.member not in surged and r.n > 200]
    return bool(surged) and bool(others) and float(np.median(others)) < 0.02


def _bounced(patient: Patient, source: str, key: str) -> list[Claim]:
    bounce = patient.chart.readings("bounce_rate.visitor", source)
    rates = patient.chart.readings("conversion", source)
    if bounce is None or rates is None:
        return []
    claims = []
    for reading in bounce:
        member, product = reading.member, source == "product"
        if member not in rates or not rose(reading, 0.01, 0.03):
            continue
        if not patient.real("bounce_rate.visitor", source, member) or not fell(rates[member], HURT_P):
            continue
        if not product and _surge(patient):
            continue
        claims.append(
            Claim(
                "page.bounce",
                {key: member} if key else {},
                level="B",
                evidence=("timing", "comparison"),
                pool="sales",
                amount=_loss_on(patient, source, member, rates[member]) if key else patient.loss("conversion"),
                order=ORDER,
                explains=(f"conversion:{member}" if key else "conversion",),
                **from_reading(reading),  # type: ignore[arg-type]
            )
        )
    return claims


def _alike(readings: Readings) -> bool:
    """True when the members moved by the same ratio, as far as chance lets see."""
    pairs = [(r.log, r.se) for r in readings]
    (high, a), (low, b) = max(pairs), min(pairs)
    return high - low < ALIKE * float(np.hypot(a, b))


def bounce(patient: Patient) -> list[Claim]:
    """More leave after one page, and fewer buy: of one device, of one product, or everywhere."""
    devices, items = _bounced(patient, "device", "device"), _bounced(patient, "product", "product_id")
    parts = patient.chart.readings("bounce_rate.visitor", "device")
    everywhere = _bounced(patient, "shop", "")
    if everywhere and (parts is None or len(parts.frame) < 2 or _alike(parts)):
        return everywhere
    return devices or (items if len(items) <= FEW else []) or everywhere


def checkout(patient: Patient) -> list[Claim]:
    """One device converts less, the other does not, and its bounce is as it was."""
    rates = patient.chart.readings("conversion", "device")
    bounce = patient.chart.readings("bounce_rate.visitor", "device")
    if rates is None or len(rates.frame) < 2:
        return []
    claims = []
    for reading in rates:
        others = [r for r in rates if r.member != reading.member]
        apart = reading.log - float(np.mean([r.log for r in others]))
        error = float(np.sqrt(reading.se**2 + np.mean([r.se**2 for r in others]) / len(others)))
        if not fell(reading, 0.05) or apart > APART * error:
            continue
        if bounce is not None and reading.member in bounce and rose(bounce[reading.member], 0.01, 0.03):
            continue
        claims.append(
            Claim(
                "page.checkout",
                {"device": reading.member},
                level="B",
                evidence=("timing", "comparison"),
                pool="sales",
                amount=_loss_on(patient, "device", reading.member, reading),
                order=ORDER,
                explains=(f"conversion:{reading.member}",),
                **from_reading(reading),  # type: ignore[arg-type]
            )
        )
    return claims
