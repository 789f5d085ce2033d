"""Sent in time: by day, and how long it takes."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.needs import needs, unknown
from sizhen.tables import Period, Shop, prepared

HOURS = (24.0, 48.0, 72.0)


def _no_times(shop: Shop, period: Period) -> pd.DataFrame | None:
    """The empty answer where no order of the period has a dispatch time: then it is unknown, not late."""
    paid = period.clip(prepared.orders_paid(shop.table("orders")))
    if prepared.dispatch_known(paid):
        return None
    return unknown("sent_at") if len(paid) else unknown()


@needs("orders")
def dispatch(shop: Shop, period: Period) -> pd.DataFrame:
    """Per payment day with due orders: date, due_orders, sent_in_time (within 72 hours of payment), dispatch_in_time.

    Due as `tables.prepared` says it: paid in the period, and 72 hours have passed by the last moment in the file. Empty
    where no order of the period has a dispatch time.
    """
    if (absent := _no_times(shop, period)) is not None:
        return absent
    due = prepared.orders_due(shop.table("orders"), period)
    by_day = (due["took"] <= prepared.IN_TIME).groupby(due["date"])
    table = pd.DataFrame({"due_orders": by_day.size().astype(float), "sent_in_time": by_day.sum().astype(float)})
    return table.assign(dispatch_in_time=table["sent_in_time"] / table["due_orders"]).reset_index()


@needs("orders")
def dispatch_hours(shop: Shop, period: Period) -> pd.DataFrame:
    """Per limit of 24, 48 and 72 hours after payment: within_hours, due_orders, sent_orders (by then), sent_share with
    low, high (95 %), sent_share_before. Due as in `dispatch`. attrs["median_hours"]: until half of the due orders were
    sent; NaN while fewer were."""
    if (absent := _no_times(shop, period)) is not None:
        return absent
    due, before = (prepared.orders_due(shop.table("orders"), days) for days in (period, period.baseline))
    if due.empty:
        return unknown()
    rows = [(h, float(len(due)), _sent(due, h), _sent(before, h)) for h in HOURS]
    table = pd.DataFrame(rows, columns=["within_hours", "due_orders", "sent_orders", "earlier"])
    table["sent_share"] = table["sent_orders"] / table["due_orders"]
    table[["low", "high"]] = wilson(table["sent_orders"], table["due_orders"])
    table["sent_share_before"] = table.pop("earlier") / (len(before) or float("nan"))
    hours = (due["took"].dt.total_seconds() / 3600).fillna(float("inf")).median()
    table.attrs["median_hours"] = float(hours) if hours < float("inf") else float("nan")
    return table


def _sent(due: pd.DataFrame, hours: float) -> float:
    return float((due["took"] <= pd.Timedelta(hours=hours)).sum())
