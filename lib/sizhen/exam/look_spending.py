"""Advertising plans and keywords, and the words buyers search."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop

METRICS = ("ad_spend", "click_through", "click_cost", "return_on_spend")
SUMS = ["impressions", "clicks", "paid_orders", "paid_amount"]


def _spending(shop: Shop, period: Period, by: list[str]) -> pd.DataFrame:
    table = beside(shop.table("ads_daily"), period, METRICS, by, plain=["return_on_spend"])
    if table.empty:
        return table
    sums = period.clip(shop.table("ads_daily")).groupby(by)[SUMS].sum(min_count=1).reset_index()
    table = table.merge(sums, on=by).rename(columns=lambda c: c.replace("ad_spend", "cost"))
    table["click_conversion"] = table["paid_orders"] / table["clicks"].where(table["clicks"] > 0)
    table["order_value"] = table["paid_amount"] / table["paid_orders"].where(table["paid_orders"] > 0)
    margin = shop.profile.gross_margin
    table["break_even_click_cost"] = (
        table["paid_amount"] / table["clicks"].where(table["clicks"] > 0) * (float("nan") if margin is None else margin)
    )
    return table.sort_values("cost", ascending=False, ignore_index=True)


@needs("ads_daily")
def ads(shop: Shop, period: Period) -> pd.DataFrame:
    """Per plan by cost: kind, plan, cost (+ _before, _change), impressions, clicks, click_through (+ …), click_cost
    (+ …), paid_orders, paid_amount, return_on_spend, click_conversion (paid orders ÷ clicks), order_value,
    break_even_click_cost (click conversion × order value × gross margin; unknown without a margin).

    Return on spend stands without its past: orders of the last clicks are not all in yet.
    """
    return _spending(shop, period, ["kind", "plan"])


@needs("ads_daily")
def keywords(shop: Shop, period: Period) -> pd.DataFrame:
    """`ads` per keyword (rows without one left out): kind, plan, keyword and the columns of `ads`."""
    table = _spending(shop, period, ["kind", "plan", "keyword"])
    return table if table.empty else table[table["keyword"] != ""].reset_index(drop=True)


@needs("keywords_daily")
def search_words(shop: Shop, period: Period) -> pd.DataFrame:
    """Words of free search, most visitors first: keyword, visitor_days (+ _before, _change), conversion (+ …),
    rank (mean place in the results; smaller is better)."""
    words = shop.table("keywords_daily")
    table = beside(words, period, ["visitors", "conversion"], ["keyword"])
    if table.empty:
        return table
    table["rank"] = table["keyword"].map(period.clip(words).groupby("keyword")["rank"].mean())
    return table.sort_values("visitor_days", ascending=False, ignore_index=True)
