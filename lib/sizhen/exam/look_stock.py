"""Stock: was what buyers wanted on hand, for how long is it, and what did its absence cost."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.figures import Figure, figure, of, ratio
from sizhen.exam.look_products import named
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop
from sizhen.tables import stock as shelf

KEY = shelf.KEY
WHOLE = 0.95  # of demand on hand: above, a day's sales were not held back


def _telling(stock: pd.DataFrame, baseline: Period) -> pd.DataFrame:
    """The rows that tell demand: those of the baseline; of products unseen there, all."""
    rows = baseline.clip(stock)
    return pd.concat([rows, stock[~stock["product_id"].isin(rows["product_id"].unique())]])


def demand_shares(stock: pd.DataFrame, baseline: Period) -> pd.Series:
    """Each sku's share of its product's demand, by (product_id, sku), as `tables.stock` tells it from the baseline; of
    products unseen there, from all rows. Equal shares where neither movement nor stock is known."""
    return shelf.shares(shelf.demand(_telling(stock, baseline)))


def _rows(shop: Shop, period: Period) -> pd.DataFrame:
    """Known stock of baseline and period."""
    return Period(period.baseline.start, period.end).clip(shop.table("stock_daily")).dropna(subset=["on_hand"])


def days_on_hand(shop: Shop, period: Period, days: Period | None = None) -> pd.DataFrame:
    """Per day and product over baseline and period, or over `days`: date, product_id, demand_on_hand (share 0-1),
    demand (1 where any sku is known), skus_out (skus at 0)."""
    rows = _rows(shop, period)
    shares = demand_shares(rows, period.baseline)
    return shelf.on_hand_by_day(rows if days is None else days.clip(shop.table("stock_daily")), shares)


def _cost_while_out(shop: Shop, period: Period, daily: pd.DataFrame) -> pd.Series:
    """Per product, advertising cost on days on which less than half of its demand was on hand."""
    ads = period.clip(shop.table("ads_daily"))
    out = daily[daily["demand_on_hand"] < daily["demand"] / 2][["date", "product_id"]]
    spent = ads[ads["product_id"] != ""].merge(out, on=["date", "product_id"])
    return spent.groupby("product_id")["cost"].sum(min_count=1)


def _cover(shop: Shop, period: Period) -> pd.Series:
    """Per product, days its stock of the last known day lasts at what left the shelf per day with stock."""
    rows = _rows(shop, period)
    per_day = shelf.movements(rows)["per_day"].groupby(level="product_id").sum()
    here = period.clip(rows)
    last = here["date"].groupby(here["product_id"]).transform("max")
    left = here[here["date"] == last].groupby("product_id")["on_hand"].sum()
    return left / per_day.where(per_day > 0).reindex(left.index)


def _lost(shop: Shop, period: Period, daily: pd.DataFrame) -> pd.DataFrame:
    """By product_id: units_lost and sales_lost (amount) for want of stock in the period.

    On each day, the share of demand that was out × usual daily units, but never more than usual units less those that
    were sold. Usual: the mean of days with all demand on hand, baseline and period; unknown without such a day.
    """
    sold = shop.table("product_daily")[["date", "product_id", "paid_units", "paid_amount"]]
    days = daily.merge(sold, on=["date", "product_id"], how="left")
    days["out"] = (1 - days["demand_on_hand"] / days["demand"].where(days["demand"] > 0)).clip(0, 1)
    whole = days[(days["out"] <= 1 - WHOLE) & days["paid_units"].notna()].groupby("product_id")
    usual = whole[["paid_units", "paid_amount"]].mean()
    now = period.clip(days)
    units = now["product_id"].map(usual["paid_units"])
    unsold = (units - now["paid_units"].fillna(0.0)).clip(lower=0)
    lost = (now["out"] * units).clip(upper=unsold)
    each = usual["paid_amount"] / usual["paid_units"].where(usual["paid_units"] > 0)
    lost_units = lost.groupby(now["product_id"]).sum(min_count=1)
    return pd.DataFrame({"units_lost": lost_units, "sales_lost": (lost_units * each).where(lost_units > 0, lost_units)})


def _sold(table: pd.DataFrame, shop: Shop, period: Period, daily: pd.DataFrame) -> pd.DataFrame:
    """`table` with visitor_days, paid_amount, units_lost and sales_lost; unknown without product_daily."""
    ids = table["product_id"]
    if not shop.has("product_daily"):
        return table.assign(**dict.fromkeys(("visitor_days", "paid_amount", "units_lost", "sales_lost"), float("nan")))
    by_product = period.clip(shop.table("product_daily")).groupby("product_id")
    lost = _lost(shop, period, daily)
    return table.assign(
        visitor_days=ids.map(by_product["visitors"].sum(min_count=1)),
        paid_amount=ids.map(by_product["paid_amount"].sum(min_count=1)),
        units_lost=ids.map(lost["units_lost"]),
        sales_lost=ids.map(lost["sales_lost"]),
    )


@needs("stock_daily")
def stock(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product, the one short of most demand first: product_id, title, role, in_stock_share (+ _before, _change),
    daily_demand (units that left per day with stock, in the baseline), skus, broken_skus (at 0 on the last known day),
    days_short (days with less than half of the demand on hand), days_of_cover (last stock ÷ units that leave per day
    with stock; unknown where none left), visitor_days, paid_amount, units_lost and sales_lost (what missing stock held
    back, at most the usual sales; unknown without product_daily), cost_while_short (advertising cost on the short days;
    0 where the product has none, unknown without ads_daily)."""
    daily = days_on_hand(shop, period)
    table = beside(daily, period, ["in_stock_share"], ["product_id"]) if len(daily) else daily
    if table.empty:
        return pd.DataFrame()
    table = table[table["in_stock_share"].notna()].reset_index(drop=True)
    ids, here = table["product_id"], period.clip(daily)
    rows = period.clip(shop.table("stock_daily"))
    last = here.sort_values("date").groupby("product_id").last()
    moved = shelf.movements(_telling(_rows(shop, period), period.baseline))["per_day"]
    table["daily_demand"] = ids.map(moved.groupby(level="product_id").sum())
    table["skus"] = ids.map(rows.groupby("product_id")["sku"].nunique()).astype(float)
    table["broken_skus"] = ids.map(last["skus_out"])
    short = here["demand_on_hand"] < here["demand"] / 2
    table["days_short"] = ids.map(short.groupby(here["product_id"]).sum()).astype(float)
    table["days_of_cover"] = ids.map(_cover(shop, period))
    table = _sold(table, shop, period, daily)
    wasted = ids.map(_cost_while_out(shop, period, here)).fillna(0.0) if shop.has("ads_daily") else float("nan")
    table["cost_while_short"] = wasted
    missed = (1 - table["in_stock_share"]) * table["paid_amount"].fillna(0.0)
    order = (
        missed.to_frame("missed")
        .assign(short=1 - table["in_stock_share"])
        .sort_values(["missed", "short"], ascending=False)
    )
    return named(table.loc[order.index].reset_index(drop=True), shop)


@figure("look.stock:in_stock_share")
def in_stock_share(stock: pd.DataFrame) -> Figure:
    """Share of what buyers want of all products that was on hand, each weighing by its daily demand (all alike where
    nothing ever left a shelf); and the products."""
    known = stock.dropna(subset="in_stock_share")
    wanted = known["daily_demand"].fillna(0.0)
    weight = wanted if wanted.sum() > 0 else wanted + 1
    there = float((known["in_stock_share"] * weight).sum())
    return of(ratio(there, float(weight.sum())), float(len(known)))
