"""Frames of what was observed beside what the model expected, and the figures that rules watch on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sizhen.exam.figures import UNKNOWN, Figure, figure, of
from sizhen.vocab import load

if TYPE_CHECKING:
    from sizhen.diagnosis.case import Case

PAGES = ("bounce_rate.visitor", "depth.visitor", "dwell_seconds")
SPEND = "ad_spend"
TELLING = 0.05
COLUMNS = ["metric", "observed", "expected", "p", "n"]


def pages(case: Case) -> pd.DataFrame:
    """Per page figure of the shop that has a baseline: metric, observed, expected (both of the period, in the metric's
    unit), p (of a change against the expectation), n (visitors)."""
    readings = [r for r in map(case.chart.reading, PAGES) if r is not None]
    rows = [(r.metric, r.observed, r.expected, r.p, r.n) for r in readings]
    return pd.DataFrame(rows, columns=COLUMNS)


def pages_and_spend(case: Case) -> pd.DataFrame:
    """`pages`, and below them ad_spend of the whole shop, where it has a baseline."""
    spent = _spent(case)
    if spent is None:
        return pages(case)
    observed, expected = spent
    spend = pd.DataFrame([(SPEND, observed, expected, float("nan"), observed)], columns=COLUMNS)
    return pd.concat([pages(case), spend], ignore_index=True)


def _spent(case: Case) -> tuple[float, float] | None:
    """Spend, observed and expected: the cost line of the case; of all plans together where channels tell none."""
    for name, observed, expected in case.sales.cost_lines:
        if name == SPEND and observed is not None and expected is not None:
            return observed, expected
    plans = case.chart.readings(SPEND, "plan")
    return None if plans is None else (float(plans.frame["observed"].sum()), float(plans.frame["expected"].sum()))


def sales(case: Case) -> pd.DataFrame:
    """Paid amount of the period, where it is known: metric, observed, expected (NaN without a baseline), p (of a change
    against the expectation), n (the amount)."""
    paid, reading = case.sales, case.chart.reading("paid_amount")
    if paid.observed is None:
        return pd.DataFrame()
    expected = float("nan") if paid.expected is None else paid.expected
    p = float("nan") if reading is None else reading.p
    return pd.DataFrame([("paid_amount", paid.observed, expected, p, paid.observed)], columns=COLUMNS)


@figure("expected.sales:paid_amount")
def paid_amount(sales: pd.DataFrame) -> Figure:
    """Paid amount as it was observed."""
    return of(float(sales["observed"].sum(min_count=1)), float(sales["n"].sum()))


def _ratios(pages: pd.DataFrame) -> dict[str, float]:
    """Observed ÷ expected by metric."""
    ratios = pages["observed"] / pages["expected"].where(pages["expected"] > 0)
    return dict(zip(pages["metric"], ratios, strict=True))


@figure("expected.pages:dwell_ratio")
def dwell_ratio(pages: pd.DataFrame) -> Figure:
    """Dwell time ÷ expected."""
    ratios = _ratios(pages)
    if "dwell_seconds" not in ratios:
        return UNKNOWN
    return Figure(ratios["dwell_seconds"], float(pages["n"][pages["metric"] == "dwell_seconds"].iloc[0]))


@figure("expected.pages_and_spend:spend_on_worse_pages")
def spend_on_worse_pages(pages: pd.DataFrame) -> Figure:
    """How far pages got worse and advertising spend rose at the same time: the smaller of the two, against expected.
    What may be chance counts as 0."""
    ratios, spent = _ratios(pages), pages["metric"] == SPEND
    own = pages[~spent]
    if own.empty or not spent.any():
        return UNKNOWN
    proven = own.set_index("metric")["p"] < TELLING
    worse = [_worse(metric, ratios[metric]) for metric in proven.index[proven] if ratios[metric] > 0]
    return Figure(max(min(ratios[SPEND] - 1, max(worse, default=0.0)), 0.0), float(own["n"].iloc[0]))


def _worse(metric: str, change: float) -> float:
    """By how much a page figure got worse."""
    return (change if load().metrics[metric].good == "down" else 1 / change) - 1
