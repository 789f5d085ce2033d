"""Prices: over which bands sales and competitors' sales spread, and what room for discounts is left."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.figures import UNKNOWN, Figure, figure
from sizhen.exam.look_products import gathered, named
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import share
from sizhen.tables import Period, Shop, measure
from sizhen.vocab import load

STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)  # price bands lie between these figures of every power of ten
ALWAYS, ENOUGH_DAYS = 0.9, 14  # of the days with sales, and how many of them it takes to say so


def asked_price(daily: pd.DataFrame) -> pd.Series:
    """Per product the price asked, or what a unit brought where that is not told."""
    asked = measure.total(daily, "price", ["product_id"]).set_index("product_id")["value"]
    brought = measure.total(daily, "unit_price", ["product_id"]).set_index("product_id")["value"]
    return asked.fillna(brought)


def _edges(top: float) -> np.ndarray:
    powers = range(len(str(int(max(top, 1)))) + 1)
    return np.array([0.0, *(float(step * 10**power) for power in powers for step in STEPS)])


def _low(price: pd.Series, edges: np.ndarray) -> pd.Series:
    """The lower edge of each price's band."""
    return pd.Series(edges[np.searchsorted(edges, price.to_numpy(dtype=float), side="right") - 1], index=price.index)


def _offers(shop: Shop, period: Period) -> pd.DataFrame:
    """What peers' products cost and sold on days of the period: price, units_sold; empty where not told."""
    if not shop.has("peer_products_daily"):
        return pd.DataFrame({"price": [], "units_sold": []}, dtype="float64")
    return period.clip(shop.table("peer_products_daily")).dropna(subset=["price", "units_sold"])


@needs("product_daily")
def price_bands(shop: Shop, period: Period) -> pd.DataFrame:
    """Per band of the asked price, cheapest first: price_from, price_to (not in it), product_count, products_share,
    visitor_days, conversion, paid_amount (+ _before, _change, _share), paid_units_share, and peer_units_share: the
    share of the units that the followed products of peers sold at these prices, by the price of each day (unknown where
    no peer's are told). A band in which only peers sell has no products."""
    daily = period.clip(shop.table("product_daily"))
    price, offers = asked_price(daily).dropna(), _offers(shop, period)
    if price.empty:
        return pd.DataFrame()
    edges = _edges(max(float(price.max()), float(offers["price"].max()) if len(offers) else 0.0))
    band = _low(price, edges)
    table = gathered(shop, period, "price_from", band)
    if table.empty:
        return table
    units = daily.groupby(daily["product_id"].map(band))["paid_units"].sum(min_count=1)
    theirs = offers.groupby(_low(offers["price"], edges))["units_sold"].sum()
    table = table.set_index("price_from").reindex(
        table["price_from"].to_list() + sorted({*theirs[theirs > 0].index} - {*band})
    )
    table = table.assign(paid_units_share=share(units), peer_units_share=share(theirs)).sort_index()
    none = ["product_count", "products_share", "paid_amount_share", "paid_units_share"]
    absent = table["product_count"].isna()
    table.loc[absent, none] = 0.0
    if theirs.sum() > 0:
        table["peer_units_share"] = table["peer_units_share"].fillna(0.0)
    table = table.rename_axis("price_from").reset_index()
    table.insert(1, "price_to", edges[np.searchsorted(edges, table["price_from"].to_numpy(), side="right")])
    return table


def _deep_days(sold: pd.DataFrame, limit: float) -> pd.DataFrame:
    """By product_id: days_sold, deep_days_share (of them, those below `limit` of list)."""
    deep = (sold["kept"] < limit).astype("float64").groupby(sold["product_id"])
    return pd.DataFrame({"days_sold": deep.size().astype("float64"), "deep_days_share": deep.mean()})


@needs("products", "product_daily")
def discount_room(shop: Shop, period: Period) -> pd.DataFrame:
    """Products sold in the period whose list price is known: product_id, title, role, list_price, unit_price (paid ÷
    units), price_to_list (unit_price ÷ list_price), days_sold (of period and baseline), deep_days_share (of these days,
    those below the limit of rule look.discount-room), always_deep (on nine in ten of at least 14 days), paid_units,
    paid_amount, paid_amount_share. First those below the limit, by sales; then the rest, least room first."""
    limit = load().rules["look.discount-room"].limit
    assert limit is not None
    listed = shop.table("products").set_index("product_id")["list_price"]
    daily = shop.table("product_daily")
    now = period.clip(daily).dropna(subset=["paid_units", "paid_amount"])
    table = now.groupby("product_id")[["paid_units", "paid_amount"]].sum().reset_index()
    table = table.assign(list_price=table["product_id"].map(listed))
    table = table[(table["paid_units"] > 0) & (table["list_price"] > 0)].reset_index(drop=True)
    if table.empty:
        return unknown("list_price") if len(now) else pd.DataFrame()
    table["unit_price"] = table["paid_amount"] / table["paid_units"]
    table["price_to_list"] = table["unit_price"] / table["list_price"]
    both = Period(period.baseline.start, period.end).clip(daily)
    both = both[both["paid_units"] > 0].assign(
        kept=lambda d: d["paid_amount"] / d["paid_units"] / d["product_id"].map(listed)
    )
    days = _deep_days(both.dropna(subset=["kept"]), limit.value).reindex(table["product_id"])
    table = table.join(days.reset_index(drop=True))
    enough = table["days_sold"] >= ENOUGH_DAYS
    table["always_deep"] = (table["deep_days_share"] >= ALWAYS).where(enough).astype("boolean")
    table["paid_amount_share"] = share(table["paid_amount"])
    deep = table["price_to_list"] < limit.value
    order = table.assign(rest=~deep, by=-table["paid_amount"].where(deep, -table["price_to_list"]))
    order = order.sort_values(["rest", "by"], kind="stable")
    return named(table.loc[order.index].reset_index(drop=True), shop)


@figure("look.discount_room:price_to_list")
def price_to_list(room: pd.DataFrame) -> Figure:
    """Price paid ÷ list price: the middle product, each weighing as much as it sold; and the units they sold."""
    sold = room[room["paid_amount"] > 0].sort_values("price_to_list")
    if sold.empty:
        return UNKNOWN
    half = sold["paid_amount"].cumsum() >= sold["paid_amount"].sum() / 2
    return Figure(float(sold.loc[half, "price_to_list"].iloc[0]), float(sold["paid_units"].sum()))
