"""Tables prepared for comparison: one row per day and member, with the columns the metrics name."""

from __future__ import annotations

from datetime import date

import pandas as pd

from sizhen.exam.listen_reviews import complained, counted
from sizhen.exam.look_stock import days_on_hand
from sizhen.tables import Period, Shop, prepared
from sizhen.texts.aspects import by_cause


def shop(shop: Shop) -> pd.DataFrame | None:
    return shop.daily() if shop.has("shop_daily") or shop.has("orders") else None


def channels(shop: Shop) -> pd.DataFrame | None:
    return prepared.channel_totals(shop.table("traffic_daily")) if shop.has("traffic_daily") else None


def devices(shop: Shop) -> pd.DataFrame | None:
    return prepared.devices_apart(shop.table("traffic_daily")) if shop.has("traffic_daily") else None


def products(shop: Shop) -> pd.DataFrame | None:
    return shop.table("product_daily") if shop.has("product_daily") else None


def asked(shop: Shop) -> pd.DataFrame | None:
    """product_daily with `asked_amount`: the units sold at the price asked that day."""
    frame = products(shop)
    if frame is None:
        return None
    known = frame.dropna(subset=["paid_units", "paid_amount", "price"])
    return known.assign(asked_amount=known["paid_units"] * known["price"])


def ads(shop: Shop) -> pd.DataFrame | None:
    return shop.table("ads_daily") if shop.has("ads_daily") else None


def service(shop: Shop) -> pd.DataFrame | None:
    return shop.table("service_daily") if shop.has("service_daily") else None


def tier(shop: Shop) -> pd.DataFrame | None:
    """The tier's average by day: date, visitors (or their index), conversion, average_order_value, dsr_*."""
    days = prepared.tier_average(
        shop, ["visitors", "visitors_index", "conversion", "average_order_value", *prepared.SCORES]
    )
    if days.empty:
        return None
    if days["visitors"].isna().all():
        days["visitors"] = days["visitors_index"]
    return days.drop(columns="visitors_index")


def stock(shop: Shop, period: Period) -> pd.DataFrame | None:
    """date, product_id, demand, demand_on_hand: the part of a product's demand whose sku was on hand, as the period's
    baseline tells it."""
    return days_on_hand(shop, period, Period(date.min, period.end)) if shop.has("stock_daily") else None


def lost(shop: Shop) -> pd.DataFrame | None:
    return shop.table("lost_buyers_daily") if shop.has("lost_buyers_daily") else None


def words(shop: Shop) -> pd.DataFrame | None:
    return shop.table("keywords_daily") if shop.has("keywords_daily") else None


def reviews(shop: Shop) -> pd.DataFrame | None:
    """Per day and product: reviews, rated_reviews, bad_reviews, complaints and `complaints.<aspect>`."""
    if not shop.has("reviews"):
        return None
    frame = counted(shop).dropna(subset=["reviewed_at"])
    aspects = by_cause(complained(frame)).astype("float64")
    counts = pd.DataFrame(
        {
            "date": frame["reviewed_at"].dt.normalize(),
            "product_id": frame["product_id"].fillna(""),
            "reviews": frame["review_count"],
            "rated_reviews": frame["rated_reviews"],
            "bad_reviews": frame["bad_reviews"],
            "complaints": aspects.max(axis=1),
        }
    )
    counts = counts.join(aspects.add_prefix("complaints."))
    return counts.groupby(["date", "product_id"], as_index=False).sum()


def complaints(reviews: pd.DataFrame, aspect: str) -> pd.DataFrame:
    """date, product_id and reviews of `reviews`, with `complaints`: how many complain of the aspect."""
    kept = ["date", "product_id", "reviews"]
    return reviews[[*kept, f"complaints.{aspect}"]].set_axis([*kept, "complaints"], axis=1)
