"""Real changes for which no cause was found: said so, never dressed up as a cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.diagnosis.causes.pages import left_to_checkout
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.sales import Sales
from sizhen.document import Stake
from sizhen.tables.prepared import SCORES
from sizhen.vocab.limits import limit

ROOTS = ("visitors", "conversion", "average_order_value")
CAUSES = tuple(f"unexplained.{metric}" for metric in (*ROOTS, "paid_amount", *SCORES))
RUN_UP = 7
MIN_ORDERS = 20.0


def _fell(metric: str, reading: Reading) -> bool:
    return fell(reading, limit("unexplained", f"{metric}_fell_p"))


def _symptom(metric: str, reading: Reading, amount: float, *, partly: bool = False) -> Claim:
    """`partly`: other claims account for a part of it."""
    return Claim(
        f"unexplained.{metric}",
        {},
        level="C",
        evidence=("timing",),
        amount=amount,
        explains=(metric,),
        told={"partly": True} if partly else {},
        **from_reading(reading),  # type: ignore[arg-type]
    )


def _explained(claims: list[Claim], stakes: dict[str, Stake], root: str) -> float:
    """Money of the claims that account for this root of the split, or for a part of it."""
    mine = (c for c in claims if any(e.partition(":")[0] == root for e in c.explains))
    return sum(max(stakes[c.id].amount if c.pool == "sales" else 0.0, c.covers) for c in mine if c.level != "D")


def leftovers(patient: Patient, sales: Sales, claims: list[Claim], stakes: dict[str, Stake]) -> list[Claim]:
    """Roots that fell, whose loss the claims leave mostly open; scores that fell."""
    chart, found = patient.chart, []
    for root in ROOTS:
        loss = patient.loss(root)
        reading = chart.reading(root, market=True)
        if loss <= 0 or reading is None or reading.ratio >= 1:
            continue
        open_part = loss - _explained(claims, stakes, root)
        if open_part < limit("unexplained", "left_share") * loss:
            continue
        buyers = chart.reading("paid_buyers", market=True)
        if root == "conversion" and not fell(buyers, limit("unexplained", "buyers_fell_p")):
            continue
        left_over = reading.against(1 - (loss - open_part) / max(sales.expected or 0.0, 1.0))
        if not _fell(root, left_over):
            continue
        if patient.real(root, "shop", SHOP) or _fell(root, reading):
            device = left_to_checkout(patient, claims, open_part) if root == "conversion" else None
            found.append(device or _symptom(root, reading, open_part, partly=open_part < loss))
    return found + _unsplit(patient) + _scores(patient)


def _unsplit(patient: Patient) -> list[Claim]:
    """Sales that fell where nothing tells how they came about."""
    sold = patient.chart.reading("paid_amount")
    if ("unsplit",) not in patient.split or sold is None or not _fell("paid_amount", sold):
        return []
    return [_symptom("paid_amount", sold, -patient.split["unsplit",])]


def _scores(patient: Patient) -> list[Claim]:
    chance, least = limit("unexplained", "score_fell_p"), limit("unexplained", "score_fell_by")
    readings = [(score, patient.chart.reading(score)) for score in SCORES if patient.real(score, "shop", SHOP)]
    return [_symptom(score, r, 0.0) for score, r in readings if r is not None and fell(r, chance, least)]


def _runs(days: pd.Series) -> list[tuple[pd.Timestamp, pd.Timestamp, float]]:
    """(first day, last day, usual level) of each run of two or more days far below the days before it.

    Days without data do not end a run; low days do not lower the level that they are held against.
    """
    runs: list[tuple[pd.Timestamp, pd.Timestamp, float]] = []
    usual: list[float] = []
    low: list[pd.Timestamp] = []
    collapse = limit("unexplained", "collapse_ratio")
    for day, value in [*zip(pd.DatetimeIndex(days.index), days, strict=True), (pd.Timestamp.max, np.inf)]:
        level = float(np.median(usual[-RUN_UP:])) if len(usual) >= 4 else 0.0
        if value < collapse * level:
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
    days = days[~days.index.isin(pd.to_datetime(list(chart.faults.apart)))]
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
                amount=0.0,
                since=first,
                n=float(np.sum(days[first:last])),
                reference="own_baseline",
            )
        )
    return claims
