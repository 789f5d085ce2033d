"""Products: which carry the shop, in which roles, at which prices."""

from __future__ import annotations

import bisect

import pandas as pd

from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside, share
from sizhen.tables import Period, Shop, measure

METRICS = ("paid_amount", "visitors", "conversion", "average_order_value", "bounce_rate.visitor")
SAME_PRICE = 0.005  # a change below rounds to nothing
STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)  # price bands lie between these figures of every power of ten


def named(table: pd.DataFrame, shop: Shop) -> pd.DataFrame:
    """`table` with the products' title (their id where no title is known) and role after product_id."""
    known = pd.DataFrame({"title": [], "role": []}, dtype="str")
    if shop.has("products"):
        known = shop.table("products").set_index("product_id")[["title", "role"]]
    ids = table["product_id"]
    title = ids.map(known["title"]).astype("str")
    table.insert(1, "title", title.where(title.notna() & (title != ""), ids))
    table.insert(2, "role", ids.map(known["role"]).astype("str").fillna(""))
    return table


@needs("product_daily")
def leading_products(shop: Shop, period: Period) -> pd.DataFrame:
    """Every product of the period by sales: product_id, title, role, paid_amount (+ _before, _change, _share),
    cumulative_share, visitor_days (+ …), conversion (+ …), average_order_value, bounce_rate.visitor."""
    plain = ("average_order_value", "bounce_rate.visitor")
    table = beside(shop.table("product_daily"), period, METRICS, ["product_id"], plain=plain)
    if table.empty:
        return table
    table = table.sort_values(["paid_amount", "product_id"], ascending=[False, True], ignore_index=True)
    place = list(table).index("paid_amount_change") + 1
    table.insert(place, "paid_amount_share", share(table["paid_amount"]))
    table.insert(place + 1, "cumulative_share", table["paid_amount_share"].cumsum())
    return named(table, shop)


@needs("product_daily")
def prices(shop: Shop, period: Period) -> pd.DataFrame:
    """Products whose asked price differs from before, largest change first: product_id, title, role, price (+ _before,
    _change), conversion (+ …), visitor_days."""
    table = beside(
        shop.table("product_daily"), period, ["price", "conversion", "visitors"], ["product_id"], plain=["visitors"]
    )
    if table.empty:
        return table
    table = table[table["price_change"].abs() > SAME_PRICE]
    order = table["price_change"].abs().sort_values(ascending=False, kind="stable").index
    return named(table.loc[order].reset_index(drop=True), shop)


def _gathered(shop: Shop, period: Period, by: str, keys: pd.Series) -> pd.DataFrame:
    """Products grouped by `keys` (per product_id): by, product_count, products_share, visitor_days, conversion,
    paid_amount (+ _before, _change, _share)."""
    daily = shop.table("product_daily")
    daily = daily.assign(**{by: daily["product_id"].map(keys)})
    daily = daily[daily[by].notna()]
    table = beside(daily, period, ["visitors", "conversion", "paid_amount"], [by], plain=["visitors", "conversion"])
    if table.empty:
        return table
    products = (
        period.clip(daily).groupby(by)["product_id"].nunique().reindex(table[by]).reset_index(drop=True).fillna(0)
    )
    table.insert(1, "product_count", products)
    table.insert(2, "products_share", share(table["product_count"]))
    return table.assign(paid_amount_share=share(table["paid_amount"]))


@needs("products", "product_daily")
def roles(shop: Shop, period: Period) -> pd.DataFrame:
    """Per role (image, profit, regular, popular, trial; empty: not told): role, product_count, products_share,
    visitor_days, conversion, paid_amount (+ _before, _change, _share)."""
    keys = shop.table("products").set_index("product_id")["role"]
    table = _gathered(shop, period, "role", keys)
    return table if table.empty else table.sort_values("paid_amount", ascending=False, ignore_index=True)


def _price(daily: pd.DataFrame) -> pd.Series:
    """Per product the price asked, or what a unit brought where that is not told."""
    asked = measure.total(daily, "price", ["product_id"]).set_index("product_id")["value"]
    brought = measure.total(daily, "unit_price", ["product_id"]).set_index("product_id")["value"]
    return asked.fillna(brought)


def _edges(top: float) -> list[float]:
    powers = range(len(str(int(max(top, 1)))) + 1)
    return [0.0, *(float(step * 10**power) for power in powers for step in STEPS)]


@needs("product_daily")
def price_bands(shop: Shop, period: Period) -> pd.DataFrame:
    """Per band of the asked price, cheapest first: price_from, price_to (not in it), product_count, products_share,
    visitor_days, conversion, paid_amount (+ _before, _change, _share)."""
    price = _price(period.clip(shop.table("product_daily"))).dropna()
    if price.empty:
        return pd.DataFrame()
    edges = _edges(float(price.max()))
    table = _gathered(shop, period, "price_from", price.map(lambda p: edges[bisect.bisect_right(edges, p) - 1]))
    if table.empty:
        return table
    table = table.sort_values("price_from", ignore_index=True)
    table.insert(1, "price_to", table["price_from"].map(lambda low: edges[bisect.bisect_right(edges, low)]))
    return table
