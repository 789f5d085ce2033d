"""Single products: sold out, or past their peak."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.diagnosis.baseline import Reading
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading

ORDER = 5
OUT = 0.9
DECLINE_DAYS = 56


def product_loss(patient: Patient, product: str) -> tuple[float, Reading | None]:
    """(what the product sold less than expected, at least 0; its sales reading)."""
    sales = patient.chart.reading("paid_amount", "product", product)
    if sales is None:
        return 0.0, None
    return max(sales.expected - sales.observed, 0.0), sales


def sold_out(patient: Patient) -> list[Claim]:
    """Part of the demand met an empty shelf, and the product sold less."""
    stock = patient.chart.readings("in_stock_share", "stock")
    if stock is None:
        return []
    claims = []
    for reading in stock:
        if reading.observed > OUT or reading.expected - reading.observed < 0.08:
            continue
        loss, sales = product_loss(patient, reading.member)
        if sales is None:
            continue
        capped = min(loss, sales.expected * (1 - reading.observed / max(reading.expected, 1e-9)) * 1.25)
        shown = fell(sales, 0.2)
        claims.append(
            Claim(
                "stock.sold_out",
                {"product_id": reading.member},
                reading.metric,
                reading.observed,
                reading.expected,
                "A" if shown else "D",
                ("fact", "timing", "arithmetic") if shown else ("fact",),
                pool="conversion",
                amount=capped,
                order=ORDER,
                since=reading.since,
                se=sales.se / max(abs(sales.log), 0.05) if np.isfinite(sales.log) else 0.5,
                n=sales.n,
                p=sales.p,
                explains=(f"conversion:{reading.member}", f"visitors:{reading.member}"),
            )
        )
    return claims


def _slope(series: pd.Series) -> tuple[float, float]:
    """(log slope per week, its t value) of a daily series."""
    y = np.log(series.to_numpy("float64") + 1.0)
    x = np.arange(len(y)) / 7.0
    x = x - x.mean()
    slope = float((x * (y - y.mean())).sum() / (x**2).sum())
    residual = y - y.mean() - slope * x
    error = float(np.sqrt((residual**2).sum() / max(len(y) - 2, 1) / (x**2).sum()))
    return slope, slope / max(error, 1e-9)


def decline(patient: Patient) -> list[Claim]:
    """A leading product loses visitors and sales steadily over weeks, not at a stroke."""
    chart = patient.chart
    frame = chart.frame("product")
    visitors = chart.readings("visitors", "product", market=True)
    if frame is None or visitors is None:
        return []
    recent = frame[frame["date"] > pd.Timestamp(chart.period.end) - pd.Timedelta(days=DECLINE_DAYS)]
    wide = recent[recent["date"] <= pd.Timestamp(chart.period.end)].pivot(
        index="date", columns="product_id", values="visitors"
    )
    leaders = wide.sum().nlargest(5).index
    shop = wide.sum(axis=1)
    claims = []
    for product in leaders:
        relative = wide[product] / shop * shop.mean()
        if len(relative.dropna()) < DECLINE_DAYS // 2 or str(product) not in visitors:
            continue
        slope, t = _slope(relative.dropna())
        reading = visitors[str(product)]
        loss, sales = product_loss(patient, str(product))
        if slope > -0.05 or t > -6 or not fell(reading, 0.02) or sales is None or not fell(sales, 0.1):
            continue
        claims.append(
            Claim(
                "product.decline",
                {"product_id": str(product)},
                level="C",
                evidence=("timing",),
                pool="visitors",
                amount=loss,
                order=ORDER + 1,
                explains=(f"visitors:{product}",),
                **from_reading(reading),  # type: ignore[arg-type]
            )
        )
    return claims
