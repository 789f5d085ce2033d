"""Reviews: how many, how many bad, and what they complain of."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, covered_days, in_part, parts, week_of, weeks, wilson
from sizhen.exam.figures import Figure, figure, ratio
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop, measure
from sizhen.texts import clean as cleaning
from sizhen.texts.aspects import LEFTOVER, by_cause
from sizhen.texts.aspects import complaints as complaints_in

TEXT_LENGTH = 80
ANY = "any"


def counted(shop: Shop) -> pd.DataFrame:
    """Cleaned reviews with what measure adds up; a dated row is a review, a rated one may be bad."""
    return shop.once("reviews counted", lambda: _counted(cleaning.clean(shop.table("reviews"))))


def _counted(reviews: pd.DataFrame) -> pd.DataFrame:
    bad = cleaning.bad(reviews)
    return reviews.assign(
        review_count=1.0,
        with_text=cleaning.said(reviews).notna().astype("float64"),
        rated_reviews=bad.notna().astype("float64"),
        bad_reviews=bad.fillna(False).astype("float64"),
    )


def reviews_by_day(shop: Shop) -> pd.DataFrame:
    """Per day and product ("" where a review names none): date, product_id, reviews, rated_reviews, bad_reviews,
    complaints (reviews that complain of anything) and `complaints.<aspect>`."""
    return shop.once("reviews by day", lambda: _by_day(counted(shop).dropna(subset=["reviewed_at"])))


def _by_day(reviews: pd.DataFrame) -> pd.DataFrame:
    aspects = by_cause(complaints_in(reviews)).astype("float64")
    marks = pd.DataFrame(
        {
            "date": reviews["reviewed_at"].dt.normalize(),
            "product_id": reviews["product_id"].fillna(""),
            "reviews": reviews["review_count"],
            "rated_reviews": reviews["rated_reviews"],
            "bad_reviews": reviews["bad_reviews"],
            "complaints": aspects.max(axis=1),
        }
    )
    return marks.join(aspects.add_prefix("complaints.")).groupby(["date", "product_id"], as_index=False).sum()


def complaints_of(days: pd.DataFrame, aspect: str) -> pd.DataFrame:
    """date, product_id and reviews of `reviews_by_day`, with `complaints`: how many complain of the aspect."""
    columns = ["date", "product_id", "reviews"]
    return days[[*columns, f"complaints.{aspect}"]].set_axis([*columns, "complaints"], axis=1)


def totals(reviews: pd.DataFrame, by: str) -> pd.DataFrame:
    """Counts, mean stars and share of bad reviews per member of `by`."""
    counts = reviews.groupby(by)[["review_count", "with_text", "rated_reviews", "bad_reviews"]].sum().reset_index()
    figures = measure.totals(reviews, ["rating", "bad_review_share"], [by]).reset_index(drop=True)
    return pd.concat([counts, figures, wilson(counts["bad_reviews"], counts["rated_reviews"])], axis=1)


@needs("reviews")
def review_counts(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `when` (period, before): days (that the table covers), review_count, with_text, rated_reviews, bad_reviews,
    rating (mean stars), bad_review_share (1–2 stars ÷ rated) with its 95 % interval low, high.
    `before` is the 28 days before."""
    reviews = counted(shop)
    table = totals(parts(reviews, period, "reviewed_at"), "when")
    table.insert(1, "days", table["when"].map(covered_days(reviews["reviewed_at"], period)))
    return table.sort_values("when", ascending=False, ignore_index=True)


@needs("reviews")
def review_weeks(shop: Shop, period: Period) -> pd.DataFrame:
    """Per week of seven days ending with the period (`week`: its first day): `when` and the columns of `review_counts`.
    A week without reviews counts 0 and has no rates."""
    reviews = counted(shop)
    shown = weeks(reviews["reviewed_at"], period)
    dated = reviews.assign(week=week_of(reviews["reviewed_at"], period))
    dated = dated[dated["week"].isin(shown)]
    if dated.empty:
        return pd.DataFrame()
    table = totals(dated, "week").set_index("week").reindex(shown).rename_axis("week").reset_index()
    counts = ["review_count", "with_text", "rated_reviews", "bad_reviews"]
    table[counts] = table[counts].fillna(0.0)
    return table.assign(when=in_part(table["week"], period))


@needs("reviews")
def complaints(shop: Shop, period: Period) -> pd.DataFrame:
    """Per aspect: complaints, review_count, complaint_share (of all reviews of the period) with low, high, and
    complaint_share_before. `any` (reviews that complain of anything) first, then the most frequent, `other` last;
    aspects nobody complained of are left out."""
    reviews = parts(counted(shop), period, "reviewed_at")
    spotted = complained(reviews)
    spotted = spotted.assign(**{ANY: spotted.any(axis=1)}).astype("float64")
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
    table = table[(found.sum(axis=1).to_numpy() > 0) | (table["aspect"] == ANY)]
    place = table["aspect"].map({ANY: -1, LEFTOVER: 1}).fillna(0)
    ranked = table.assign(place=place).sort_values(["place", "complaint_share"], ascending=[True, False])
    return ranked.drop(columns="place").reset_index(drop=True)


@figure("listen.complaints:complaint_share")
def complaint_share(aspects: pd.DataFrame) -> Figure:
    """Reviews that complain of anything ÷ all reviews."""
    whole = aspects.set_index("aspect").loc[[ANY]]
    reviews = float(whole["review_count"].iloc[0])
    return Figure(ratio(float(whole["complaints"].iloc[0]), reviews), reviews)


def complained(reviews: pd.DataFrame) -> pd.DataFrame:
    """What each cleaned review complains of, one column of booleans per aspect. An aspect counts those within it too
    (smell within quality), as findings do."""
    found = complaints_in(reviews)
    return found.assign(**by_cause(found))


def negative(reviews: pd.DataFrame) -> pd.Series:
    """One or two stars, or a complaint without stars."""
    return cleaning.bad(reviews).fillna(complaints_in(reviews).any(axis=1)).astype("bool")


def people(shop: Shop) -> list[str]:
    """Names of the service desk: reviews name them, reports do not."""
    if not shop.has("service_daily"):
        return []
    agents = shop.table("service_daily")["agent"].dropna().unique()
    return [name for agent in agents if len(name := str(agent).rpartition(":")[2]) > 1]


def masked(shop: Shop, reviews: pd.DataFrame) -> pd.Series:
    """What each cleaned review says, without persons; unknown where the buyer wrote nothing."""
    desk, texts = people(shop), cleaning.said(reviews)
    buyers = [[b] if isinstance(b, str) and len(b) > 1 else [] for b in reviews["buyer"]]
    rows = [
        cleaning.mask(t, *names, *desk) if isinstance(t, str) else None for t, names in zip(texts, buyers, strict=True)
    ]
    return pd.Series(rows, index=reviews.index, dtype="object")


def told(shop: Shop, reviews: pd.DataFrame) -> pd.Series:
    """`masked`, at most 80 characters."""
    return masked(shop, reviews).map(_cut, na_action="ignore")


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1].rstrip()}…"
