"""Stock: was what buyers wanted on hand, and was money spent on what was not."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.look_products import named
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop

KEY = ["product_id", "sku"]


def demand_shares(stock: pd.DataFrame, baseline: Period) -> pd.Series:
    """Each sku's share of its product's demand, by (product_id, sku): units that left the shelf day over day in the
    baseline; by mean on_hand for a product whose stock never moved; equal shares where both are 0."""
    rows = baseline.clip(stock)
    rows = (rows if len(rows) else stock).sort_values("date")
    grouped = rows.groupby(KEY)["on_hand"]
    moved = (-grouped.diff()).clip(lower=0).groupby([rows[k] for k in KEY]).sum()
    weight = moved.where(moved.groupby("product_id").transform("sum") > 0, grouped.mean())
    total = weight.groupby("product_id").transform("sum")
    return (weight / total).where(total > 0, 1 / weight.groupby("product_id").transform("size"))


def days_on_hand(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day and product over baseline and period: date, product_id, demand_on_hand (share 0-1), demand (1 where any
    sku is known), skus_out (skus at 0)."""
    stock = shop.table("stock_daily")
    rows = stock[stock["date"].between(pd.Timestamp(period.baseline.start), pd.Timestamp(period.end))]
    rows = rows[rows["on_hand"].notna()]
    shares = demand_shares(stock[stock["on_hand"].notna()], period.baseline).rename("demand").reset_index()
    rows = rows.merge(shares, on=KEY, how="left")
    rows["demand"] = rows["demand"].fillna(0.0)
    rows = rows.assign(
        demand_on_hand=rows["demand"].where(rows["on_hand"] > 0, 0.0), skus_out=(rows["on_hand"] == 0).astype(float)
    )
    daily = rows.groupby(["date", "product_id"])[["demand_on_hand", "demand", "skus_out"]].sum().reset_index()
    return daily


def _cost_while_out(shop: Shop, period: Period, daily: pd.DataFrame) -> pd.Series:
    """Per product, advertising cost on days on which less than half of its demand was on hand."""
    ads = period.clip(shop.table("ads_daily"))
    out = daily[daily["demand_on_hand"] < daily["demand"] / 2][["date", "product_id"]]
    spent = ads[ads["product_id"] != ""].merge(out, on=["date", "product_id"])
    return spent.groupby("product_id")["cost"].sum(min_count=1)


@needs("stock_daily")
def stock(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product, the one short of most demand first: product_id, title, role, in_stock_share (+ _before, _change),
    skus, broken_skus (at 0 on the last known day), days_short (days with less than half of the demand on hand),
    visitor_days, paid_amount, cost_while_short (advertising cost on those days; 0 where the product has none,
    unknown without ads_daily)."""
    daily = days_on_hand(shop, period)
    table = beside(daily, period, ["in_stock_share"], ["product_id"]) if len(daily) else daily
    if table.empty:
        return pd.DataFrame()
    table = table[table["in_stock_share"].notna()].reset_index(drop=True)
    ids, here = table["product_id"], period.clip(daily)
    rows = period.clip(shop.table("stock_daily"))
    last = here.sort_values("date").groupby("product_id").last()
    table["skus"] = ids.map(rows.groupby("product_id")["sku"].nunique()).astype(float)
    table["broken_skus"] = ids.map(last["skus_out"])
    short = here["demand_on_hand"] < here["demand"] / 2
    table["days_short"] = ids.map(short.groupby(here["product_id"]).sum()).astype(float)
    for column, name in (("visitors", "visitor_days"), ("paid_amount", "paid_amount")):
        table[name] = float("nan")
        if shop.has("product_daily"):
            sums = period.clip(shop.table("product_daily")).groupby("product_id")[column].sum(min_count=1)
            table[name] = ids.map(sums)
    wasted = ids.map(_cost_while_out(shop, period, here)).fillna(0.0) if shop.has("ads_daily") else float("nan")
    table["cost_while_short"] = wasted
    missed = (1 - table["in_stock_share"]) * table["paid_amount"].fillna(0.0)
    order = (
        missed.to_frame("missed")
        .assign(short=1 - table["in_stock_share"])
        .sort_values(["missed", "short"], ascending=False)
    )
    return named(table.loc[order.index].reset_index(drop=True), shop)
