"""What happens outside the shop: the tier's demand, the calendar, a competitor's campaign."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.rhythm import own_promotions

ORDER = 1
SHIFT = 0.06


def demand(patient: Patient) -> list[Claim]:
    """The whole tier moved and the shop with it, as far as the shop has followed the tier before."""
    chart = patient.chart
    tier, own = chart.reading("visitors", "tier"), chart.reading("visitors")
    if tier is None or own is None or tier.p > 0.01 or abs(tier.log) < 0.05:
        return []
    if own.p > 0.2 or np.sign(own.log) != np.sign(tier.log) or chart.follows < 0.3:
        return []
    beyond = chart.reading("visitors", market=True)
    own_part = abs(beyond.log / own.log) if beyond is not None and own.log else 0.0
    share = float(np.clip(1 - own_part, 0.0, 1.0))
    if share < 0.3:
        return []
    return [
        Claim(
            "market.demand",
            {},
            level="B",
            evidence=("timing", "comparison"),
            pool="visitors",
            amount=share * patient.loss("visitors"),
            order=ORDER,
            reference="tier_average",
            explains=("visitors",),
            quiet=tier.ratio > 1,
            **from_reading(tier),  # type: ignore[arg-type]
        )
    ]


def _longest(patient: Patient, since: pd.Timestamp, until: pd.Timestamp) -> tuple[str, pd.Timestamp, int] | None:
    """(event, first day, days) of the occasion with most days in the span; own promotions by their name."""
    own = own_promotions(patient.chart.shop)
    spans = [(r["name"], r["starts_on"], r["ends_on"]) for r in own.to_dict("records")]
    spans += [(o.id, pd.Timestamp(o.start), pd.Timestamp(o.end)) for o in patient.chart.rhythm.occasions]
    inside = [(n, max(s, since), (min(e, until) - max(s, since)).days + 1) for n, s, e in spans]
    inside = [x for x in inside if x[2] > 0]
    return max(inside, key=lambda x: x[2]) if inside else None


def calendar_shift(patient: Patient) -> list[Claim]:
    """Sales differ from ordinary days, and a promotion or holiday in the period accounts for it."""
    chart = patient.chart
    plain, sales = chart.plain_sales(), chart.reading("paid_amount")
    if plain is None or sales is None:
        return []
    usual = plain[SHOP]
    start, end = pd.Timestamp(chart.period.start), pd.Timestamp(chart.period.end)
    found = _longest(patient, start, end)
    shifted = abs(usual.log) > SHIFT and usual.p < 0.05
    if found is None or not shifted or abs(sales.log) > 0.5 * abs(usual.log):
        return []
    event, first, days = found
    return [
        Claim(
            "calendar.shift",
            {"event": event},
            "paid_amount",
            usual.observed,
            usual.expected,
            "A",
            ("fact", "timing"),
            pool="none",
            amount=0.0,
            order=ORDER,
            since=first,
            n=float(days),
            p=usual.p,
            reference="fact",
        )
    ]


def _campaigns(patient: Patient) -> pd.DataFrame:
    """Peers whose promotion runs in the period and did not in the three weeks before it."""
    chart = patient.chart
    if not chart.shop.has("peers_daily"):
        return pd.DataFrame(columns=["peer_id", "since", "days"])
    frame = chart.shop.table("peers_daily")
    running = frame[frame["promotion"].fillna("") != ""]
    now = chart.period.clip(running)
    before = running[
        (running["date"] < pd.Timestamp(chart.period.start))
        & (running["date"] >= pd.Timestamp(chart.period.start) - pd.Timedelta(days=21))
    ]
    fresh = now[~now["peer_id"].isin(before["peer_id"])]
    return fresh.groupby("peer_id")["date"].agg(since="min", days="count").reset_index()


def _lost_ratio(patient: Patient, peer: str) -> float:
    """How many more buyers than usual went to this peer, as a ratio; NaN where not known."""
    chart = patient.chart
    if not chart.shop.has("lost_buyers_daily"):
        return float("nan")
    frame = chart.shop.table("lost_buyers_daily")
    frame = frame[frame["peer_id"] == peer]
    now, base = chart.period.clip(frame)["lost_buyers"], chart.period.baseline.clip(frame)["lost_buyers"]
    return float(now.mean() / base.mean()) if len(now) and base.mean() > 0 else float("nan")


def peer_promotion(patient: Patient) -> list[Claim]:
    """A competitor's campaign took buyers: it began, our own fell beyond the tier, and buyers went there."""
    claims = []
    sales = patient.chart.reading("visitors", market=True)
    conversion = patient.chart.reading("conversion")
    for row in _campaigns(patient).to_dict("records"):
        lost = _lost_ratio(patient, row["peer_id"])
        symptom = conversion if fell(conversion, 0.02) else sales if fell(sales, 0.02) else None
        proven = symptom is not None and lost > 1.3
        reading = symptom or conversion
        if reading is None:
            continue
        pool = "visitors" if symptom is sales and symptom is not None else "conversion"
        claims.append(
            Claim(
                "peer.promotion",
                {"peer_id": row["peer_id"]},
                level="B" if proven else "D",
                evidence=("fact", "timing", "comparison") if proven else ("fact",),
                pool=pool,  # type: ignore[arg-type]
                amount=patient.loss(pool) if symptom is not None else 0.0,
                order=5,
                reference="own_baseline",
                explains=(pool,),
                quiet=not proven,
                **{**from_reading(reading), "since": row["since"]},
            )
        )
    return claims
