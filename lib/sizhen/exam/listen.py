"""Listen: what buyers say in reviews, scores and refunds. Frames that describe; nothing is judged here."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, covered_days, in_part, parts, titles, week_of, weeks, wilson
from sizhen.exam.needs import needs
from sizhen.exam.refunds import refund_products, refund_reasons, refund_weeks
from sizhen.tables import Period, Shop, measure
from sizhen.texts import clean as cleaning
from sizhen.texts.aspects import LEFTOVER
from sizhen.texts.aspects import complaints as complaints_in

SCORES = ("dsr_description", "dsr_service", "dsr_logistics")
LEADING = 5
TEXT_LENGTH = 80

__all__ = [
    "complaints",
    "leading_bad_reviews",
    "leading_products",
    "refund_products",
    "refund_reasons",
    "refund_weeks",
    "review_counts",
    "review_weeks",
    "score_days",
    "scores",
]


def _counted(shop: Shop) -> pd.DataFrame:
    """Cleaned reviews with what measure adds up; a dated row is a review, a rated one may be bad."""
    reviews = cleaning.clean(shop.table("reviews"))
    bad = cleaning.bad(reviews)
    return reviews.assign(
        review_count=1.0,
        with_text=cleaning.said(reviews).notna().astype("float64"),
        rated_reviews=bad.notna().astype("float64"),
        bad_reviews=bad.fillna(False).astype("float64"),
    )


def _totals(reviews: pd.DataFrame, by: str) -> pd.DataFrame:
    """Counts, mean stars and share of bad reviews per member of `by`."""
    counts = reviews.groupby(by)[["review_count", "with_text", "rated_reviews", "bad_reviews"]].sum().reset_index()
    share = measure.total(reviews, "bad_review_share", [by])["value"] if len(reviews) else pd.Series(dtype="float64")
    stars = measure.total(reviews, "rating", [by])["value"] if len(reviews) else pd.Series(dtype="float64")
    spread = wilson(counts["bad_reviews"], counts["rated_reviews"])
    return pd.concat([counts.assign(rating=stars, bad_review_share=share), spread], axis=1)


@needs("reviews")
def review_counts(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `when` (period, before): days (that the table covers), review_count, with_text, rated_reviews, bad_reviews,
    rating (mean stars), bad_review_share (1–2 stars ÷ rated) with its 95 % interval low, high.
    `before` is the 28 days before."""
    reviews = _counted(shop)
    table = _totals(parts(reviews, period, "reviewed_at"), "when")
    table.insert(1, "days", table["when"].map(covered_days(reviews["reviewed_at"], period)))
    return table.sort_values("when", ascending=False, ignore_index=True)


@needs("reviews")
def review_weeks(shop: Shop, period: Period) -> pd.DataFrame:
    """Per week of seven days ending with the period (`week`: its first day): `when` and the columns of `review_counts`.
    A week without reviews counts 0 and has no rates."""
    reviews = _counted(shop)
    shown = weeks(reviews["reviewed_at"], period)
    dated = reviews.assign(week=week_of(reviews["reviewed_at"], period))
    dated = dated[dated["week"].isin(shown)]
    if dated.empty:
        return pd.DataFrame()
    table = _totals(dated, "week").set_index("week").reindex(shown).rename_axis("week").reset_index()
    counts = ["review_count", "with_text", "rated_reviews", "bad_reviews"]
    table[counts] = table[counts].fillna(0.0)
    return table.assign(when=in_part(table["week"], period))


@needs("reviews")
def complaints(shop: Shop, period: Period) -> pd.DataFrame:
    """Per aspect: complaints, review_count, complaint_share (of all reviews of the period) with low, high, and
    complaint_share_before. Most frequent first, `other` last; aspects nobody complained of are left out."""
    reviews = parts(_counted(shop), period, "reviewed_at")
    spotted = complaints_in(reviews).astype("float64")
    total = reviews.groupby("when")["review_count"].sum().reindex([BEFORE, NOW], fill_value=0.0)
    if not total[NOW]:
        return pd.DataFrame()
    found = spotted.groupby(reviews["when"]).sum().reindex([BEFORE, NOW], fill_value=0.0).T
    table = pd.DataFrame(
        {
            "aspect": found.index,
            "complaints": found[NOW].to_numpy(),
            "review_count": total[NOW],
            "complaint_share": (found[NOW] / total[NOW]).to_numpy(),
            "complaint_share_before": (found[BEFORE] / (total[BEFORE] or float("nan"))).to_numpy(),
        }
    )
    table[["low", "high"]] = wilson(table["complaints"], table["review_count"])
    seen = table[found.sum(axis=1).to_numpy() > 0]
    last = (seen["aspect"] == LEFTOVER).rename("last")
    return (
        seen.assign(last=last)
        .sort_values(["last", "complaint_share"], ascending=[True, False])
        .drop(columns="last")
        .reset_index(drop=True)
    )


