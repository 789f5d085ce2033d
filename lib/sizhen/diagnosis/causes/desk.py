"""The service desk: slower replies, an agent who sells less."""

from __future__ import annotations

import numpy as np

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, relative_error, rose
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.reading import Reading
from sizhen.vocab.limits import limit

MIN_INQUIRIES = 40.0


def _slow(wait: Reading | None) -> bool:
    return rose(wait, limit("service.slow", "wait_rose_p"), limit("service.slow", "wait_rose_by"))


def _slower(patient: Patient) -> set[str]:
    """Agents whose replies became slower."""
    waits = patient.chart.readings("first_response_seconds", "agent")
    return {r.member for r in waits or () if _slow(r)}


@detects("service.slow")
def slow(patient: Patient) -> list[Claim]:
    """Replies became slower, of one agent or of the desk, and fewer of those who asked there bought."""
    agents, slower = patient.chart.readings("inquiry_conversion", "agent"), _slower(patient)
    alone = agents is not None and len(slower) == 1 and len(agents.frame) > 1
    source, member = ("agent", next(iter(slower))) if alone else ("desk", SHOP)
    wait = patient.chart.reading("first_response_seconds", source, member)
    rate = patient.chart.reading("inquiry_conversion", source, member)
    if not _slow(wait) or not fell(rate, limit("service.slow", "conversion_fell_p")) or wait is None or rate is None:
        return []
    return [
        Claim(
            "service.slow",
            {"agent": member} if alone else {},
            level="B",
            evidence=("fact", "timing", "dose_response"),
            amount=rate.bottom * (rate.expected - rate.observed) * patient.money.order_value,
            explains=("conversion", "inquiry_conversion"),
            **{**from_reading(wait), "se": relative_error(rate)},  # type: ignore[arg-type]
        )
    ]


@detects("service.skill")
def skill(patient: Patient) -> list[Claim]:
    """One agent turns far fewer askers into buyers than the others do, though replying as fast as before.

    A loss where that is new, as far as the agent's own figure fell; a standing gap to the others is an opportunity.
    """
    slower = _slower(patient)
    rates = patient.chart.readings("inquiry_conversion", "agent")
    if rates is None or len(rates.frame) < 2:
        return []
    claims = []
    for reading in rates:
        others = rates.frame.drop(reading.member)
        asked, paid = others["bottom"].sum(), others["top"].sum()
        if reading.member in slower or reading.bottom < MIN_INQUIRIES or asked < MIN_INQUIRIES or paid == 0:
            continue
        norm = paid / asked
        error = np.sqrt(norm * (1 - norm) * (1 / reading.bottom + 1 / asked))
        z = (reading.observed - norm) / error
        fresh = fell(reading, limit("service.skill", "fell_p"), limit("service.skill", "fell_by"))
        behind = limit("service.skill", "newly_behind_se" if fresh else "behind_se")
        if z > behind or reading.observed > limit("service.skill", "behind_ratio") * norm:
            continue
        could = reading.expected if fresh else float(norm)
        claims.append(
            Claim(
                "service.skill",
                {"agent": reading.member},
                reading.metric,
                reading.observed,
                could,
                "B",
                ("comparison", "timing") if fresh else ("comparison",),
                amount=reading.bottom * (could - reading.observed) * patient.money.order_value,
                since=reading.since if fresh else None,
                se=relative_error(reading) if fresh else float(abs(1 / z)),
                n=reading.bottom,
                p=float(2 * np.exp(-(z**2) / 2)),
                opportunity=not fresh,
                reference="tier_average" if not fresh else "own_baseline",
                explains=("inquiry_conversion", "conversion") if fresh else ("inquiry_conversion",),
                reading=reading if fresh else None,
            )
        )
    return claims
