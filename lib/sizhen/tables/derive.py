"""What can be known of a shop's days from its orders alone."""

from __future__ import annotations

import pandas as pd

from sizhen.tables.prepared import is_paid, open_since, orders_paid, orders_placed
from sizhen.tables.schema import conform


def shop_daily_from_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """shop_daily: order_amount by the day of ordering, paid figures by the day of payment (`tables.prepared`); visitors
    and all that needs them unknown.

    A day without a payment sold nothing, but not where its orders may still be paid (the last days of a file with many
    open orders), nor where no order of the file is known to be paid: then it is unknown. Refunds stay unknown, as
    orders do not say when a refund succeeded. Returning buyers are those who paid on an earlier day of the file.
    """
    placed, paid = orders_placed(orders), orders_paid(orders)
    by_day = paid.groupby("date")
    days = pd.Index(sorted({*placed["date"], *paid["date"]}), name="date", dtype="datetime64[us]")
    daily = placed.groupby("date")["amount"].sum(min_count=1).round(2).reindex(days).rename("order_amount").to_frame()
    daily["paid_orders"] = by_day.size().reindex(days, fill_value=0)
    daily["paid_amount"] = by_day["paid_amount"].sum(min_count=1).round(2).reindex(days, fill_value=0.0)
    daily["paid_units"] = by_day["units"].sum(min_count=1)
    if paid["buyer_id"].notna().all() and len(paid):
        daily["paid_buyers"] = by_day["buyer_id"].nunique().reindex(days, fill_value=0)
        first = paid.groupby("buyer_id")["date"].transform("min")
        again = paid[paid["date"] > first].groupby("date")
        daily["returning_paid_buyers"] = again["buyer_id"].nunique().reindex(days, fill_value=0)
        daily["returning_paid_amount"] = again["paid_amount"].sum().round(2).reindex(days, fill_value=0.0)
    sold = daily.columns.drop("order_amount")
    daily.loc[_untold(orders, days) & (daily["paid_orders"] == 0), sold] = float("nan")
    return conform(daily.reset_index(), "shop_daily", "orders")


def _untold(orders: pd.DataFrame, days: pd.Index) -> pd.Series:
    """True for the days on which no payment in the file does not mean that nothing was sold."""
    since = open_since(orders)
    waiting = pd.Series(False if since is None else days >= since, index=days)
    settled = (orders["status"] == "cancelled") | (orders["paid_amount"] == 0) | (orders["status"] == "test")
    return waiting | (not is_paid(orders).any() and not settled.all())
