"""Opportunities: what the shop could earn beyond its own usual level. They are ranked apart from losses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient
from sizhen.tables import Period, prepared
from sizhen.vocab import load
from sizhen.vocab.limits import limit

TIER_DAYS = 21
MIN_VISITORS = 300.0
NOT_BOUGHT = ("free", "activity", "external")


def _lately(patient: Patient) -> Period:
    """The period and the four weeks before it: a standing difference, not this week's."""
    period = patient.chart.period
    return Period(period.baseline.start, period.end, "lately")


def _claim(cause: str, subject: dict[str, str], metric: str, seen: float, could: float, **more: object) -> Claim:
    return Claim(
        cause,
        subject,
        metric,
        seen,
        could,
        "C",
        ("comparison",),
        opportunity=True,
        se=0.6,
        **more,  # type: ignore[arg-type]
    )


@detects("unexplained.conversion", "unexplained.average_order_value")
def behind_tier(patient: Patient) -> list[Claim]:
    """Conversion or order value stands clearly below the tier's average, for weeks."""
    chart = patient.chart
    shop, tier = chart.frame("shop"), chart.frame("tier")
    peers = chart.shop.table("peers") if chart.shop.has("peers") else None
    if shop is None or tier is None or peers is None:
        return []
    both = _lately(patient).clip(shop).merge(tier, on="date", suffixes=("", "_tier"))
    ids = prepared.peer_ids(peers, prepared.TIER)
    claims = []
    for metric, top, bottom in (
        ("conversion", "paid_buyers", "visitors"),
        ("average_order_value", "paid_amount", "paid_buyers"),
    ):
        known = both.dropna(subset=[top, bottom, metric])
        amount, count = float(known[top].sum()), float(known[bottom].sum())
        could = float(known[metric].mean()) if len(known) >= TIER_DAYS else 0.0
        if not (count > 0 and could > 0) or amount / count >= limit("unexplained", "tier_ratio") * could:
            continue
        seen, buyers = amount / count, float(known["paid_buyers"].sum())
        error = np.sqrt(1 / max(buyers, 1.0) + float(known[metric].var() / len(known)) / could**2)
        if np.log(could / seen) < limit("unexplained", "tier_se") * error:
            continue
        now = patient.money.observed
        claims.append(
            _claim(
                f"unexplained.{metric}",
                {"peer_id": str(ids.iloc[0])},
                metric,
                seen,
                could,
                amount=now * (could / seen - 1),
                n=buyers,
                reference="tier_average",
            )
        )
    return claims


@detects("unexplained.visitor_value")
def small_channel(patient: Patient) -> list[Claim]:
    """A channel that is not bought brings few visitors, who buy far more often than the others do."""
    frame = patient.chart.frame("channel")
    if frame is None:
        return []
    known = _lately(patient).clip(frame).dropna(subset=["visitors", "paid_buyers", "paid_amount"])
    sums = known.groupby("channel")[["visitors", "paid_buyers", "paid_amount"]].sum()
    now = patient.chart.period.clip(known).groupby("channel")["paid_amount"].sum()
    sums = sums[sums["visitors"] > 0]
    most = limit("unexplained.visitor_value", "visitors_share")
    better = limit("unexplained.visitor_value", "conversion_ratio")
    apart = limit("unexplained.visitor_value", "conversion_se")
    claims = []
    for channel, row in sums.iterrows():
        rest = sums.drop(channel).sum()
        small = MIN_VISITORS <= row["visitors"] < most * sums["visitors"].sum()
        if not small or load().channels[str(channel)].group not in NOT_BOUGHT or not rest["paid_buyers"] > 0:
            continue
        seen, usual = row["paid_buyers"] / row["visitors"], rest["paid_buyers"] / rest["visitors"]
        error = np.sqrt(1 / max(row["paid_buyers"], 1.0) + 1 / rest["paid_buyers"])
        if seen < better * usual or np.log(seen / usual) < apart * error:
            continue
        claims.append(
            _claim(
                "unexplained.visitor_value",
                {"channel": str(channel)},
                "conversion",
                float(seen),
                float(usual),
                amount=float(pd.Series(now).get(channel, 0.0)),
                n=float(row["visitors"]),
                reference="rule",
            )
        )
    return claims