@needs("shop_daily")
def score_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per date and `metric` (dsr_description, dsr_service, dsr_logistics) over the baseline and the period: own_score
    and tier_score (the tier's average that day, unknown without peers)."""
    days = parts(shop.daily(), period)[["date", "when", *SCORES]]
    own = days.melt(["date", "when"], var_name="metric", value_name="own_score").dropna(subset="own_score")
    return own.merge(_tier_scores(shop), how="left", on=["date", "metric"]).sort_values(
        ["metric", "date"], ignore_index=True
    )


def _tier_scores(shop: Shop) -> pd.DataFrame:
    columns = ["date", "metric", "tier_score"]
    if not shop.has("peers", "peers_daily"):
        kinds = {"date": "datetime64[us]", "metric": "str", "tier_score": "float64"}
        return pd.DataFrame(columns=columns).astype(kinds)
    peers = shop.table("peers")
    tier = peers.loc[peers["kind"] == "tier_average", "peer_id"]
    rows = shop.table("peers_daily")
    long = rows[rows["peer_id"].isin(tier)].melt("date", list(SCORES), var_name="metric", value_name="tier_score")
    return long.groupby(["date", "metric"])["tier_score"].mean().reset_index()


@needs("shop_daily")
def scores(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `metric`: own_score (last known of the period), own_score_before (last known of the baseline), difference,
    tier_score (last known), tier_gap (own_score − tier_score). Scores are moving means over months: a small step is a
    large event."""
    days = score_days(shop, period)
    if days.empty:
        return pd.DataFrame()
    last = days.groupby(["metric", "when"])[["own_score", "tier_score"]].last().unstack("when")
    blank = pd.Series(float("nan"), index=last.index)
    now, before = (last.get(("own_score", when), blank) for when in (NOW, BEFORE))
    tier = last.get(("tier_score", NOW), blank)
    table = pd.DataFrame({"own_score": now, "own_score_before": before, "difference": now - before, "tier_score": tier})
    table = table.assign(tier_gap=now - tier).reindex(list(SCORES)).rename_axis("metric").reset_index()
    return table[table["own_score"].notna()].reset_index(drop=True)


def _leading(shop: Shop, period: Period, reviews: pd.DataFrame) -> pd.DataFrame:
    """The five products with most visitors in the period; by units or by reviews where visitors are unknown."""
    weights = [reviews.groupby("product_id")["review_count"].sum().rename("review_count")]
    if shop.has("product_daily"):
        days = period.clip(shop.table("product_daily")).groupby("product_id")
        weights = [days["visitors"].sum(min_count=1), days["paid_units"].sum(min_count=1), *weights]
    known = next((w for w in weights if w.notna().any()), weights[-1])
    top = known.sort_values(ascending=False, kind="stable").head(LEADING)
    table = top.rename("visitor_days" if top.name == "visitors" else str(top.name)).reset_index()
    return table.assign(title=table["product_id"].map(titles(shop)).astype("str"))


@needs("reviews")
def leading_products(shop: Shop, period: Period) -> pd.DataFrame:
    """The five products with most visitors (units or reviews where visitors are unknown): product_id, title, the count
    they were chosen by (visitor_days, paid_units or review_count), review_count, bad_reviews, bad_review_share, low,
    high."""
    reviews = period.clip(_counted(shop), "reviewed_at")
    leading = _leading(shop, period, reviews)
    heard = _totals(reviews, "product_id").drop(columns=["with_text", "rating", "rated_reviews"])
    table = leading.drop(columns="review_count", errors="ignore").merge(heard, how="left", on="product_id")
    table[["review_count", "bad_reviews"]] = table[["review_count", "bad_reviews"]].fillna(0.0)
    first = ["product_id", "title"]
    return table[[*first, *(c for c in table if c not in first)]]


@needs("reviews")
def leading_bad_reviews(shop: Shop, period: Period) -> pd.DataFrame:
    """Bad reviews of the leading products, newest first: reviewed_at, age_days (to the period's end), product_id,
    title, stars, aspect (the first found), text (masked, at most 80 characters). Bad: one or two stars, or a complaint
    without stars. The buyer is never among it."""
    reviews = period.clip(_counted(shop), "reviewed_at")
    leading = _leading(shop, period, reviews)
    found = complaints_in(reviews)
    bad = cleaning.bad(reviews).fillna(found.any(axis=1)).astype("bool")
    rows = reviews[bad & reviews["product_id"].isin(leading["product_id"])].copy()
    if rows.empty:
        return pd.DataFrame()
    rows["aspect"] = found.loc[rows.index].idxmax(axis=1).where(found.loc[rows.index].any(axis=1))
    rows["title"] = rows["product_id"].map(leading.set_index("product_id")["title"])
    rows["age_days"] = (pd.Timestamp(period.end) - rows["reviewed_at"].dt.normalize()).dt.days.astype("float64")
    rows["text"] = [_told(t, b) for t, b in zip(cleaning.said(rows), rows["buyer"], strict=True)]
    columns = ["reviewed_at", "age_days", "product_id", "title", "stars", "aspect", "text"]
    rows = rows.rename(columns={"rating": "stars"}).sort_values("reviewed_at", ascending=False, kind="stable")
    return rows[columns].reset_index(drop=True)


def _told(text: object, buyer: object) -> str | None:
    if not isinstance(text, str):
        return None
    names = [buyer] if isinstance(buyer, str) and len(buyer) > 1 else []
    masked = cleaning.mask(text, *names)
    return masked if len(masked) <= TEXT_LENGTH else f"{masked[: TEXT_LENGTH - 1].rstrip()}…"
