"""What a visitor meets on the way: pages that lose them, a device that fails, orders nobody pays."""

from __future__ import annotations

import numpy as np

from sizhen.diagnosis.causes.products import unsold
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, rose
from sizhen.diagnosis.reading import Reading, Readings

ORDER = 4
NEAR = 0.45  # the others moved less than about half as far
HURT_P = 0.25
APART = -2.3
FEW = 2  # more products than these do not fail at once by their own pages


def payment(patient: Patient) -> list[Claim]:
    """Orders are placed as before and fewer are paid."""
    rate = patient.chart.reading("payment_rate.buyers")
    orders = patient.chart.reading("order_conversion")
    if not fell(rate, 0.01, by=0.03) or rate is None or rate.ratio < 0.4:
        return []
    if orders is not None and fell(orders, 0.01) and orders.log < rate.log:
        return []
    amount = (1 / rate.ratio - 1) * patient.money.observed
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
    if source == "product":
        return unsold(patient, member)
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
        if not fell(patient.chart.reading("paid_buyers", source, member, market=True), HURT_P):
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


def _rest(readings: Readings, member: str) -> float:
    """log(observed ÷ expected) of all other members together; 0 where there is none."""
    others = readings.frame.drop(member)
    expected = float((others["expected"] * others["bottom"]).sum())
    return float(np.log(max(others["top"].sum(), 0.5) / expected)) if expected > 0 else 0.0


def _alone(patient: Patient, source: str, claims: list[Claim]) -> list[Claim]:
    """Those of the claims' places beside which all others together moved far less: the trouble is theirs."""
    readings = patient.chart.readings("bounce_rate.visitor", source)
    if readings is None:
        return []
    places = [(c, readings[next(iter(c.subject.values()))]) for c in claims]
    return [c for c, r in places if _rest(readings, r.member) < NEAR * r.log]


def bounce(patient: Patient) -> list[Claim]:
    """More leave after one page, and fewer buy: of one product, of one device, or everywhere."""
    items = _alone(patient, "product", _bounced(patient, "product", "product_id"))
    devices = _alone(patient, "device", _bounced(patient, "device", "device"))
    everywhere = _bounced(patient, "shop", "")
    if 0 < len(items) <= FEW and not (everywhere and _spread(patient, items)):
        return items
    return devices or everywhere


def _spread(patient: Patient, items: list[Claim]) -> bool:
    """True when the products hold less than half of what more left the shop."""
    shop, products = (patient.chart.readings("bounce_rate.visitor", s) for s in ("shop", "product"))
    if shop is None or products is None:
        return False
    mine = [products[c.subject["product_id"]] for c in items]
    excess, whole = (sum(r.top - r.expected * r.bottom for r in rs) for rs in (mine, list(products)))
    return excess < 0.5 * whole


def checkout(patient: Patient) -> list[Claim]:
    """One device converts less and has fewer buyers, the other does not, and its bounce is as it was."""
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
        if not fell(patient.chart.reading("paid_buyers", "device", reading.member, market=True), HURT_P):
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
