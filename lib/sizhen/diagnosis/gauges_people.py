"""Gauges of listening and asking: who was asked, which shops are followed, what buyers praise and come back to say."""

from __future__ import annotations

import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.measured import UNKNOWN, Gauge, last_days
from sizhen.tables import prepared
from sizhen.tables.prepared import QUARTER
from sizhen.texts.aspects import COMPLAINT, LEFTOVER, PRAISE, opinions
from sizhen.texts.clean import bad, clean, said
from sizhen.texts.polarity import score

FIGURES = {
    "visitors": ["visitors", "visitors_index"],
    "conversion": ["conversion"],
    "average_order_value": ["average_order_value"],
    "paid_amount": ["paid_amount", "paid_index"],
}
ENOUGH_FIGURES = 2
ENOUGH_NAMED = 5
MOSTLY = 2 / 3


def answered(chart: Chart) -> Gauge:
    """Answers given in the period."""
    return _given(chart)


def customers(chart: Chart) -> Gauge:
    """Answers that customers gave in the period."""
    return _given(chart, "customer")


def _given(chart: Chart, who: str = "") -> Gauge:
    if not chart.shop.has("answers"):
        return UNKNOWN
    given = chart.period.clip(chart.shop.table("answers"), "asked_on")
    count = float((given["who"] == who).sum() if who else len(given))
    return count, count


def peers_followed(chart: Chart) -> Gauge:
    """Leaders and similar shops of which the period has a row."""
    peers = chart.shop.table("peers")
    seen = chart.period.clip(chart.shop.table("peers_daily"))["peer_id"]
    count = float(prepared.peer_ids(peers, *prepared.ALIKE).isin(seen).sum())
    return count, count


def peers_compared(chart: Chart) -> Gauge:
    """Peers of which the period knows at least two of visitors, conversion, order value and sales."""
    days = chart.period.clip(chart.shop.table("peers_daily")).set_index("peer_id")
    known = pd.DataFrame({name: days[columns].notna().any(axis=1) for name, columns in FIGURES.items()})
    count = float((known.groupby(level=0).any().sum(axis=1) >= ENOUGH_FIGURES).sum())
    return count, count


def praised(chart: Chart) -> Gauge:
    """Aspects that at least five reviews of the period name and two in three of them praise."""
    if not chart.shop.has("reviews"):
        return UNKNOWN
    reviews = clean(chart.period.clip(chart.shop.table("reviews"), "reviewed_at"))
    told = opinions(said(reviews).dropna()).drop(columns=LEFTOVER)
    enough = told.notna().sum() >= ENOUGH_NAMED
    if not enough.any():
        return UNKNOWN
    share = (told == PRAISE).sum()[enough] / told.notna().sum()[enough]
    return float((share >= MOSTLY).sum()), float(len(told))


def won_back(chart: Chart) -> Gauge:
    """Of the bad reviews of three months with a follow-up by the period's end: the share whose follow-up complains no
    more. The shop's own answers are not in the tables."""
    if not chart.shop.has("reviews"):
        return UNKNOWN
    reviews = clean(last_days(chart, QUARTER).clip(chart.shop.table("reviews"), "reviewed_at"))
    end = pd.Timestamp(chart.period.end) + pd.Timedelta(days=1)
    later = reviews["follow_up_at"] >= end
    texts = reviews.loc[bad(reviews).fillna(False).astype("bool") & ~later, "follow_up_text"].dropna()
    if texts.empty:
        return UNKNOWN
    complains = (opinions(texts) == COMPLAINT).any(axis=1).to_numpy() | [score(t) < 0 for t in texts]
    return float(1 - complains.mean()), float(len(texts))
