"""Prices of single products: our own went up, or a competitor's of the same style went down."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import stdtr

from sizhen.diagnosis.causes.products import lost_buyers, unsold
from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, relative_error
from sizhen.diagnosis.reading import Reading
from sizhen.vocab.limits import limit


def _symptom(patient: Patient, product: str) -> Reading | None:
    """The product's conversion when it fell."""
    reading = patient.chart.reading("conversion", "product", product)
    return reading if fell(reading, limit("price.own_rise", "conversion_fell_p")) else None


@detects("price.own_rise")
def own_rise(patient: Patient) -> list[Claim]:
    prices = patient.chart.readings("price", "product")
    if prices is None:
        return []
    claims = []
    for price in prices:
        if not price.ratio > 1 + limit("price.own_rise", "price_rose_by"):
            continue
        symptom = _symptom(patient, price.member)
        if symptom is None:
            continue
        claims.append(
            Claim(
                "price.own_rise",
                {"product_id": price.member},
                price.metric,
                price.observed,
                price.expected,
                "B",
                ("fact", "timing", "comparison"),
                amount=unsold(patient, price.member),
                since=price.since,
                se=relative_error(symptom),
                n=symptom.n,
                p=symptom.p,
                explains=(f"conversion:{price.member}",),
                covers=lost_buyers(patient, price.member),
                reading=price,
            )
        )
    return claims


def _cuts(patient: Patient) -> pd.DataFrame:
    """peer_id, product_id, now, before, since: matched products whose price a peer cut."""
    chart = patient.chart
    empty = pd.DataFrame(columns=["peer_id", "product_id", "now", "before", "since"])
    if not chart.shop.has("peer_products_daily"):
        return empty
    frame = chart.shop.table("peer_products_daily")
    frame = frame[frame["product_id"].fillna("").ne("") & frame["price"].notna()]
    keys = ["peer_id", "product_id"]
    now = chart.period.clip(frame).groupby(keys)["price"].median().rename("now")
    before = chart.period.baseline.clip(frame).groupby(keys)["price"].median().rename("before")
    both = pd.concat([now, before], axis=1).dropna().reset_index()
    least = limit("peer.price_cut", "price_cut_by")
    cut = both[both["now"] < both["before"] * (1 - least)]
    if cut.empty:
        return empty
    joined = frame.merge(cut, on=keys)
    low = joined[joined["price"] < joined["before"] * (1 - least / 2)]
    low = low[low["date"] >= pd.Timestamp(chart.period.baseline.start)]
    return cut.merge(low.groupby(keys)["date"].min().rename("since").reset_index(), on=keys)


@dataclass(frozen=True)
class Hurt:
    """How products sold together: ratio of buyers to what their visitors led to expect, its chance, and the loss."""

    reading: Reading
    p: float
    loss: float
    covers: float


def _together(patient: Patient, products: list[str]) -> Hurt | None:
    """The products' conversion as one; None where none of them has a reading."""
    rates = patient.chart.readings("conversion", "product")
    readings = [rates[p] for p in products if rates is not None and p in rates]
    if not readings:
        return None
    usual = np.array([r.expected * r.bottom for r in readings])
    ratio = sum(r.top for r in readings) / max(float(usual.sum()), 1e-9)
    se = float(np.sqrt(((usual / max(usual.sum(), 1e-9) * [r.se for r in readings]) ** 2).sum()))
    z = np.log(max(ratio, 1e-3)) / se
    p = readings[0].p if len(readings) == 1 else 2 * float(stdtr(min(r.df for r in readings), -abs(z)))
    leading = min(readings, key=lambda r: r.top - r.expected * r.bottom)
    return Hurt(
        replace(leading, ratio=ratio, se=se),
        p if ratio < 1 else 1.0,
        sum(unsold(patient, r.member) for r in readings),
        sum(lost_buyers(patient, r.member) for r in readings),
    )


@detects("peer.price_cut")
def peer_cut(patient: Patient) -> list[Claim]:
    """A competitor cut the price of products we sell too: of one, named by ours, or of several, named by the peer."""
    claims = []
    cuts = _cuts(patient).sort_values("now")
    for peer, rows in cuts.groupby("peer_id", sort=False):
        products = [str(p) for p in rows["product_id"]]
        hurt = _together(patient, products)
        if hurt is None:
            continue
        proven = hurt.p < limit("peer.price_cut", "conversion_fell_p") and hurt.reading.ratio < 1
        claims.append(
            Claim(
                "peer.price_cut",
                {"product_id": products[0]} if len(products) == 1 else {"peer_id": str(peer)},
                level="B" if proven else "D",
                evidence=("fact", "timing", "comparison") if proven else ("fact",),
                amount=hurt.loss if proven else 0.0,
                explains=tuple(f"conversion:{p}" for p in products),
                covers=hurt.covers if proven else 0.0,
                told={"peer": str(peer), "cut": float((1 - rows["now"] / rows["before"]).max())},
                **{**from_reading(hurt.reading), "since": rows["since"].min(), "p": hurt.p},
            )
        )
    best = {c.id: c for c in sorted(claims, key=lambda c: c.amount)}
    return list(best.values())
