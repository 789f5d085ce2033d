"""The tables every shop keeps: shop and products by day, peers side by side, service and care, and the review."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.ask import agents, service
from sizhen.exam.compare import NOW
from sizhen.exam.ledger_peers import peers_side_by_side
from sizhen.exam.ledger_review import RATES, day_rates, monthly_review
from sizhen.exam.listen import review_counts
from sizhen.exam.look_products import named
from sizhen.exam.look_stock import days_on_hand
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import beside, share
from sizhen.tables import Period, Shop, measure

DAY = (
    "visitors",
    "page_views",
    "depth.visitor",
    "bounce_rate.visitor",
    "order_buyers",
    "order_amount",
    "paid_buyers",
    "paid_orders",
    "paid_units",
    "paid_amount",
    "conversion",
    "average_order_value",
    "refund_amount",
    "repeat_share",
)
PRODUCT = ("visitors", "conversion", "paid_buyers", "paid_units", "paid_amount", "refund_amount", "price")
DESK = (
    "inquiry_buyers",
    "replied_share",
    "first_response_seconds",
    "inquiry_conversion",
    "inquiry_paid_amount",
    "satisfaction",
)
CARE = ("review_count", "bad_reviews", "bad_review_share", "refund_count", "refund_amount", "disputes")
WHOLE = "whole"

__all__ = ["monthly_review", "peers_side_by_side", "product_days", "service_care", "shop_days", "tables"]


def tables(shop: Shop, period: Period) -> dict[str, pd.DataFrame]:
    """All of them by id, in the order of a workbook's sheets; empty where the shop lacks what a table needs."""
    return {
        made.__name__: made(shop, period)
        for made in (shop_days, product_days, peers_side_by_side, service_care, monthly_review)
    }


@needs("shop_daily")
def shop_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Every day of the period: date, visitors, page_views, depth.visitor, bounce_rate.visitor, order_buyers,
    order_amount, paid_buyers, paid_orders, paid_units, paid_amount, conversion, average_order_value, refund_amount (by
    success date), repeat_share. A day without data is unknown."""
    daily = period.clip(shop.daily())
    if daily.empty:
        return pd.DataFrame()
    plain = daily.drop(columns=[c for c in DAY if c in RATES and c in daily])
    days = plain.merge(day_rates(daily), how="left", on="date").set_index("date")
    return days.reindex(period.dates()).rename_axis("date").reset_index()[["date", *DAY]]


@needs("product_daily")
def product_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product over the period, best seller first: product_id, title, role, visitor_days, conversion, paid_buyers,
    paid_units, paid_amount (each with its _change on the 28 days before), paid_amount_share, refund_amount,
    in_stock_share, price (mean of the days) and price_change."""
    table = beside(shop.table("product_daily"), period, PRODUCT, ["product_id"], plain=["refund_amount"])
    if table.empty:
        return table
    table = table.drop(columns=[c for c in table.columns.map(str) if c.endswith("_before")])
    table = table.sort_values(["paid_amount", "product_id"], ascending=[False, True], ignore_index=True)
    table.insert(list(table).index("refund_amount"), "paid_amount_share", share(table["paid_amount"]))
    table.insert(list(table).index("price"), "in_stock_share", table["product_id"].map(_in_stock(shop, period)))
    return named(table, shop)


def _in_stock(shop: Shop, period: Period) -> pd.Series:
    """in_stock_share per product_id; empty without stock."""
    if not shop.has("stock_daily"):
        return pd.Series(dtype="float64")
    days = period.clip(days_on_hand(shop, period))
    return measure.total(days, "in_stock_share", ["product_id"]).set_index("product_id")["value"]


@needs()
def service_care(shop: Shop, period: Period) -> pd.DataFrame:
    """The whole desk, then each agent, most asked first: desk (whole, 1, 2, …), inquiry_buyers, replied_share,
    first_response_seconds, inquiry_conversion (final days), inquiry_paid_amount, satisfaction; and of the whole shop
    review_count, bad_reviews, bad_review_share, refund_count, refund_amount (by success date), disputes."""
    if not any(map(shop.has, ("service_daily", "reviews", "refunds"))):
        return unknown("service_daily", "reviews", "refunds")
    desk = _desk(shop, period)
    whole = desk.iloc[:1].assign(**_reviews(shop, period), **_refunds(shop, period))
    rows = pd.concat([whole, desk.iloc[1:]], ignore_index=True).reindex(columns=["desk", *DESK, *CARE])
    return rows if rows.drop(columns="desk").notna().any(axis=None) else unknown()


def _desk(shop: Shop, period: Period) -> pd.DataFrame:
    rows = period.clip(shop.table("service_daily")) if shop.has("service_daily") else pd.DataFrame()
    if rows.empty:
        return pd.DataFrame({"desk": [WHOLE]})
    whole = service(shop, period)
    whole = whole[whole["when"] == NOW].reset_index(drop=True).join(_replies(rows, []))
    each = agents(shop, period).merge(_replies(rows, ["agent"]), on="agent")
    number = each["agent_label"].map("{:.0f}".format)
    return pd.concat([whole.assign(desk=WHOLE), each.assign(desk=number)], ignore_index=True)


def _replies(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    replied, sold = (measure.total(rows, metric, by) for metric in ("replied_share", "inquiry_paid_amount"))
    return replied[by].assign(replied_share=replied["value"], inquiry_paid_amount=sold["value"])


def _reviews(shop: Shop, period: Period) -> dict[str, float]:
    counts = review_counts(shop, period)
    now = counts[counts["when"] == NOW] if len(counts) else counts
    return {c: float(now[c].iloc[0]) for c in ("review_count", "bad_reviews", "bad_review_share") if len(now)}


def _refunds(shop: Shop, period: Period) -> dict[str, float]:
    refunds = period.clip(shop.table("refunds"), "refunded_on") if shop.has("refunds") else pd.DataFrame()
    if refunds.empty:
        return {}
    disputes = refunds["dispute"].astype("float64").sum(min_count=1)
    amount = refunds["amount"].sum(min_count=1)
    return {"refund_count": float(len(refunds)), "refund_amount": amount, "disputes": disputes}
