"""Single products: sold out, or past their peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import WORTH_ERROR, Claim, Patient, fell, relative_error
from sizhen.diagnosis.reading import Reading
from sizhen.vocab.limits import limit

HORIZONS = ((70, "long_fell_se"), (28, "short_fell_se"))  # days over which a slow fall is looked for, and its limit
LEADERS = 6
MOST_PRODUCTS = 3.0
MIN_VISITORS, MIN_PRODUCTS = 20.0, 5
LEAST_SPREAD = 0.06


def product_loss(patient: Patient, product: str) -> tuple[float, Reading | None]:
    """(what the product sold less than expected, at least 0; its sales reading)."""
    sales = patient.chart.reading("paid_amount", "product", product)
    if sales is None:
        return 0.0, None
    return max(sales.expected - sales.observed, 0.0), sales


def besides(patient: Patient) -> float:
    """What a buyer of one product buys besides it: order value × (1 − 1 ÷ products per buyer)."""
    products, shop = patient.chart.readings("paid_buyers", "product"), patient.chart.reading("paid_buyers")
    if products is None or shop is None or not shop.expected > 0:
        return 0.0
    per_buyer = float(np.clip(products.frame["expected"].sum() / shop.expected, 1.0, MOST_PRODUCTS))
    return patient.money.order_value * (1 - 1 / per_buyer)


def unsold(patient: Patient, product: str) -> float:
    """What the product's visitors bought less than as many did before, with what goes with it; at least 0."""
    worth, rate = (patient.chart.reading(m, "product", product) for m in ("visitor_value", "conversion"))
    if worth is None or rate is None:
        return 0.0
    missed = max(rate.expected - rate.observed, 0.0) * rate.bottom
    return max(worth.expected - worth.observed, 0.0) * worth.bottom + missed * besides(patient)


def _buyers(patient: Patient, product: str) -> float:
    buyers = patient.chart.reading("paid_buyers", "product", product)
    return buyers.expected if buyers is not None else 0.0


def lost_buyers(patient: Patient, product: str) -> float:
    """Buyers the product lost × the shop's order value: what of the shop's conversion it explains."""
    buyers = patient.chart.reading("paid_buyers", "product", product)
    return max(buyers.expected - buyers.observed, 0.0) * patient.money.order_value if buyers is not None else 0.0


def _shown(patient: Patient, product: str, sales: Reading) -> bool:
    """True when the product sold less, or to fewer."""
    fewer = (patient.chart.reading(m, "product", product) for m in ("conversion", "paid_buyers"))
    return fell(sales, limit("stock.sold_out", "sales_fell_p")) or any(
        fell(r, limit("stock.sold_out", "buyers_fell_p")) for r in fewer
    )


@detects("stock.sold_out")
def sold_out(patient: Patient) -> list[Claim]:
    """Part of the demand met an empty shelf, and the product sold less."""
    stock = patient.chart.readings("in_stock_share", "stock")
    if stock is None:
        return []
    out, least = (limit("stock.sold_out", name) for name in ("in_stock_share", "in_stock_fell_share"))
    claims = []
    for reading in stock:
        if reading.observed > out or reading.expected - reading.observed < least:
            continue
        loss, sales = product_loss(patient, reading.member)
        if sales is None:
            continue
        capped = min(loss, sales.expected * (1 - reading.observed / max(reading.expected, 1e-9)) * 1.25)
        capped += capped / max(sales.expected, 1e-9) * _buyers(patient, reading.member) * besides(patient)
        shown = _shown(patient, reading.member, sales)
        buyers = patient.chart.reading("paid_buyers", "product", reading.member)
        claims.append(
            Claim(
                "stock.sold_out",
                {"product_id": reading.member},
                reading.metric,
                reading.observed,
                reading.expected,
                "A" if shown else "D",
                ("fact", "timing", "arithmetic") if shown else ("fact",),
                amount=capped,
                since=reading.since,
                se=min(relative_error(r) for r in (sales, buyers) if r is not None),
                n=sales.n,
                p=sales.p,
                explains=(f"conversion:{reading.member}", f"visitors:{reading.member}"),
                covers=lost_buyers(patient, reading.member) if shown else 0.0,
                reading=reading,
            )
        )
    return claims


