"""Advertising: clicks dearer than they are worth, spend without sales, pictures nobody clicks."""

from __future__ import annotations

import numpy as np

from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, rose
from sizhen.diagnosis.reading import Reading

ORDER = 8
MIN_CLICKS = 100.0
MIN_SPEND_SHARE = 0.05
MINOR = 0.5
MOSTLY = 0.75
POURED = 0.4


def _subject(source: str, member: str) -> dict[str, str]:
    if source == "plan":
        return {"plan": member}
    plan, _, keyword = member.partition("\t")
    return {"keyword": keyword} if keyword else {"plan": plan}


def _places(patient: Patient, metric: str) -> list[tuple[str, Reading]]:
    """Readings by plan, and by keyword of plans that have keywords."""
    plans = patient.chart.readings(metric, "plan")
    words = patient.chart.readings(metric, "keyword")
    found = [("plan", r) for r in plans] if plans is not None else []
    return found + ([("keyword", r) for r in words if r.member.partition("\t")[2]] if words is not None else [])


def _worth_of_click(patient: Patient, source: str, member: str, margin: float | None) -> float:
    """conversion × order value × margin of a click, from the shop's last comparable days; NaN if unknown."""
    rate = patient.chart.readings("return_on_spend", source)
    cost = patient.chart.readings("click_cost", source)
    if margin is None or rate is None or cost is None or member not in rate or member not in cost:
        return float("nan")
    return rate[member].expected * cost[member].expected * margin


def _narrow(patient: Patient, claims: list[tuple[str, str, Claim]]) -> list[Claim]:
    """(source, member, claim) → one claim per plan: the plan, or a keyword of it that is not most of its spend."""
    spend = {s: patient.chart.readings("ad_spend", s) for s in ("plan", "keyword")}
    chosen: dict[str, tuple[str, str, Claim]] = {}
    for source, member, claim in claims:
        plan = member.partition("\t")[0]
        words, plans = spend["keyword"], spend["plan"]
        if source == "keyword" and words is not None and plans is not None and plan in plans:
            if words[member].observed > MINOR * plans[plan].observed and any(c[1] == plan for c in claims):
                continue
            if plan in chosen and chosen[plan][0] == "plan" and claim.amount < MOSTLY * chosen[plan][2].amount:
                continue
        chosen[plan] = (source, member, claim)
    return [c for _, _, c in chosen.values()]


def _wasted(patient: Patient, source: str, member: str) -> bool:
    """True when far fewer clicks end in an order, beyond what fewer buyers in the whole shop explain."""
    orders, shop = patient.chart.readings("click_conversion", source), patient.chart.reading("conversion")
    if orders is None or member not in orders or not patient.real("click_conversion", source, member):
        return False
    return fell(orders[member].against(min(shop.ratio, 1.0) if shop is not None else 1.0), 0.005, 0.3)


def _poured(patient: Patient, source: str, member: str) -> bool:
    """True when much more was spent, and what was added brought less than half of what spend brings elsewhere."""
    spend, sold = (patient.chart.readings(m, source) for m in ("ad_spend", "paid_amount"))
    if spend is None or sold is None or member not in spend or member not in sold:
        return False
    clicks = patient.chart.readings("clicks", source)
    if not rose(spend[member], 0.01, POURED) or clicks is None or clicks[member].ratio < 1 + POURED / 2:
        return False
    usual = sold.frame["expected"].sum() / max(spend.frame["expected"].sum(), 1e-9)
    added = (sold[member].observed - sold[member].expected) / (spend[member].observed - spend[member].expected)
    return bool(added < 0.5 * usual)


def click_cost(patient: Patient) -> list[Claim]:
    claims = []
    for source, reading in _places(patient, "click_cost"):
        if reading.n < MIN_CLICKS or not rose(reading, 0.01, 0.1):
            continue
        worth = _worth_of_click(patient, source, reading.member, patient.chart.shop.profile.gross_margin)
        if np.isfinite(worth) and reading.observed <= worth:
            continue
        if _wasted(patient, source, reading.member) or _poured(patient, source, reading.member):
            continue
        claim = Claim(
            "ads.click_cost",
            _subject(source, reading.member),
            level="A",
            evidence=("arithmetic", "timing"),
            pool="ad_spend",
            amount=(reading.observed - reading.expected) * reading.bottom,
            order=ORDER,
            kind="cost",
            explains=("ad_spend",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
        claims.append((source, reading.member, claim))
    return _narrow(patient, claims)


def waste(patient: Patient) -> list[Claim]:
    """Spend rose, or stayed, and the sales it brings fell away or never came."""
    claims = []
    spends = {s: patient.chart.readings("ad_spend", s) for s in ("plan", "keyword")}
    whole = sum(r.observed for r in spends["plan"]) if spends["plan"] is not None else 0.0
    for source, reading in _places(patient, "return_on_spend"):
        spend = spends[source]
        if spend is None or reading.member not in spend:
            continue
        cost = spend[reading.member]
        if cost.observed < MIN_SPEND_SHARE * whole or cost.ratio < 0.8:
            continue
        poured = _poured(patient, source, reading.member)
        if not poured and not _wasted(patient, source, reading.member):
            continue
        claim = Claim(
            "ads.waste",
            _subject(source, reading.member),
            level="A",
            evidence=("arithmetic", "timing"),
            pool="ad_spend",
            amount=cost.observed - cost.expected if poured else cost.observed * (1 - reading.ratio),
            order=ORDER,
            kind="cost",
            explains=("ad_spend",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
        claims.append((source, reading.member, claim))
    return _narrow(patient, claims)


def creative(patient: Patient) -> list[Claim]:
    """Shown as often as before and clicked less."""
    claims = []
    shown = {s: patient.chart.readings("impressions", s) for s in ("plan", "keyword")}
    for source, reading in _places(patient, "click_through"):
        views = shown[source]
        if views is None or reading.member not in views or not fell(reading, 0.01, 0.1):
            continue
        if views[reading.member].ratio < 0.8 or not patient.real("click_through", source, reading.member):
            continue
        each = _worth_of_click(patient, source, reading.member, margin=1.0)
        lost_clicks = views[reading.member].observed * (reading.expected - reading.observed)
        claim = Claim(
            "ads.creative",
            _subject(source, reading.member),
            level="B",
            evidence=("arithmetic", "timing"),
            pool="sales",
            amount=lost_clicks * (each if np.isfinite(each) else patient.money.visitor_value),
            order=ORDER - 7,
            explains=("visitors",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
        claims.append((source, reading.member, claim))
    return _narrow(patient, claims)
