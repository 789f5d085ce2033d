"""Visitors by channel, and those who came before: which fell, and whether spend or a penalty is behind it."""

from __future__ import annotations

import pandas as pd

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.causes.spend import creative
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, rose
from sizhen.diagnosis.reading import Reading
from sizhen.document.findings import Evidence, Level
from sizhen.vocab import load
from sizhen.vocab.limits import limit


def _worth(patient: Patient, channel: str, visitors: Reading) -> float:
    """The visitors that stayed away × what a visitor of this channel is worth."""
    value = patient.chart.reading("visitor_value", "channel", channel)
    each = value.expected if value is not None else patient.money.visitor_value
    return max(visitors.expected - visitors.observed, 0.0) * each


def _claim(
    patient: Patient,
    cause: str,
    subject: dict[str, str],
    reading: Reading,
    channel: str,
    level: Level,
    evidence: tuple[Evidence, ...],
) -> Claim:
    return Claim(
        cause,
        subject,
        level=level,
        evidence=evidence,
        amount=_worth(patient, channel, reading),
        explains=(f"visitors:{channel}",),
        covers=max(reading.expected - reading.observed, 0.0) * patient.money.visitor_value,
        **from_reading(reading),  # type: ignore[arg-type]
    )


def _violations(patient: Patient) -> pd.DataFrame:
    return patient.chart.events("violation")


def _fallen(patient: Patient) -> list[tuple[str, Reading]]:
    """Channels whose visitors fell beyond the market's movement, and whose fall moved the shop's visitors."""
    chart = patient.chart
    found = chart.readings("visitors", "channel", market=True)
    if found is None:
        return []
    return [
        (reading.member, reading)
        for reading in found
        if fell(reading, limit("traffic", "fell_p")) and patient.real("visitors", "channel", reading.member)
    ]


@detects("traffic.violation")
def violation(patient: Patient) -> list[Claim]:
    """Penalty points or a search block, and free search fell after it."""
    events = _violations(patient)
    reading = dict(_fallen(patient)).get("search")
    if events.empty or reading is None:
        return []
    return [_claim(patient, "traffic.violation", {}, reading, "search", "B", ("fact", "timing", "comparison"))]


def _paid_cause(patient: Patient, channel: str, reading: Reading) -> tuple[str, Level, tuple[Evidence, ...]]:
    """(cause, level, evidence) of a paid channel's fall: the spend's own fall explains it, or not."""
    cost = patient.chart.reading("ad_spend", "channel", channel)
    if cost is not None and cost.ratio < 1 and cost.log < limit("traffic.paid_budget", "spend_share") * reading.log:
        return "traffic.paid_budget", "A", ("fact", "timing", "dose_response")
    return "traffic.channel", "C", ("timing",)


def _unclicked(patient: Patient) -> set[str]:
    """Paid channels whose advertisements were shown as before and clicked less: not the budget is the trouble."""
    frame = patient.chart.frame("plan")
    blamed = {place for claim in creative(patient) for place in claim.subject.values()}
    if frame is None:
        return set()
    mine = frame[frame["plan"].isin(blamed) | frame["keyword"].isin(blamed)]
    return {f"paid_{kind}" for kind in mine["kind"].unique()}


def _fewer_returned(buyers: Reading, share: Reading | None) -> bool:
    """True when returning buyers fell clearly and their share too, or the share clearly and they too."""
    by, share_by = (limit("customer.returning", name) for name in ("fell_by", "share_fell_by"))
    pairs = (("fell_p", "share_fell_p"), ("less_clear_fell_p", "clear_share_fell_p"))
    return any(
        fell(buyers, limit("customer.returning", p), by) and fell(share, limit("customer.returning", share_p), share_by)
        for p, share_p in pairs
    )


@detects("customer.returning")
def returning(patient: Patient) -> list[Claim]:
    """Fewer buyers came back, and more so than new ones; not where the shop's own channel fell even further."""
    reading = patient.chart.reading("returning_paid_buyers", market=True)
    share = patient.chart.reading("repeat_share")
    if reading is None or not _fewer_returned(reading, share):
        return []
    owned = dict(_fallen(patient)).get("owned")
    if owned is not None and owned.log < reading.log:
        return []
    loss = (reading.expected - reading.observed) * patient.money.order_value
    return [
        Claim(
            "customer.returning",
            {},
            level="B",
            evidence=("timing", "comparison"),
            amount=loss,
            explains=("conversion",),
            **from_reading(reading),  # type: ignore[arg-type]
        )
    ]


@detects("traffic.search", "traffic.recommend", "traffic.paid_budget", "traffic.channel")
def channels(patient: Patient) -> list[Claim]:
    """Channels that fell, but for those whose fall has another name already."""
    named = _unclicked(patient)
    named |= set() if _violations(patient).empty else {"search"}
    named |= {"owned"} if returning(patient) else set()
    claims = []
    level: Level
    evidence: tuple[Evidence, ...]
    for channel, reading in _fallen(patient):
        if channel in named:
            continue
        if load().channels[channel].group == "paid":
            cause, level, evidence = _paid_cause(patient, channel, reading)
        elif channel in ("search", "recommend"):
            cause, level, evidence = f"traffic.{channel}", "B", ("timing", "comparison")
        else:
            cause, level, evidence = "traffic.channel", "B", ("timing", "comparison")
        claims.append(_claim(patient, cause, {"channel": channel}, reading, channel, level, evidence))
    return claims


def _bought(patient: Patient, channel: str) -> bool:
    """True when the surge was paid for: then the spend is the trouble, not the visitors."""
    spend = patient.chart.reading("ad_spend", "channel", channel)
    chance, least = (limit("traffic.low_quality", name) for name in ("spend_rose_p", "spend_rose_by"))
    return spend is not None and spend.observed > 0 and rose(spend, chance, least)


@detects("traffic.low_quality")
def low_quality(patient: Patient) -> list[Claim]:
    """Many more visitors of a channel, who buy far less than its visitors did; it costs what the channel sells less."""
    visitors = patient.chart.readings("visitors", "channel", market=True)
    rates = patient.chart.readings("conversion", "channel")
    shop = patient.chart.reading("conversion")
    if visitors is None or rates is None or shop is None:
        return []
    surge_p, surge_by = (limit("traffic.low_quality", name) for name in ("visitors_rose_p", "visitors_rose_by"))
    fell_p, poor = (limit("traffic.low_quality", name) for name in ("conversion_fell_p", "poor_ratio"))
    claims = []
    for reading in visitors:
        channel = reading.member
        if channel not in rates or not rose(reading, surge_p, surge_by):
            continue
        rate = rates[channel]
        if not (fell(rate, fell_p) or rate.observed < poor * shop.expected) or shop.ratio >= 1:
            continue
        if _bought(patient, channel):
            continue
        sold = patient.chart.reading("paid_amount", "channel", channel)
        lost = max(sold.expected - sold.observed, 0.0) if sold is not None else 0.0
        claims.append(
            Claim(
                "traffic.low_quality",
                {"channel": channel},
                level="B",
                evidence=("arithmetic", "timing"),
                amount=lost,
                explains=("conversion", f"conversion:{channel}"),
                covers=lost + (reading.observed - reading.expected) * patient.money.visitor_value,
                **from_reading(rate),  # type: ignore[arg-type]
            )
        )
    return claims
