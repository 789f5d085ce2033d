"""What the figures rest on: imported files, and the period's orders as they were placed."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.needs import because, needs, saying
from sizhen.tables import DataError, Period, Shop, prepared


def imported(shop: Shop, period: Period) -> pd.DataFrame:
    """file, imported (rows_read, rows_kept, a reason or a note), rows: per imported file. Empty without imports, and
    where their record cannot be read."""
    try:
        lineage = shop.lineage()
    except DataError:
        return because("imports.unread")
    entries = [
        (entry["file"], what, float(count))
        for entry in lineage
        for what, count in {
            "rows_read": entry["read"],
            "rows_kept": entry["kept"],
            **entry["rejected"],
            **entry.get("notes", {}),
        }.items()
    ]
    table = pd.DataFrame(entries, columns=["file", "imported", "rows"])
    table.attrs["needs"] = []
    return saying(table, "imports.none")


@needs("orders")
def orders(shop: Shop, period: Period) -> pd.DataFrame:
    """The orders placed in the period, one row: orders_placed, with_payment_time, paid_above_zero, amount_ordered,
    amount_paid, refunded_orders, amount_refunded (of these orders, whenever paid or refunded)."""
    placed = period.clip(prepared.orders_placed(shop.table("orders")))
    if placed.empty:
        return placed.iloc[:0]
    paid = prepared.is_paid(placed)
    return pd.DataFrame(
        {
            "orders_placed": [float(len(placed))],
            "with_payment_time": [float(prepared.payment_dated(placed).sum())],
            "paid_above_zero": [float(paid.sum())],
            "amount_ordered": [placed["amount"].sum(min_count=1)],
            "amount_paid": [placed.loc[paid, "paid_amount"].sum(min_count=1)],
            "refunded_orders": [
                float((placed["refund_amount"] > 0).sum()) if placed["refund_amount"].notna().any() else None
            ],
            "amount_refunded": [placed["refund_amount"].sum(min_count=1)],
        }
    )


@needs("orders")
def orders_told(shop: Shop, period: Period) -> pd.DataFrame:
    """What is to be told of the period's orders beside the sales: order_kind, orders, amount_of_orders; as
    `prepared.orders_told` says it. Empty where there is nothing to tell."""
    told = prepared.orders_told(shop.table("orders"), period)
    table = told.rename(columns={"kind": "order_kind", "amount": "amount_of_orders"})
    return saying(table.astype({"orders": "float64"}), "orders.none_told")
