"""The roles of products: against the practitioners' structure, and suggested where they are not told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.figures import Figure, figure
from sizhen.exam.look_prices import asked_price
from sizhen.exam.look_products import gathered
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import share
from sizhen.tables import Period, Shop
from sizhen.tables.prepared import NEW_DAYS
from sizhen.vocab import load

MANY, FEW = 1.5, 0.5  # of the mean product's visitors or sales
DEAR, CHEAP = 1.5, 1.0  # of the middle price
MARGIN_ABOVE = 0.05
SOLD = ["visitor_days", "conversion", "paid_amount", "paid_amount_before", "paid_amount_change", "paid_amount_share"]


def _counted(role: pd.Series) -> pd.DataFrame:
    """By role: product_count, products_share, products_norm."""
    norms, products = pd.Series(dict(load().rules["look.roles"].norms)), role.value_counts()
    count = products.reindex(norms.index.union(products.index), fill_value=0).astype("float64")
    known = count.drop("", errors="ignore")
    columns = {"product_count": count, "products_share": share(known), "products_norm": norms}
    return pd.DataFrame(columns, index=count.index).rename_axis("role")


@needs("products")
def roles(shop: Shop, period: Period) -> pd.DataFrame:
    """Per role (image, profit, regular, popular, trial; empty: not told), by sales: role, product_count (of the table
    of products, sold in the period or not), products_share (of those whose role is told), products_norm (the
    practitioners' share of products, S3), visitor_days, conversion, paid_amount (+ _before, _change, _share)."""
    role = shop.table("products").set_index("product_id")["role"].astype("object").fillna("")
    if (role == "").all():
        return unknown("role")
    sold = pd.DataFrame(columns=["role"])
    if shop.has("product_daily"):
        sold = gathered(shop, period, "role", role)
        if sold.empty:
            return sold
    table = _counted(role)
    table[SOLD] = sold.set_index("role").reindex(index=table.index, columns=SOLD).astype("float64")
    return table.reset_index().sort_values("paid_amount", ascending=False, kind="stable", ignore_index=True)


@figure("look.roles:gap")
def gap(roles: pd.DataFrame) -> Figure:
    """Half the sum of distances from the practitioners' structure (S3): the share of products in another role; and the
    products whose role is told."""
    listed = roles.dropna(subset=["products_norm"])
    away = (listed["products_share"] - listed["products_norm"]).abs()
    return Figure(float(away.sum()) / 2, float(listed["product_count"].sum()))


def _facts(shop: Shop, period: Period) -> pd.DataFrame:
    """Every product of the period: price_to_shop (price ÷ the shop's middle price), margin (1 − unit cost ÷ price),
    visitors and sales (÷ the mean product's), listed_days."""
    daily = period.clip(shop.table("product_daily"))
    sums = daily.groupby("product_id")[["visitors", "paid_amount"]].sum(min_count=1)
    known = shop.table("products").set_index("product_id").reindex(sums.index)
    price = asked_price(daily).reindex(sums.index).fillna(known["list_price"])
    return pd.DataFrame(
        {
            "price": price,
            "price_to_shop": price / price.median(),
            "margin": 1 - known["unit_cost"] / price.where(price > 0),
            "visitor_days": sums["visitors"],
            "paid_amount": sums["paid_amount"],
            "visited": sums["visitors"] / sums["visitors"].mean(),
            "sold": sums["paid_amount"] / sums["paid_amount"].mean(),
            "listed_days": (pd.Timestamp(period.end) - known["listed_on"]).dt.days.astype("float64"),
        }
    )


def _suggest(facts: pd.DataFrame) -> pd.DataFrame:
    """suggested_role and role_reason; both empty where no fact speaks."""
    rules = {
        ("trial", "newly_listed"): facts["listed_days"].between(0, NEW_DAYS - 1),
        ("image", "dear_and_rare"): (facts["price_to_shop"] >= DEAR) & (facts["sold"] < FEW),
        ("popular", "many_visitors_low_price"): (facts["visited"] >= MANY) & (facts["price_to_shop"] <= CHEAP),
        ("profit", "high_margin"): (facts["margin"] >= facts["margin"].median() + MARGIN_ABOVE) & (facts["sold"] > 0),
        ("regular", "in_between"): facts["price_to_shop"].notna() & facts["sold"].notna(),
    }
    holds = [rule.fillna(False).to_numpy(dtype=bool) for rule in rules.values()]
    role, reason = (np.select(holds, [codes[n] for codes in rules], "") for n in (0, 1))
    return facts.assign(suggested_role=role, role_reason=reason)


@needs("products", "product_daily")
def suggested_roles(shop: Shop, period: Period) -> pd.DataFrame:
    """Products whose role is not told, best seller first, with a role their figures suggest: product_id, title,
    suggested_role, role_reason (the rule that spoke), price, price_to_shop (÷ the middle price of the shop's products),
    margin (1 − unit cost ÷ price), visitor_days, paid_amount, listed_days.

    Rules in order: listed within 60 days → trial; half as dear again as the middle product and few sales → image;
    one and a half times the mean product's visitors at no more than the middle price → popular; margin five points
    above the middle one → profit; else regular. A suggestion, not a record: no other frame uses it.
    """
    if period.clip(shop.table("product_daily")).empty:
        return pd.DataFrame()
    known = shop.table("products").set_index("product_id")
    facts = _suggest(_facts(shop, period))
    told = known["role"].reindex(facts.index).fillna("") != ""
    table = facts[~told & (facts["suggested_role"] != "")].drop(columns=["visited", "sold"])
    table = table.sort_values("paid_amount", ascending=False, kind="stable").rename_axis("product_id").reset_index()
    if table.empty:
        table.attrs["empty"] = "roles.all_told"
        return table
    title = table["product_id"].map(known["title"]).astype("str")
    table.insert(1, "title", title.where(title.notna() & (title != ""), table["product_id"]))
    front = ["product_id", "title", "suggested_role", "role_reason"]
    return table[[*front, *(c for c in table if c not in front)]]
