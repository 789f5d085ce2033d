"""What can be known of a shop's days from its orders alone."""

from __future__ import annotations

import pandas as pd

from sizhen.tables.prepared import is_paid, orders_placed
from sizhen.tables.schema import conform


def shop_daily_from_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """shop_daily by the day an order was placed; visitors and all that needs them unknown.

    Platforms cut order files by the day of ordering: dated by payment, a file's first and last days would be
    incomplete. An order counts as paid when it has a payment time and an amount above 0. Refunds stay unknown, as
    orders do not say when a refund succeeded. Returning buyers are those with an earlier order in the file.
    """
    placed = orders_placed(orders)
    paid = placed[is_paid(placed)]
    by_day = paid.groupby("date")
    daily = placed.groupby("date")["amount"].sum(min_count=1).round(2).rename("order_amount").to_frame()
    daily["paid_orders"] = by_day.size().reindex(daily.index, fill_value=0)
    daily["paid_amount"] = by_day["paid_amount"].sum().round(2).reindex(daily.index, fill_value=0.0)
    daily["paid_units"] = by_day["units"].sum(min_count=1)
    if paid["buyer_id"].notna().all() and len(paid):
        daily["paid_buyers"] = by_day["buyer_id"].nunique().reindex(daily.index, fill_value=0)
        first = paid.groupby("buyer_id")["date"].transform("min")
        again = paid[paid["date"] > first].groupby("date")
        daily["returning_paid_buyers"] = again["buyer_id"].nunique().reindex(daily.index, fill_value=0)
        daily["returning_paid_amount"] = again["paid_amount"].sum().round(2).reindex(daily.index, fill_value=0.0)
    return conform(daily.reset_index(), "shop_daily", "orders")
