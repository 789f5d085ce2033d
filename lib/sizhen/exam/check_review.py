"""What makes the order value, what is to be done, and the exact split as a frame."""

from __future__ import annotations

import pandas as pd

from sizhen.document import Document
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop

BASKET = ("average_order_value", "units_per_buyer", "unit_price", "order_value")
DUE = ("today", "week", "month")
WEEK = 7


@needs("shop_daily")
def basket(shop: Shop, period: Period) -> pd.DataFrame:
    """What makes the order value, one figure per row: metric, value, value_before, value_change."""
    table = beside(shop.daily(), period, BASKET)
    if table.empty:
        return table
    first = table.iloc[0]
    rows = [(m, *(first[f"{m}{side}"] for side in ("", "_before", "_change"))) for m in BASKET]
    return pd.DataFrame(rows, columns=["metric", "value", "value_before", "value_change"]).dropna(subset="value")


def plan(document: Document) -> pd.DataFrame:
    """What the findings document asks to be done: due (today, week, month), done_by (who.<role>), tasks, amount (at
    stake), of_sales (its share of the period's sales)."""
    acts = document.in_state("act")
    rows = [(_due(f.advice.due_days), f"who.{f.advice.who}", f.stake.amount) for f in acts]
    table = pd.DataFrame(rows, columns=["due", "done_by", "amount"])
    table.attrs.update(needs=[], empty="card.nothing")
    if table.empty:
        return table
    table = table.groupby(["due", "done_by"])["amount"].agg(tasks="size", amount="sum").reset_index()
    table["of_sales"] = table["amount"] / (document.sales.observed or float("nan"))
    order = table["due"].map(DUE.index)
    return table.assign(order=order).sort_values(["order", "amount"], ascending=[True, False]).drop(columns="order")


def _due(days: int) -> str:
    return DUE[0] if days <= 1 else DUE[1] if days <= WEEK else DUE[2]


def split_frame(document: Document, shop: Shop | None = None) -> pd.DataFrame:
    """The exact split of the findings document: path (its parts joined by /), amount and, with `shop`, title (the
    product's where the path ends in one). attrs: expected and observed sales. Empty without a split."""
    table = pd.DataFrame(
        {
            "path": pd.Series(["/".join(part.path) for part in document.split], dtype="str"),
            "amount": pd.Series([part.amount for part in document.split], dtype="float64"),
        }
    )
    if shop is not None and shop.has("products"):
        titles = shop.table("products").set_index("product_id")["title"]
        table.insert(1, "title", table["path"].str.rsplit("/", n=1).str[-1].map(titles).astype("str").fillna(""))
    table.attrs.update(needs=[], expected=document.sales.expected, observed=document.sales.observed)
    return table
