"""The service desk: slower replies, an agent who sells less."""

from __future__ import annotations

import numpy as np

from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, relative_error, rose
from sizhen.diagnosis.panel import SHOP

ORDER = 6
SLOWER = 0.3
MIN_INQUIRIES = 40.0
FAR, FRESHLY_FAR = -4.0, -3.0


def _slower(patient: Patient) -> set[str]:
    """Agents whose replies became slower."""
    waits = patient.chart.readings("first_response_seconds", "agent")
    return {r.member for r in waits or () if rose(r, 0.01, SLOWER)}


def slow(patient: Patient) -> list[Claim]:
    """Replies became slower, of one agent or of the desk, and fewer of those who asked there bought."""
    agents, slower = patient.chart.readings("inquiry_conversion", "agent"), _slower(patient)
    alone = agents is not None and len(slower) == 1 and len(agents.frame) > 1
    source, member = ("agent", next(iter(slower))) if alone else ("desk", SHOP)
    wait = patient.chart.reading("first_response_seconds", source, member)
    rate = patient.chart.reading("inquiry_conversion", source, member)
    if not rose(wait, 0.01, SLOWER) or not fell(rate, 0.05) or wait is None or rate is None:
        return []
    return [
        Claim(
            "service.slow",
            {"agent": member} if alone else {},
            level="B",
            evidence=("fact", "timing", "dose_response"),
            pool="sales",
            amount=rate.bottom * (rate.expected - rate.observed) * patient.money.order_value,
            order=ORDER,
            explains=("conversion", "inquiry_conversion"),
            **{**from_reading(wait), "se": relative_error(rate)},  # type: ignore[arg-type]
        )
    ]


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
        fresh = fell(reading, 0.005, 0.15)
        if z > (FRESHLY_FAR if fresh else FAR) or reading.observed > 0.75 * norm:
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
                pool="sales" if fresh else "none",
                amount=reading.bottom * (could - reading.observed) * patient.money.order_value,
                order=ORDER,
                since=reading.since if fresh else None,
                se=relative_error(reading) if fresh else float(abs(1 / z)),
                n=reading.bottom,
                p=float(2 * np.exp(-(z**2) / 2)),
                kind="loss" if fresh else "opportunity",
                reference="tier_average" if not fresh else "own_baseline",
                explains=("inquiry_conversion", "conversion") if fresh else ("inquiry_conversion",),
            )
        )
    return claims