@dataclass(frozen=True)
class Slope:
    """A product's log share of all visitors: level, then a straight fall. `z`: the fall against other products'."""

    knot: int
    fall: float
    z: float
    slow: bool


def _slopes(shares: np.ndarray) -> list[Slope]:
    """Per column of log shares (days × products) the best flat-then-falling line, and whether it beats a step."""
    days = len(shares)
    x = np.arange(days)
    y = shares - shares.mean(0)
    best, knots, falls = np.full(y.shape[1], np.inf), np.zeros(y.shape[1], dtype=int), np.zeros(y.shape[1])
    for knot in range(0, days - 6, 2):
        ramp = np.maximum(x - knot, 0).astype(float)
        ramp -= ramp.mean()
        slope = ramp @ y / (ramp @ ramp)
        rest = ((y - np.outer(ramp, slope)) ** 2).sum(0)
        better = rest < best
        best, knots = np.where(better, rest, best), np.where(better, knot, knots)
        falls = np.where(better, -slope * (days - 1 - knot), falls)
    left = y.cumsum(0)[4:-4]
    n = np.arange(5, days - 3)[:, None]
    step = (y**2).sum(0) - (left**2 / n + left**2 / (days - n)).max(0)
    spread = max(1.4826 * float(np.median(np.abs(falls - np.median(falls)))), LEAST_SPREAD)
    clearly = limit("product.decline", "line_ratio")
    return [
        Slope(int(k), float(f), float((f - np.median(falls)) / spread), bool(b < clearly * s))
        for k, f, b, s in zip(knots, falls, best, step, strict=True)
    ]


def _declining(patient: Patient, days: int, steep: str) -> list[tuple[str, Slope, pd.Timestamp]]:
    """(product, slope, first day of the fall) of leading products that fall bit by bit against the others."""
    frame = patient.chart.frame("product")
    if frame is None:
        return []
    wide = frame.pivot(index="date", columns="product_id", values="visitors").iloc[-days:]
    wide = wide[wide.sum(axis=1) > 0]
    mean = wide.mean()
    known = wide.columns[(wide.notna().mean() > 0.9) & (mean >= MIN_VISITORS)]
    if len(known) < MIN_PRODUCTS or len(wide) < 28:
        return []
    total = wide.sum(axis=1)
    shares = np.log((wide[known].fillna(0.0).to_numpy() + 1) / total.to_numpy()[:, None])
    slopes = dict(zip(known, _slopes(shares), strict=True))
    sold = frame[frame["date"].isin(wide.index)].groupby("product_id")["paid_amount"].sum()
    least, apart = limit("product.decline", "fell_log"), limit("product.decline", steep)
    leaders = [p for p in sold.nlargest(LEADERS).index if p in slopes]
    return [
        (str(p), slopes[p], wide.index[slopes[p].knot])
        for p in leaders
        if slopes[p].slow and slopes[p].fall > least and slopes[p].z > apart
    ]


@detects("product.decline")
def decline(patient: Patient) -> list[Claim]:
    """A leading product loses visitors against the others, bit by bit and not at a stroke."""
    claims: dict[str, Claim] = {}
    for product, slope, since in (found for horizon in HORIZONS for found in _declining(patient, *horizon)):
        seen, worth = (patient.chart.reading(m, "product", product) for m in ("visitors", "visitor_value"))
        if seen is None or worth is None or product in claims:
            continue
        period = pd.Timestamp(patient.chart.period.start), pd.Timestamp(patient.chart.period.end)
        begun = max((period[1] - since).days, 1)
        middle = min(max((period[0] - since).days + (period[1] - period[0]).days / 2, 0.0) / begun, 1.0)
        expected = seen.observed * float(np.exp(slope.fall * middle))
        claims[product] = Claim(
            "product.decline",
            {"product_id": product},
            "visitors",
            seen.observed,
            expected,
            level="C",
            evidence=("timing", "comparison"),
            amount=(expected - seen.observed) * worth.expected,
            since=since,
            se=float(np.hypot(1 / slope.z, WORTH_ERROR)),
            n=seen.n,
            p=float(2 * ndtr(-slope.z)),
            explains=(f"visitors:{product}",),
        )
    return list(claims.values())
