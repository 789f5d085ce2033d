"""Products: which carry the shop, how far it hangs on a few of them, and whose price moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import SAME_PRICE
from sizhen.exam.figures import Figure, figure, of, ratio
from sizhen.exam.needs import needs, saying, unknown
from sizhen.exam.trailing import beside, share
from sizhen.tables import Period, Shop, measure

METRICS = ("paid_amount", "visitors", "conversion", "average_order_value", "bounce_rate.visitor", "paid_units")
LEADING, LESS = 5, 0.2  # products that carry the shop; of what one sold before: a smaller loss is none
SURE = 2.58  # standard errors: 99 %
FIRST = (0.01, 0.05, 0.20)  # of the products


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
    cumulative_share, visitor_days (+ …), conversion (+ …), average_order_value, bounce_rate.visitor, paid_units
    (+ …)."""
    plain = ("average_order_value", "bounce_rate.visitor")
    table = beside(shop.table("product_daily"), period, METRICS, ["product_id"], plain=plain)
    if table.empty:
        return table
    table = table.sort_values(["paid_amount", "product_id"], ascending=[False, True], ignore_index=True)
    place = list(table).index("paid_amount_change") + 1
    table.insert(place, "paid_amount_share", share(table["paid_amount"]))
    table.insert(place + 1, "cumulative_share", table["paid_amount_share"].cumsum())
    return named(table, shop)


@figure("look.leading_products:first_share")
def first_share(leading: pd.DataFrame) -> Figure:
    """Sales of the product that sells most ÷ those of all products; n: units sold."""
    sold = leading["paid_amount"]
    return of(ratio(float(sold.max()), float(sold.sum())), float(leading["paid_units"].sum()))


@figure("look.leading_products:falling")
def falling(leading: pd.DataFrame) -> Figure:
    """Of the five products that sell most now or sold most before, those that sell a fifth less or worse, their units
    beyond chance (99 %, counts); n: the products that can be compared."""
    either = leading[["paid_amount", "paid_amount_before"]].max(axis=1)
    first = leading.loc[either.sort_values(ascending=False, kind="stable").head(LEADING).index]
    now, before = first["paid_units"], first["paid_units_before"]
    known = (before > 0) & now.notna()
    low = np.log((now + 0.5) / (before + 0.5)) < -SURE * np.sqrt(1 / (now + 0.5) + 1 / (before + 0.5))
    fell = known & low & (first["paid_amount_change"] <= -LESS)
    return of(float(fell.sum()) if known.any() else float("nan"), float(known.sum()))


@needs("shop_daily", "product_daily")
def leading_basket(shop: Shop, period: Period) -> pd.DataFrame:
    """The leading product, then the whole shop (whose product_id is empty): product_id, title, paid_amount,
    paid_buyers, average_order_value (paid_amount ÷ paid_buyers, both of days that tell both)."""
    products = shop.table("product_daily")
    sold = period.clip(products).groupby("product_id")["paid_amount"].sum(min_count=1)
    if not sold.max() > 0:
        return unknown()
    leading = named(pd.DataFrame({"product_id": [sold.index[sold == sold.max()].min()]}), shop)
    names = {leading["product_id"].iloc[0]: leading["title"].iloc[0], "": shop.profile.name}
    rows = [products[products["product_id"] == id] if id else shop.daily() for id in names]
    totals = pd.concat([measure.total(period.clip(r), "average_order_value") for r in rows], ignore_index=True)
    columns = {"paid_amount": "numerator", "paid_buyers": "denominator", "average_order_value": "value"}
    figures = {column: totals[part] for column, part in columns.items()}
    return pd.DataFrame({"product_id": list(names), "title": list(names.values()), **figures})


@figure("look.leading_basket:shop_to_leading")
def shop_to_leading(basket: pd.DataFrame) -> Figure:
    """Order value of the shop ÷ that of the leading product, and the shop's buyers."""
    shop = basket["product_id"] == ""
    value = basket["average_order_value"]
    times = ratio(float(value[shop].sum()), float(value[~shop].sum()))
    return of(times, float(basket.loc[shop, "paid_buyers"].sum()))


def first_count(fraction: float, products: int) -> int:
    """How many products the first `fraction` of them is: at least one, else rounded up."""
    return max(1, int(np.ceil(round(fraction * products, 9))))


def _first_shares(daily: pd.DataFrame) -> list[tuple[float, float]]:
    """(products, their share of sales) of the first 1, 5 and 20 % of the products by sales."""
    sold = daily.groupby("product_id")["paid_amount"].sum(min_count=1).dropna().sort_values(ascending=False)
    total = float(sold.sum())
    counts = [first_count(part, len(sold)) for part in FIRST]
    return [(float(n), float(sold.iloc[:n].sum()) / total if total > 0 else float("nan")) for n in counts]


@needs("product_daily")
def concentration(shop: Shop, period: Period) -> pd.DataFrame:
    """The first 1, 5 and 20 % of the products by sales: of_products (the fraction), product_count (rounded up),
    paid_amount_share and paid_amount_share_before (of the products that led then, as many per cent of them)."""
    daily = shop.table("product_daily")
    if period.clip(daily).empty:
        return pd.DataFrame()
    now, before = _first_shares(period.clip(daily)), _first_shares(period.baseline.clip(daily))
    table = pd.DataFrame({"of_products": FIRST, "product_count": [n for n, _ in now]})
    table["paid_amount_share"] = [s for _, s in now]
    table["paid_amount_share_before"] = [s for _, s in before]
    return table


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
    return saying(named(table.loc[order].reset_index(drop=True), shop), "prices.none")


def gathered(shop: Shop, period: Period, by: str, keys: pd.Series) -> pd.DataFrame:
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
