"""Frames of the shop's own promotions beside ordinary days, and the figures that look.paths and look.campaign-base
watch. Which days are ordinary the case tells: no holiday or sale, no faulty data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sizhen.exam.figures import Figure, figure, of, ratio
from sizhen.exam.needs import because, unknown
from sizhen.tables import Period, measure, prepared
from sizhen.tables.prepared import QUARTER

if TYPE_CHECKING:
    from sizhen.diagnosis.case import Case

INTEREST = ("favourite_rate", "depth.visitor")
BEFORE, AFTER = 28, 14
MIN_DAYS = 7


def _labelled(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    """The days without faulty ones, with `occasion`: empty on ordinary days."""
    labels, faulty = case.chart.rhythm.align(pd.DatetimeIndex(frame["date"]))
    return frame.assign(occasion=labels)[~np.asarray(faulty)]


def visits(case: Case) -> pd.DataFrame:
    """Promotion days of the last quarter, then its ordinary days: day_kind (promotion, ordinary), days, visitor_days,
    favourite_rate, depth.visitor."""
    frame = case.chart.frame("shop")
    if frame is None:
        return unknown("shop_daily")
    known = _labelled(case, case.chart.period.last(QUARTER).clip(frame))
    parts = {"promotion": known[known["occasion"] == "promotion"], "ordinary": known[known["occasion"] == ""]}
    if parts["promotion"].empty:
        return because("unknown_promotion_days")
    rows = [measure.totals(days, ["visitors", *INTEREST]).assign(days=float(len(days))) for days in parts.values()]
    table = pd.concat(rows, ignore_index=True).rename(columns={"visitors": "visitor_days"})
    table.insert(0, "day_kind", list(parts))
    return table[["day_kind", "days", "visitor_days", *INTEREST]]


@figure("promotions.visits:interest")
def interest(visits: pd.DataFrame) -> Figure:
    """Favourites and pages per visitor on promotion days ÷ on ordinary ones, the lower of the two; and the visitors of
    the promotion days."""
    promoted, usual = (visits[visits["day_kind"] == kind] for kind in ("promotion", "ordinary"))
    lower = pd.Series([ratio(float(promoted[m].sum()), float(usual[m].sum())) for m in INTEREST]).min()
    return of(float(lower), float(promoted["visitor_days"].sum()))


def sales(case: Case) -> pd.DataFrame:
    """Ordinary days in the four weeks before the shop's last promotion, then in the two weeks after it: when (before,
    after), starts_on, ends_on (of those weeks), days (ordinary ones with data), paid_amount, day_amount (paid_amount ÷
    days). The promotion is the last of the quarter whose two weeks are over; with fewer than 7 such days on either side
    nothing is compared."""
    frame, last = case.chart.frame("shop"), _last_promotion(case)
    if frame is None:
        return unknown("shop_daily")
    if last is None:
        return because("unknown_past_promotion")
    day = timedelta(days=1)
    spans = {
        "before": Period(last.start - BEFORE * day, last.start - day),
        "after": Period(last.end + day, last.end + AFTER * day),
    }
    known = _labelled(case, frame.dropna(subset="paid_amount"))
    known = known[known["occasion"] == ""]
    sold = [days.clip(known)["paid_amount"] for days in spans.values()]
    if min(map(len, sold)) < MIN_DAYS:
        return because("unknown_past_promotion")
    table = pd.DataFrame({"when": list(spans), "starts_on": [pd.Timestamp(d.start) for d in spans.values()]})
    amounts = {"paid_amount": [float(s.sum()) for s in sold], "day_amount": [float(s.mean()) for s in sold]}
    ends = [pd.Timestamp(d.end) for d in spans.values()]
    return table.assign(ends_on=ends, days=[float(len(s)) for s in sold], **amounts)


def _last_promotion(case: Case) -> Period | None:
    shop, quarter = case.chart.shop, case.chart.period.last(QUARTER)
    if not shop.has("events"):
        return None
    over = Period(quarter.start, quarter.end - timedelta(days=AFTER))
    return prepared.last_promotion(shop.table("events"), over)


@figure("promotions.sales:after_to_before")
def after_to_before(sales: pd.DataFrame) -> Figure:
    """Sales of an ordinary day after the promotion ÷ before it, and the sales after it."""
    before, after = (sales[sales["when"] == when] for when in ("before", "after"))
    kept = ratio(float(after["day_amount"].sum()), float(before["day_amount"].sum()))
    return of(kept, float(after["paid_amount"].sum()))
