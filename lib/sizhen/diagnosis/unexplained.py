"""Real changes for which no cause was found: said so, never dressed up as a cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.claim import Claim, Pool, fell, from_reading, rose
from sizhen.diagnosis.judge import Key
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.stake import Stake
from sizhen.tables.prepared import SCORES

ORDER = 9
LEFT_SHARE = 0.45
NOTABLE_P = {"visitors": 0.05, "conversion": 0.1, "average_order_value": 0.05, "paid_amount": 0.05}
APART = -1.0  # standard errors between a device and the others
DILUTED_P = 0.25  # more visitors and as many buyers: the rate fell, nothing was lost
ROOTS = ("visitors", "conversion", "average_order_value")
COLLAPSE = 0.25
RUN_UP = 7
MIN_ORDERS = 20.0


def _checkout(chart: Chart) -> Reading | None:
    """The device nearest to being the only one that converts less, with its bounce as it was; None where all do."""
    rates, bounce = (chart.readings(m, "device") for m in ("conversion", "bounce_rate.visitor"))
    if rates is None or len(rates.frame) < 2:
        return None
    worst = min(rates, key=lambda r: r.log * r.top / r.ratio if r.ratio > 0 else 0.0)
    if bounce is not None and worst.member in bounce and rose(bounce[worst.member], 0.05):
        return None
    others = [r for r in rates if r.member != worst.member and r.ratio > 0]
    if not others or not fell(worst, NOTABLE_P["conversion"]):
        return None
    nearest = min(others, key=lambda r: r.se)
    return worst if worst.log - nearest.log < APART * float(np.hypot(worst.se, nearest.se)) else None


def _symptom(metric: str, reading: Reading, pool: Pool, amount: float) -> Claim:
    return Claim(
        f"unexplained.{metric}",
        {},
        level="C",
        evidence=("timing",),
        pool=pool,
        amount=amount,
        order=ORDER,
        explains=(metric,),
        **from_reading(reading),  # type: ignore[arg-type]
    )


def _at(device: Reading, amount: float) -> Claim:
    """The fall of the whole shop's conversion, as far as one device's alone explains it: by timing only."""
    return Claim(
        "page.checkout",
        {"device": device.member},
        level="C",
        evidence=("timing",),
        pool="sales",
        amount=amount,
        order=ORDER,
        explains=(f"conversion:{device.member}",),
        **from_reading(device),  # type: ignore[arg-type]
    )


def _explained(claims: list[Claim], stakes: dict[str, Stake], root: str) -> float:
    """Money of the claims that account for this root of the split, or for a part of it."""
    mine = (c for c in claims if any(e.partition(":")[0] == root for e in c.explains))
    return sum(max(stakes[c.id].amount if c.pool == "sales" else 0.0, c.covers) for c in mine if c.level != "D")


def leftovers(
    chart: Chart, sales: Sales, claims: list[Claim], stakes: dict[str, Stake], real: frozenset[Key]
) -> list[Claim]:
    """Roots that fell, whose loss the claims leave mostly open; scores that fell."""
    found = []
    for root in ROOTS:
        loss = -sales.split.get((root,), 0.0)
        reading = chart.reading(root, market=True)
        if loss <= 0 or reading is None or reading.ratio >= 1:
            continue
        open_part = loss - _explained(claims, stakes, root)
        if open_part < LEFT_SHARE * loss:
            continue
        if root == "conversion" and not fell(chart.reading("paid_buyers", market=True), DILUTED_P):
            continue
        left_over = reading.against(1 - (loss - open_part) / max(sales.expected or 0.0, 1.0))
        if not fell(left_over, NOTABLE_P[root]):
            continue
        if (root, "shop", SHOP) in real or fell(reading, NOTABLE_P[root]):
            named = any(c.cause == "page.checkout" for c in claims)
            device = _checkout(chart) if root == "conversion" and not named else None
            found.append(_symptom(root, reading, "sales", open_part) if device is None else _at(device, open_part))
    sold = chart.reading("paid_amount")
    if ("unsplit",) in sales.split and sold is not None and fell(sold, NOTABLE_P["paid_amount"]):
        found.append(_symptom("paid_amount", sold, "sales", -sales.split["unsplit",]))
    for score in SCORES:
        reading = chart.reading(score)
        if (score, "shop", SHOP) in real and reading is not None and fell(reading, 0.01) and reading.ratio < 0.998:
            found.append(_symptom(score, reading, "none", 0.0))
    return found


def _runs(days: pd.Series) -> list[tuple[pd.Timestamp, pd.Timestamp, float]]:
    """(first day, last day, usual level) of each run of two or more days far below the days before it.

    Days without data do not end a run; low days do not lower the level that they are held against.
    """
    runs: list[tuple[pd.Timestamp, pd.Timestamp, float]] = []
    usual: list[float] = []
    low: list[pd.Timestamp] = []
    for day, value in [*zip(pd.DatetimeIndex(days.index), days, strict=True), (pd.Timestamp.max, np.inf)]:
        level = float(np.median(usual[-RUN_UP:])) if len(usual) >= 4 else 0.0
        if value < COLLAPSE * level:
            low.append(day)
            continue
        if len(low) >= 2:
            runs.append((low[0], low[-1], level))
        low = []
        usual.append(value)
    return runs


def collapses(chart: Chart) -> list[Claim]:
    """Without a baseline: runs of days inside the period far below the week before them."""
    frame = chart.frame("shop")
    if frame is None or chart.reading("paid_amount") is not None:
        return []
    days = chart.period.clip(frame).set_index("date")["paid_orders"].dropna()
    if len(days) < 10 or days.median() < MIN_ORDERS:
        return []
    claims = []
    for first, last, usual in _runs(days):
        seen = float(days[first:last].mean())
        claims.append(
            Claim(
                "unexplained.paid_amount",
                {"event": f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"},
                "paid_orders",
                seen,
                usual,
                "C",
                ("timing",),
                pool="none",
                amount=0.0,
                order=ORDER,
                since=first,
                n=float(np.sum(days[first:last])),
                reference="own_baseline",
            )
        )
    return claims
