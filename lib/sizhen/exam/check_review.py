"""The shop in one table, and the exact split as a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sizhen.exam.look_traffic import devices_apart
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop

REVIEWED = (
    "visitors",
    "page_views",
    "depth.visitor",
    "bounce_rate.visitor",
    "conversion",
    "average_order_value",
    "paid_buyers",
    "paid_orders",
    "paid_amount",
    "units_per_buyer",
    "repeat_share",
    "payment_rate.amount",
    "refund_amount",
    "dsr_description",
    "dsr_service",
    "dsr_logistics",
)
BY_DEVICE = ("visitors", "page_views", "depth.visitor", "conversion", "average_order_value", "paid_buyers")
BASKET = ("average_order_value", "units_per_buyer", "unit_price", "order_value")
LEVELS = ("dsr_description", "dsr_service", "dsr_logistics")
DUE = ("today", "week", "month")
WEEK = 7


def _last(daily: pd.DataFrame, period: Period, column: str) -> tuple[float, float]:
    known = [p.clip(daily).sort_values("date")[column].dropna() for p in (period, period.baseline)]
    now, before = (float(k.iloc[-1]) if len(k) else float("nan") for k in known)
    return now, before


def _rows(table: pd.DataFrame, metrics: tuple[str, ...], device: str) -> pd.DataFrame:
    names = ["visitor_days" if m == "visitors" else m for m in metrics]
    first = table.iloc[0]
    values = {
        "value": [first[n] for n in names],
        "value_before": [first[f"{n}_before"] for n in names],
        "value_change": [first[f"{n}_change"] for n in names],
    }
    return pd.DataFrame({"metric": names, "device": device, **values})


@needs("shop_daily")
def monthly_review(shop: Shop, period: Period) -> pd.DataFrame:
    """The figures a month is reviewed by, one per row: metric, device (all, mobile, desktop), value, value_before (per
    comparable day of the baseline), value_change. Scores are the last known ones. Unknown figures are left out."""
    daily = shop.daily()
    table = beside(daily, period, [m for m in REVIEWED if m not in LEVELS])
    if table.empty:
        return table
    for level in LEVELS:
        now, before = _last(daily, period, level)
        table[level], table[f"{level}_before"], table[f"{level}_change"] = now, before, now / before - 1
    parts = [_rows(table, REVIEWED, "all")]
    if shop.has("traffic_daily"):
        apart = beside(devices_apart(shop.table("traffic_daily")), period, BY_DEVICE, ["device"])
        for device in ("mobile", "desktop"):
            if len(apart) and (apart["device"] == device).any():
                parts.append(_rows(apart[apart["device"] == device], BY_DEVICE, device))
    review = pd.concat(parts, ignore_index=True)
    return review[review["value"].notna()].reset_index(drop=True)


@needs("shop_daily")
def basket(shop: Shop, period: Period) -> pd.DataFrame:
    """What makes the order value, one figure per row: metric, value, value_before, value_change."""
    table = beside(shop.daily(), period, BASKET)
    return table if table.empty else _rows(table, BASKET, "all").drop(columns="device").dropna(subset="value")


@needs("events")
def penalties(shop: Shop, period: Period) -> pd.DataFrame:
    """Penalty points of the period's year up to its last day, newest first: starts_on, name, points, note."""
    events = shop.table("events")
    year = (events["starts_on"].dt.year == period.end.year) & (events["starts_on"] <= pd.Timestamp(period.end))
    fined = events[year & (events["points"] > 0)]
    return fined[["starts_on", "name", "points", "note"]].sort_values("starts_on", ascending=False, ignore_index=True)


def plan(document: Mapping[str, Any]) -> pd.DataFrame:
    """What the findings document asks to be done: due (today, week, month), done_by (who.<role>), tasks, amount (at
    stake), of_sales (its share of the period's sales)."""
    acts = [f for f in document["findings"] if f["state"] == "act"]
    rows = [(_due(f["advice"]["due_days"]), f"who.{f['advice']['who']}", f["stake"]["amount"]) for f in acts]
    table = pd.DataFrame(rows, columns=["due", "done_by", "amount"])
    table.attrs.update(needs=[], empty="card.nothing")
    if table.empty:
        return table
    table = table.groupby(["due", "done_by"])["amount"].agg(tasks="size", amount="sum").reset_index()
    table["of_sales"] = table["amount"] / (document["sales"]["observed"] or float("nan"))
    order = table["due"].map(DUE.index)
    return table.assign(order=order).sort_values(["order", "amount"], ascending=[True, False]).drop(columns="order")


def _due(days: int) -> str:
    return DUE[0] if days <= 1 else DUE[1] if days <= WEEK else DUE[2]


def split_frame(document: Mapping[str, Any], shop: Shop | None = None) -> pd.DataFrame:
    """The exact split of the findings document: path (its parts joined by /), amount and, with `shop`, title (the
    product's where the path ends in one). attrs: expected and observed sales. Empty without a split."""
    sales, rows = document.get("sales") or {}, document.get("split") or []
    table = pd.DataFrame(
        {
            "path": pd.Series(["/".join(r["path"]) for r in rows], dtype="str"),
            "amount": pd.Series([r["amount"] for r in rows], dtype="float64"),
        }
    )
    if shop is not None and shop.has("products"):
        titles = shop.table("products").set_index("product_id")["title"]
        table.insert(1, "title", table["path"].str.rsplit("/", n=1).str[-1].map(titles).astype("str").fillna(""))
    table.attrs.update(needs=[], expected=sales.get("expected"), observed=sales.get("observed"))
    return table
