"""The products with most visitors: what is said of them."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import titles
from sizhen.exam.figures import UNKNOWN, Figure, figure
from sizhen.exam.listen_reviews import counted, negative, told, totals
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop
from sizhen.texts.aspects import complaints as complaints_in

LEADING = 5
NEW = 3  # days
WHOLE = ""  # product_id of the row that holds the whole shop


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
    """The five products with most visitors (units or reviews where visitors are unknown), below them the whole shop
    (product_id and title empty): product_id, title, the count they were chosen by (visitor_days, paid_units or
    review_count), review_count, rated_reviews, bad_reviews (one or two stars), bad_review_share (÷ rated_reviews) with
    low, high; of bad reviews and complaints without stars, as `leading_bad_reviews` lists them: new_bad_reviews (of the
    period's last three days) and oldest_bad_days (days from the oldest one to the period's end). Whether a review was
    answered is in no table."""
    reviews = period.clip(counted(shop), "reviewed_at")
    if reviews.empty:
        return pd.DataFrame()
    first_five = leading(shop, period, reviews)
    mine = reviews[reviews["product_id"].isin(first_five["product_id"])]
    told_of = pd.concat([mine, reviews.assign(product_id=WHOLE)], ignore_index=True)
    heard = totals(told_of, "product_id").drop(columns=["with_text", "rating"])
    shown = pd.concat([first_five, pd.DataFrame({"product_id": [WHOLE], "title": [""]})], ignore_index=True)
    table = shown.drop(columns="review_count", errors="ignore").merge(heard, how="left", on="product_id")
    counts = ["review_count", "rated_reviews", "bad_reviews"]
    table[counts] = table[counts].fillna(0.0)
    desk = told_of[negative(told_of)]
    days = _age(desk, period)
    fresh = (days < NEW).astype("float64").groupby(desk["product_id"]).sum()
    table["new_bad_reviews"] = table["product_id"].map(fresh).fillna(0.0)
    table["oldest_bad_days"] = table["product_id"].map(days.groupby(desk["product_id"]).max())
    first = ["product_id", "title"]
    return table[[*first, *(c for c in table if c not in first)]]


@figure("listen.leading_products:bad_review_share")
def bad_review_share(products: pd.DataFrame) -> Figure:
    """Bad reviews ÷ rated reviews of the whole shop."""
    whole = products[products["product_id"] == WHOLE]
    if whole.empty:
        return UNKNOWN
    return Figure(float(whole["bad_review_share"].iloc[0]), float(whole["rated_reviews"].iloc[0]))


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
