"""The review of a period: desktop, mobile and the whole shop beside the 28 days before, then the scores."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sizhen.exam import listen
from sizhen.exam.needs import needs
from sizhen.exam.trailing import PEOPLE, beside, days_with_data
from sizhen.tables import Period, Shop, measure, prepared
from sizhen.vocab import load

RATES = ("conversion", "average_order_value", "depth.visitor", "bounce_rate.visitor", "repeat_share")
MEANS = ("conversion.mean_of_days", "average_order_value.mean_of_days")
COUNTED = (
    "visitors",
    "page_views",
    "depth.visitor",
    "bounce_rate.visitor",
    "paid_orders",
    "paid_units",
    "paid_buyers",
    "paid_amount",
    "conversion",
    "average_order_value",
    "units_per_buyer",
    "payment_rate.amount",
    "repeat_share",
    "refund_amount",
)
SCOPES = ("desktop", "mobile", "all")
COLUMNS = ("metric", *(f"{s}{c}" for s in SCOPES for c in ("", "_before", "_change")), "tier_score", "tier_gap")
UNKNOWN = float("nan")

Row = dict[str, object]


def day_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Per date: the RATES whose columns `rows` has, each a ratio of the day's totals."""
    days = pd.DataFrame({"date": rows["date"].drop_duplicates().sort_values(ignore_index=True)})
    for metric in RATES:
        if metric != "repeat_share" or "returning_paid_buyers" in rows:
            days[metric] = days["date"].map(measure.daily(rows, metric).set_index("date")["value"])
    return days


def _carried(metric: str, rows: pd.DataFrame) -> bool:
    about = load().metrics[metric]
    return about.numerator in rows and (about.denominator is None or about.denominator in rows)


def _figures(rows: pd.DataFrame, period: Period, scope: str) -> Mapping[str, Row]:
    """Per metric the columns of `scope`; nothing where the period has no row."""
    counted = [m for m in COUNTED if _carried(m, rows)]
    tables = [beside(rows, period, counted), beside(day_rates(rows), period, MEANS)]
    if tables[0].empty:
        return {}
    first = pd.concat(tables, axis=1).iloc[0]
    names = [PEOPLE.get(m, m) for m in (*counted, *MEANS)]
    days = {scope: float(days_with_data(rows, period)), f"{scope}_before": float(days_with_data(rows, period.baseline))}
    told = {n: {f"{scope}{c}": first[f"{n}{c}"] for c in ("", "_before", "_change")} for n in names}
    return {"days_with_data": days, **told}


def _scores(shop: Shop, period: Period) -> list[Row]:
    """The last known scores beside the last of the days before and the tier's average."""
    scores = listen.scores(shop, period)
    if scores.empty:
        return []
    earlier = period.baseline.clip(shop.daily()).sort_values("date")
    rows = []
    for score in scores.to_dict("records"):
        known = earlier[score["metric"]].dropna()
        before = float(known.iloc[-1]) if len(known) else UNKNOWN
        now = {"all": score["own_score"], "all_before": before, "all_change": score["own_score"] - before}
        rows.append({"metric": f"{score['metric']}.last", **now, **{c: score[c] for c in ("tier_score", "tier_gap")}})
    return rows


@needs("shop_daily")
def monthly_review(shop: Shop, period: Period) -> pd.DataFrame:
    """One figure per row: metric; desktop, mobile and all, each with _before (the 28 days before; sums per day with
    data) and _change (a fraction; of rates and scores the difference); for the scores tier_score and tier_gap. Rates
    are ratios of totals; what platforms print as the mean of daily rates stands in rows of its own,
    `….mean_of_days`."""
    daily = shop.daily()
    if period.clip(daily).empty:
        return pd.DataFrame()
    found = {"all": _figures(daily, period, "all")}
    if shop.has("traffic_daily"):
        apart = dict(list(prepared.devices_apart(shop.table("traffic_daily")).groupby("device")))
        found |= {s: _figures(apart[s], period, s) for s in prepared.DEVICES if s in apart}
    rows = [{"metric": m, **{k: v for f in found.values() for k, v in f.get(m, {}).items()}} for m in found["all"]]
    return pd.DataFrame([*rows, *_scores(shop, period)]).reindex(columns=COLUMNS)
