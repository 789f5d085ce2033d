"""The products with most visitors: what is said of them."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import titles
from sizhen.exam.listen_reviews import counted, negative, told, totals
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop
from sizhen.texts.aspects import complaints as complaints_in

LEADING = 5
NEW = 3  # days


def leading(shop: Shop, period: Period, reviews: pd.DataFrame) -> pd.DataFrame:
    """The five products with most visitors in the period; by units or by reviews where visitors are unknown."""
    weights = [reviews.groupby("product_id")["review_count"].sum().rename("review_count")]
    if shop.has("product_daily"):
        days = period.clip(shop.table("product_daily")).groupby("product_id")
        weights = [days["visitors"].sum(min_count=1), days["paid_units"].sum(min_count=1), *weights]
    known = next((w for w in weights if w.notna().any()), weights[-1])
    top = known.sort_values(ascending=False, kind="stable").head(LEADING)
    table = top.rename("visitor_days" if top.name == "visitors" else str(top.name)).reset_index()
    return table.assign(title=table["product_id"].map(titles(shop)).astype("str"))


def _age(reviews: pd.DataFrame, period: Period) -> pd.Series:
    """Days to the period's end."""
    return (pd.Timestamp(period.end) - reviews["reviewed_at"].dt.normalize()).dt.days.astype("float64")


@needs("reviews")
def leading_products(shop: Shop, period: Period) -> pd.DataFrame:
    """The five products with most visitors (units or reviews where visitors are unknown): product_id, title, the count
    they were chosen by (visitor_days, paid_units or review_count), review_count, bad_reviews, bad_review_share, low,
    high; of what `leading_bad_reviews` lists: new_bad_reviews (of the period's last three days) and oldest_bad_days
    (days from the oldest one to the period's end). Whether a review was answered is in no table."""
    reviews = period.clip(counted(shop), "reviewed_at")
    first_five = leading(shop, period, reviews)
    heard = totals(reviews, "product_id").drop(columns=["with_text", "rating", "rated_reviews"])
    table = first_five.drop(columns="review_count", errors="ignore").merge(heard, how="left", on="product_id")
    table[["review_count", "bad_reviews"]] = table[["review_count", "bad_reviews"]].fillna(0.0)
    desk = reviews[negative(reviews) & reviews["product_id"].isin(table["product_id"])]
    days = _age(desk, period)
    fresh = (days < NEW).astype("float64").groupby(desk["product_id"]).sum()
    table["new_bad_reviews"] = table["product_id"].map(fresh).fillna(0.0)
    table["oldest_bad_days"] = table["product_id"].map(days.groupby(desk["product_id"]).max())
    first = ["product_id", "title"]
    return table[[*first, *(c for c in table if c not in first)]]


@needs("reviews")
def leading_bad_reviews(shop: Shop, period: Period) -> pd.DataFrame:
    """Bad reviews of the leading products, newest first: reviewed_at, age_days (to the period's end), product_id,
    title, stars, aspect (the first found), text (masked, at most 80 characters). Bad: one or two stars, or a complaint
    without stars. The buyer is never among it."""
    reviews = period.clip(counted(shop), "reviewed_at")
    first_five = leading(shop, period, reviews)
    rows = reviews[negative(reviews) & reviews["product_id"].isin(first_five["product_id"])].copy()
    if rows.empty:
        return pd.DataFrame()
    found = complaints_in(rows)
    rows["aspect"] = found.idxmax(axis=1).where(found.any(axis=1))
    rows["title"] = rows["product_id"].map(first_five.set_index("product_id")["title"])
    rows["age_days"] = _age(rows, period)
    rows["text"] = told(shop, rows)
    columns = ["reviewed_at", "age_days", "product_id", "title", "stars", "aspect", "text"]
    rows = rows.rename(columns={"rating": "stars"}).sort_values("reviewed_at", ascending=False, kind="stable")
    return rows[columns].reset_index(drop=True)
