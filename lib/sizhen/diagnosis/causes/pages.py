"""What a visitor meets on the way: pages that lose them, a device that fails, orders nobody pays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sizhen.diagnosis.causes.products import unsold
from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, rose
from sizhen.diagnosis.reading import Reading, Readings
from sizhen.vocab.limits import limit


@detects("order.payment")
def payment(patient: Patient) -> list[Claim]:
    """Orders are placed as before and fewer are paid."""
    rate = patient.chart.reading("payment_rate.buyers")
    orders = patient.chart.reading("order_conversion")
    less = fell(rate, limit("order.payment", "rate_fell_p"), limit("order.payment", "rate_fell_by"))
    if not less or rate is None or rate.ratio < limit("order.payment", "presale_ratio"):
        return []
    if orders is not None and fell(orders, limit("order.payment", "orders_fell_p")) and orders.log < rate.log:
        return []
    amount = (1 / rate.ratio - 1) * patient.money.observed
    return [
        Claim(
            "order.payment",
            {},
            level="A",
            evidence=("arithmetic", "timing"),
            amount=amount,
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
    chance, least = limit("page.bounce", "surge_p"), limit("page.bounce", "surge_by")
    surged = [r.member for r in visitors if rose(r, chance, least)]
    others = [r.log for r in bounce if r.member not in surged and r.n > 200]
    return bool(surged) and bool(others) and float(np.median(others)) < limit("page.bounce", "surge_others_log")


def _bounces(bounce: Reading) -> bool:
    return rose(bounce, limit("page", "bounce_rose_p"), limit("page", "bounce_rose_by"))


def _fewer_bought(patient: Patient, source: str, member: str) -> bool:
    """True when fewer bought there than the market's movement leads to expect."""
    return fell(patient.chart.reading("paid_buyers", source, member, market=True), limit("page", "buyers_fell_p"))


def _bounced(patient: Patient, source: str, key: str) -> list[Claim]:
    bounce = patient.chart.readings("bounce_rate.visitor", source)
    rates = patient.chart.readings("conversion", source)
    if bounce is None or rates is None:
        return []
    claims = []
    for reading in bounce:
        member, product = reading.member, source == "product"
        if member not in rates or not _bounces(reading):
            continue
        less_bought = fell(rates[member], limit("page.bounce", "conversion_fell_p"))
        if not less_bought or not patient.real("bounce_rate.visitor", source, member):
            continue
        if not product and _surge(patient):
            continue
        if not _fewer_bought(patient, source, member):
            continue
        claims.append(
            Claim(
                "page.bounce",
                {key: member} if key else {},
                level="B",
                evidence=("timing", "comparison"),
                amount=_loss_on(patient, source, member, rates[member]) if key else patient.loss("conversion"),
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
    return [c for c, r in places if _rest(readings, r.member) < limit("page.bounce", "others_ratio") * r.log]


@detects("page.bounce")
def bounce(patient: Patient) -> list[Claim]:
    """More leave after one page, and fewer buy: of one product, of one device, or everywhere."""
    items = _alone(patient, "product", _bounced(patient, "product", "product_id"))
    devices = _alone(patient, "device", _bounced(patient, "device", "device"))
    everywhere = _bounced(patient, "shop", "")
    if 0 < len(items) <= limit("page.bounce", "few_products") and not (everywhere and _spread(patient, items)):
        return items
    return devices or everywhere


def _spread(patient: Patient, items: list[Claim]) -> bool:
    """True when the products hold less than half of what more left the shop."""
    shop, products = (patient.chart.readings("bounce_rate.visitor", s) for s in ("shop", "product"))
    if shop is None or products is None:
        return False
    mine = [products[c.subject["product_id"]] for c in items]
    excess, whole = (sum(r.top - r.expected * r.bottom for r in rs) for rs in (mine, list(products)))
    return excess < limit("page.bounce", "products_share") * whole


@detects("page.checkout")
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
        fallen = fell(reading, limit("page.checkout", "conversion_fell_p"))
        if not fallen or apart > limit("page.checkout", "apart_se") * error:
            continue
        if bounce is not None and reading.member in bounce and _bounces(bounce[reading.member]):
            continue
        if not _fewer_bought(patient, "device", reading.member):
            continue
        claims.append(
            Claim(
                "page.checkout",
                {"device": reading.member},
                level="B",
                evidence=("timing", "comparison"),
                amount=_loss_on(patient, "device", reading.member, reading),
                explains=(f"conversion:{reading.member}",),
                **from_reading(reading),  # type: ignore[arg-type]
            )
        )
    return claims


def _failing(patient: Patient) -> Reading | None:
    """The device nearest to being the only one that converts less, with its bounce as it was; None where all do."""
    rates, bounce = (patient.chart.readings(m, "device") for m in ("conversion", "bounce_rate.visitor"))
    if rates is None or len(rates.frame) < 2:
        return None
    worst = min(rates, key=lambda r: r.log * r.top / r.ratio if r.ratio > 0 else 0.0)
    left = limit("page.checkout", "left_bounce_rose_p")
    if bounce is not None and worst.member in bounce and rose(bounce[worst.member], left):
        return None
    others = [r for r in rates if r.member != worst.member and r.ratio > 0]
    if not others or not fell(worst, limit("page.checkout", "left_conversion_fell_p")):
        return None
    nearest = min(others, key=lambda r: r.se)
    apart = limit("page.checkout", "left_apart_se") * float(np.hypot(worst.se, nearest.se))
    return worst if worst.log - nearest.log < apart else None


def left_to_checkout(patient: Patient, claims: Iterable[Claim], amount: float) -> Claim | None:
    """A fall of the whole shop's conversion that the claims leave open, where one device fell alone: by timing only."""
    device = _failing(patient) if not any(c.cause == "page.checkout" for c in claims) else None
    if device is None:
        return None
    return Claim(
        "page.checkout",
        {"device": device.member},
        level="C",
        evidence=("timing",),
        amount=amount,
        step="unexplained",
        explains=(f"conversion:{device.member}",),
        **from_reading(device),  # type: ignore[arg-type]
    )
