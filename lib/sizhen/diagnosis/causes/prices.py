"""Prices of single products: our own went up, or a competitor's of the same style went down."""

from __future__ import annotations

import pandas as pd

from sizhen.diagnosis.causes.products import product_loss
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, relative_error
from sizhen.diagnosis.reading import Reading

ORDER = 5
RISE = 0.03
CUT = 0.05


def _symptom(patient: Patient, product: str) -> Reading | None:
    """The product's conversion when it fell."""
    reading = patient.chart.reading("conversion", "product", product)
    return reading if fell(reading, 0.05) else None


def own_rise(patient: Patient) -> list[Claim]:
    prices = patient.chart.readings("price", "product")
    if prices is None:
        return []
    claims = []
    for price in prices:
        if not price.ratio > 1 + RISE:
            continue
        symptom = _symptom(patient, price.member)
        if symptom is None:
            continue
        loss, _ = product_loss(patient, price.member)
        claims.append(
            Claim(
                "price.own_rise",
                {"product_id": price.member},
                price.metric,
                price.observed,
                price.expected,
                "B",
                ("fact", "timing", "comparison"),
                pool="sales",
                amount=loss,
                order=ORDER,
                since=price.since,
                se=relative_error(symptom),
                n=symptom.n,
                p=symptom.p,
                explains=(f"conversion:{price.member}",),
            )
        )
    return claims


def _cuts(patient: Patient) -> pd.DataFrame:
    """peer_id, product_id, now, before, since: matched products whose price a peer cut by 5 % or more."""
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
    cut = both[both["now"] < both["before"] * (1 - CUT)]
    if cut.empty:
        return empty
    joined = frame.merge(cut, on=keys)
    low = joined[joined["price"] < joined["before"] * (1 - CUT / 2)]
    low = low[low["date"] >= pd.Timestamp(chart.period.baseline.start)]
    return cut.merge(low.groupby(keys)["date"].min().rename("since").reset_index(), on=keys)


def peer_cut(patient: Patient) -> list[Claim]:
    claims = []
    for row in _cuts(patient).sort_values("now").drop_duplicates("product_id").to_dict("records"):
        reading = patient.chart.reading("conversion", "product", row["product_id"])
        symptom = _symptom(patient, row["product_id"])
        loss, _ = product_loss(patient, row["product_id"])
        if reading is None:
            continue
        claims.append(
            Claim(
                "peer.price_cut",
                {"product_id": row["product_id"]},
                level="B" if symptom is not None else "D",
                evidence=("fact", "timing", "comparison") if symptom is not None else ("fact",),
                pool="sales",
                amount=loss if symptom is not None else 0.0,
                order=ORDER,
                explains=(f"conversion:{row['product_id']}",),
                quiet=symptom is None,
                **{**from_reading(reading), "since": row["since"]},
            )
        )
    return claims
