"""What is left of each day's sales once refunds, goods and advertising are paid."""

from __future__ import annotations

import pandas as pd

from sizhen.tables import Period, Shop, prepared

COVERED = 0.8  # of the period's sales: where the cost of less is known, contribution is unknown


def contribution_by_day(shop: Shop, period: Period) -> pd.DataFrame:
    """date, contribution (paid_amount − refund_amount − cost of the units sold − advertising cost); a day on which one
    of them is unknown has none. Goods whose cost is unknown cost what the others do of their sales. No rows where the
    cost of less than COVERED of the period's sales is known."""
    if not shop.has("shop_daily", "product_daily", "traffic_daily"):
        return pd.DataFrame()
    goods = shop.table("product_daily")[["date", "product_id", "paid_units", "paid_amount"]]
    each = shop.table("products").drop_duplicates("product_id").set_index("product_id")["unit_cost"]
    goods = goods.assign(cost=goods["paid_units"] * goods["product_id"].map(each))
    known = goods[goods["cost"].notna()]
    sold = period.clip(goods)["paid_amount"].sum()
    if not sold > 0 or period.clip(known)["paid_amount"].sum() < COVERED * sold:
        return pd.DataFrame()
    whole, covered = (rows.groupby("date")[["paid_amount", "cost"]].sum(min_count=1) for rows in (goods, known))
    cost = covered["cost"] * whole["paid_amount"] / covered["paid_amount"].where(covered["paid_amount"] > 0)
    spent = prepared.channel_totals(shop.table("traffic_daily")).groupby("date")["cost"].sum(min_count=1)
    days = shop.table("shop_daily").set_index("date")
    left = days["paid_amount"] - days["refund_amount"] - cost - spent
    return left.dropna().rename("contribution").reset_index()
