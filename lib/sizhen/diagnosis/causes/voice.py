"""What buyers say and send back: complaints, refunds, and what the platform punishes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from sizhen.diagnosis.causes.products import lost_buyers, unsold
from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, relative_error
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.refunds import compared
from sizhen.tables import prepared
from sizhen.tables.chance import discoveries
from sizhen.texts.clean import hide
from sizhen.vocab import load
from sizhen.vocab.limits import limit
from sizhen.vocab.penalties import penalty_rules

MIN_REVIEWS = 8
MIN_COMPLAINTS = 4
REVIEWS = {c.aspect: c.id for c in load().causes.values() if c.aspect is not None}


def _risen(patient: Patient, source: str) -> list[tuple[str, Reading]]:
    """(aspect, reading) of every complaint that rose: false discoveries held over all that were counted, or fewer
    buyers of the same product are real already and the complaint supports them."""
    tested = []
    for aspect in dict.fromkeys(a.within for a in load().aspects.values()):
        found = patient.chart.readings("complaint_share", f"{source}:{aspect}")
        tested += [(aspect, r) for r in found or () if r.n >= MIN_REVIEWS and r.member]
    real = discoveries(np.array([r.p for _, r in tested]), limit("review", "false_discovery_share"))
    enough = limit("review", "supported_p")
    supported = [r.p < enough and patient.real("conversion", "product", r.member) for _, r in tested]
    return [
        x
        for x, yes in zip(tested, real | np.array(supported, dtype=bool), strict=True)
        if yes and x[1].ratio > limit("review", "rose_ratio") and x[1].top >= MIN_COMPLAINTS
    ]


def _hurt(patient: Patient, product: str) -> tuple[Reading | None, float]:
    """(conversion there, if it fell too; what that cost, or could have)."""
    source, member = ("product", product) if product else ("shop", SHOP)
    rate = patient.chart.reading("conversion", source, member)
    loss = unsold(patient, product) if product else patient.loss("conversion")
    return rate if fell(rate, limit("review", "conversion_fell_p")) else None, loss


def _placed(patient: Patient, items: list[tuple[str, Reading]]) -> list[tuple[str, Reading]]:
    """Complaints by product become the shop's where one product does not hold most of the shop's excess."""
    found = []
    for aspect in dict.fromkeys(a for a, _ in items):
        mine = max((r for a, r in items if a == aspect), key=_excess)
        whole = patient.chart.reading("complaint_share", f"reviews:{aspect}")
        if whole is not None and whole.p < limit("review", "supported_p"):
            spread = _excess(mine) < limit("review", "product_share") * _excess(whole)
            found.append((aspect, whole if spread else mine))
        else:
            found.append((aspect, mine))
    return found


def _excess(reading: Reading) -> float:
    """Complaints above what was expected."""
    return reading.top - reading.expected * reading.bottom


@detects(*REVIEWS.values())
def complaints(patient: Patient) -> list[Claim]:
    """Complaints of an aspect rose, on one product or over the shop. `other` is named only when nothing else is.

    Fewer sales there are put down to the aspect that rose most.
    """
    items = _placed(patient, _risen(patient, "reviews.product"))
    aspects = {aspect for aspect, _ in items}
    found = items + [(a, r) for a, r in _risen(patient, "reviews") if a not in aspects]
    named = sorted([x for x in found if x[0] != "other"] or found, key=lambda x: -_excess(x[1]))
    claims: list[Claim] = []
    for aspect, reading in named:
        product = "" if reading.member == SHOP else reading.member
        first = not any(c.level == "B" and c.subject.get("product_id", "") == product for c in claims)
        rate, loss = _hurt(patient, product) if first else (None, 0.0)
        hurt = rate is not None
        claims.append(
            Claim(
                REVIEWS[aspect],
                {"product_id": product} if product else {},
                level="B" if hurt else "D",
                evidence=("timing", "comparison") if hurt else ("fact",),
                amount=loss,
                step="products" if product else None,
                explains=(f"conversion:{product}" if product else "conversion",) if hurt else (),
                covers=lost_buyers(patient, product) if hurt and product else 0.0,
                **{**from_reading(reading), "se": relative_error(rate) if rate is not None else 1.0},  # type: ignore[arg-type]
            )
        )
    return claims


@detects("refund.rise")
def refunds(patient: Patient) -> list[Claim]:
    """A higher share of what was paid is refunded, counted in a way that is fair to the delay of refunds."""
    chance, least = limit("refund.rise", "rose_p"), limit("refund.rise", "rose_ratio")
    claims = []
    for row in compared(patient.chart).to_dict("records"):
        if row["p"] > chance or row["observed"] < least * row["expected"]:
            continue
        claims.append(
            Claim(
                "refund.rise",
                {"product_id": row["product_id"]} if row["product_id"] else {},
                "refund_rate",
                row["observed"],
                row["expected"],
                "A",
                ("fact", "timing"),
                amount=_refunded(patient, row),
                since=pd.Timestamp(patient.chart.period.start),
                se=0.3,
                n=row["n"],
                p=row["p"],
                told=_first_reason(patient, row["product_id"]),
            )
        )
    return claims


def _first_reason(patient: Patient, product: str) -> dict[str, str]:
    """reason: the one that most refunds of the period give, of the product or of all; nothing where none is given."""
    rows = patient.chart.period.clip(patient.chart.shop.table("refunds"), "refunded_on")
    mine = rows[rows["product_id"] == product] if product else rows
    reasons = hide(mine.dropna(subset="reason"), "reason")["reason"].value_counts()
    return {"reason": str(reasons.index[0])} if len(reasons) else {}


def _refunded(patient: Patient, row: dict[Hashable, Any]) -> float:
    """What was refunded in the period beyond the usual, by the day of the refund; else of the period's own orders."""
    source, member = ("product", row["product_id"]) if row["product_id"] else ("shop", SHOP)
    seen = patient.chart.reading("refund_amount", source, member)
    return max(seen.expected * (seen.ratio - 1), row["amount"]) if seen is not None else float(row["amount"])


@detects("compliance.points")
def points(patient: Patient) -> list[Claim]:
    """Penalty points of the year stand near or over a platform's limit."""
    chart = patient.chart
    if not chart.shop.has("events"):
        return []
    year = prepared.violations(chart.shop.table("events"), chart.period.end)
    total = float(year["points"].sum())
    lines = penalty_rules().limits
    line = next((x for x in lines if total < x), lines[-1])
    fresh = not chart.period.clip(year, "starts_on").empty
    if not fresh or total < limit("compliance.points", "near_ratio") * lines[0]:
        return []
    reached = max((x for x in lines if total >= x), default=line)
    return [
        Claim(
            "compliance.points",
            {},
            "penalty_points",
            total,
            reached,
            "A",
            ("fact",),
            amount=0.0,
            since=year["starts_on"].max(),
            n=float(len(year)),
            reference="rule",
        )
    ]
