"""On target, paid, sent: the day-by-day pulse."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import around
from sizhen.tables import Period, Shop

PROMISE = pd.Timedelta(hours=72)


@needs("shop_daily")
def target(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day of the period: date, paid_amount, paid_to_date, target_to_date (the month's target spread evenly over its
    days), target_share. Days after the last day with data have no paid_to_date; a day without data inside adds nothing.

    attrs["needs"] is ["targets"] where shop.toml has no target for any of the months.
    """
    daily = period.clip(shop.daily())
    aims = [shop.profile.targets.get(f"{d:%Y-%m}", float("nan")) / d.days_in_month for d in period.dates()]
    if daily.empty or pd.isna(aims).all():
        return unknown() if daily.empty else unknown("targets")
    table = daily.set_index("date")[["paid_amount"]].reindex(period.dates()).rename_axis("date").reset_index()
    over = table["date"] > daily["date"].max()
    table["paid_to_date"] = table["paid_amount"].fillna(0.0).cumsum().mask(over)
    table["target_to_date"] = pd.Series(aims).cumsum()
    return table.assign(target_share=table["paid_to_date"] / table["target_to_date"])


@needs("shop_daily")
def payment(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day of baseline and period: date, order_buyers, paid_buyers, payment_rate.buyers, order_amount, paid_amount,
    payment_rate.amount, in_period. A rate may pass 1: an order is counted when placed, a payment when paid."""
    columns = ["date", "order_buyers", "paid_buyers", "order_amount", "paid_amount"]
    daily = shop.daily()[columns]
    if period.clip(daily).empty:
        return daily.head(0)
    table = around(daily, period)
    for unit in ("buyers", "amount"):
        ordered = table[f"order_{unit}"]
        table[f"payment_rate.{unit}"] = table[f"paid_{unit}"] / ordered.where(ordered > 0)
    return table


@needs("orders")
def dispatch(shop: Shop, period: Period) -> pd.DataFrame:
    """Per payment day with due orders: date, due_orders, sent_in_time (within 72 hours of payment), dispatch_in_time.

    Due: paid in the period, and 72 hours have passed by the last moment in the file. Empty where no order of the period
    has a dispatch time: then it is unknown, not late.
    """
    orders = shop.table("orders")
    paid = period.clip(orders[orders["paid_amount"] > 0], "paid_at")
    if paid["sent_at"].isna().all():
        return unknown("sent_at") if len(paid) else unknown()
    last = orders[["created_at", "paid_at", "sent_at", "received_at"]].max().max()
    paid = paid[paid["paid_at"] + PROMISE <= last]
    on_time = paid["sent_at"] - paid["paid_at"] <= PROMISE
    by_day = on_time.groupby(paid["paid_at"].dt.normalize().rename("date"))
    table = pd.DataFrame({"due_orders": by_day.size().astype(float), "sent_in_time": by_day.sum().astype(float)})
    return table.assign(dispatch_in_time=table["sent_in_time"] / table["due_orders"]).reset_index()
