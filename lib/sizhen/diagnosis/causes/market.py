"""What happens outside the shop: the tier's demand, the calendar, a competitor's campaign."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.rhythm import own_occasions
from sizhen.vocab.limits import limit


@detects("market.demand")
def demand(patient: Patient) -> list[Claim]:
    """The whole tier moved and the shop with it, as far as the shop has followed the tier before."""
    chart = patient.chart
    tier, own = chart.reading("visitors", "tier"), chart.reading("visitors")
    if tier is None or own is None:
        return []
    least_p = limit("market.demand", "tier_fell_p" if tier.ratio < 1 else "tier_rose_p")
    if tier.p > least_p or abs(tier.log) < limit("market.demand", "tier_moved_log"):
        return []
    if calendar_shift(patient):
        return []
    apart = own.p > limit("market.demand", "own_moved_p") or np.sign(own.log) != np.sign(tier.log)
    if apart or chart.follows < limit("market.demand", "follows_share"):
        return []
    beyond = chart.reading("visitors", market=True)
    own_part = abs(beyond.log / own.log) if beyond is not None and own.log else 0.0
    share = float(np.clip(1 - own_part, 0.0, 1.0))
    if share < limit("market.demand", "market_share"):
        return []
    return [
        Claim(
            "market.demand",
            {},
            level="B",
            evidence=("timing", "comparison"),
            amount=share * patient.loss("visitors"),
            reference="tier_average",
            explains=("visitors",),
            **from_reading(tier),  # type: ignore[arg-type]
        )
    ]


def _longest(patient: Patient, since: pd.Timestamp, until: pd.Timestamp) -> tuple[str, pd.Timestamp, int] | None:
    """(event, first day, days) of the occasion with most days in the span; own promotions by their name."""
    own = own_occasions(patient.chart.shop)
    spans = [(str(r["name"]), r["starts_on"], r["ends_on"]) for r in own.to_dict("records")]
    spans += [(o.id, pd.Timestamp(o.start), pd.Timestamp(o.end)) for o in patient.chart.rhythm.occasions]
    inside = [(n, max(s, since), (min(e, until) - max(s, since)).days + 1) for n, s, e in spans]
    inside = [x for x in inside if x[2] > 0]
    return max(inside, key=lambda x: x[2]) if inside else None


@detects("calendar.shift")
def calendar_shift(patient: Patient) -> list[Claim]:
    """Sales differ from ordinary days, and a promotion or holiday in the period accounts for it."""
    chart = patient.chart
    plain, sales = chart.plain_sales(), chart.reading("paid_amount")
    if plain is None or sales is None:
        return []
    usual = plain[SHOP]
    start, end = pd.Timestamp(chart.period.start), pd.Timestamp(chart.period.end)
    found = _longest(patient, start, end)
    shifted = abs(usual.log) > limit("calendar.shift", "moved_log") and usual.p < limit("calendar.shift", "moved_p")
    if found is None or not shifted or abs(sales.log) > limit("calendar.shift", "left_share") * abs(usual.log):
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
            amount=0.0,
            since=first,
            n=float(days),
            p=usual.p,
            reference="fact",
        )
    ]


def _campaigns(patient: Patient) -> pd.DataFrame:
    """peer_id, since, until: each peer's first promotion that began in the period, or at most three days before it.
    `until`: its last day, unknown while it runs on the last day that is known of the peer."""
    chart = patient.chart
    if not chart.shop.has("peers_daily"):
        return pd.DataFrame(columns=["peer_id", "since", "until"])
    start, end = pd.Timestamp(chart.period.start), pd.Timestamp(chart.period.end)
    frame = chart.shop.table("peers_daily")[["date", "peer_id", "promotion"]].sort_values(["peer_id", "date"])
    frame = frame[frame["date"] <= end]
    text, peer = frame["promotion"].fillna(""), frame["peer_id"]
    begins = (text != text.groupby(peer).shift()) | (peer != peer.shift())
    runs = frame.assign(known=frame.groupby("peer_id")["date"].transform("max"))[text != ""].groupby(begins.cumsum())
    spans = runs.agg(peer_id=("peer_id", "first"), since=("date", "min"), until=("date", "max"), known=("known", "max"))
    spans = spans[spans["since"] >= start - pd.Timedelta(days=3)].drop_duplicates("peer_id")
    return spans.assign(until=spans["until"].where(spans["until"] < spans["known"]))[["peer_id", "since", "until"]]


def _taken(patient: Patient, peer: str, since: pd.Timestamp) -> float:
    """How far more buyers a day than before the campaign went to this peer, in standard errors; NaN if not known."""
    chart = patient.chart
    frame = chart.frame("lost")
    if frame is None:
        return float("nan")
    daily = frame[frame["peer_id"] == peer].groupby("date")["lost_buyers"].sum()
    before = daily[(daily.index < since) & (daily.index >= since - pd.Timedelta(days=28))]
    now = daily[daily.index >= since]
    if not len(now) or not len(before) or before.mean() <= 0:
        return float("nan")
    expected = before.mean() * len(now)
    noise = max(before.var() / before.mean(), 1.0) if len(before) > 7 else 1.0
    return float((now.sum() - expected) / np.sqrt(noise * expected * (1 + len(now) / len(before))))


def _campaign_claim(
    patient: Patient, campaign: dict[Hashable, Any], symptom: Reading, proven: bool, possible: bool
) -> Claim:
    root = symptom.metric
    return Claim(
        "peer.promotion",
        {"peer_id": campaign["peer_id"]},
        level="B" if proven else "D",
        evidence=("fact", "timing", "comparison") if proven else ("fact",),
        amount=patient.loss(root) if possible else 0.0,
        explains=(root,),
        told={} if pd.isna(campaign["until"]) else {"until": campaign["until"]},
        **{**from_reading(symptom), "since": campaign["since"]},
    )


@detects("peer.promotion")
def peer_promotion(patient: Patient) -> list[Claim]:
    """A competitor's campaign took buyers: it began, our own fell beyond the tier, and buyers went there."""
    chart = patient.chart
    conversion, visitors = chart.reading("conversion"), chart.reading("visitors", market=True)
    if conversion is None or visitors is None:
        return []
    symptom = min((conversion, visitors), key=lambda r: r.p if r.ratio < 1 else 1.0)
    campaigns = _campaigns(patient)
    campaigns["lost"] = [_taken(patient, r["peer_id"], r["since"]) for r in campaigns.to_dict("records")]
    claims: list[Claim] = []
    hurt = fell(symptom, limit("peer.promotion", "hurt_p"))
    taken, both, refuted = (limit("peer.promotion", name) for name in ("taken_se", "together_se", "refuted_se"))
    for row in campaigns.sort_values("lost", ascending=False).to_dict("records"):
        together = row["lost"] - float(ndtri(symptom.p / 2)) if hurt else 0.0
        proven = row["lost"] > taken and together > both and not any(c.level == "B" for c in claims)
        possible = proven or (hurt and not row["lost"] < refuted)
        claims.append(_campaign_claim(patient, row, symptom, proven, possible))
    return claims
