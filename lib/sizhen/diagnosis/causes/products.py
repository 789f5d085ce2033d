"""Single products: sold out, or past their peak."""

from __future__ import annotations

import numpy as np

from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, relative_error
from sizhen.diagnosis.reading import Reading

ORDER = 5
OUT = 0.9
SLOPE_DAYS = 28
LEADERS = 5
CLEARLY = 0.97


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
                pool="sales",
                amount=capped,
                order=ORDER,
                since=reading.since,
                se=relative_error(sales),
                n=sales.n,
                p=sales.p,
                explains=(f"conversion:{reading.member}", f"visitors:{reading.member}"),
            )
        )
    return claims


def _share(patient: Patient, product: str) -> Reading | None:
    """The product's visitors, expected to move as the other products' visitors did."""
    found = patient.chart.readings("visitors", "product", market=True)
    if found is None or product not in found:
        return None
    frame = found.frame.drop(product)
    others = float(frame["top"].sum() / frame["expected"].sum()) if frame["expected"].sum() > 0 else 1.0
    return found[product].against(others)


def _gradual(patient: Patient, product: str) -> bool:
    """True when the fall of the last four weeks is a slope rather than a step: the line fits at least as well."""
    frame = patient.chart.frame("product")
    if frame is None:
        return False
    wide = frame.pivot(index="date", columns="product_id", values="visitors").iloc[-SLOPE_DAYS:]
    relative = (wide[product] + 1) / wide.drop(columns=product).sum(axis=1)
    y = np.log(relative.dropna().to_numpy("float64"))
    x = np.arange(len(y))
    steps = [np.var(y[:k]) * k + np.var(y[k:]) * (len(y) - k) for k in range(5, len(y) - 3)]
    ramps = [np.polyfit(np.maximum(x - k, 0), y, 1, full=True)[1].sum() for k in range(0, len(y) - 6, 2)]
    return bool(steps) and min(ramps) < CLEARLY * min(steps)


def decline(patient: Patient) -> list[Claim]:
    """A leading product loses visitors against the others, bit by bit and not at a stroke."""
    chart = patient.chart
    sales = chart.readings("paid_amount", "product")
    if sales is None:
        return []
    claims = []
    for product in sales.frame["expected"].nlargest(LEADERS).index:
        reading = _share(patient, str(product))
        loss, sold = product_loss(patient, str(product))
        if reading is None or not fell(reading, 0.002, 0.1) or sold is None or sold.ratio > 0.95:
            continue
        if not _gradual(patient, str(product)):
            continue
        claims.append(
            Claim(
                "product.decline",
                {"product_id": str(product)},
                level="C",
                evidence=("timing",),
                pool="sales",
                amount=loss,
                order=ORDER + 1,
                explains=(f"visitors:{product}",),
                **from_reading(reading),  # type: ignore[arg-type]
            )
        )
    return claims
