"""Stars beside texts: where they disagree, and complaints before and after what the shop did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, parts, titles, wilson
from sizhen.exam.listen_reviews import counted, told
from sizhen.exam.needs import because, needs, unknown
from sizhen.exam.proportions import gap
from sizhen.tables import Period, Shop, prepared
from sizhen.texts import clean as cleaning
from sizhen.texts.aspects import COMPLAINT, opinions
from sizhen.texts.aspects import complaints as complaints_in
from sizhen.texts.polarity import score

if TYPE_CHECKING:
    from sizhen.texts.stars import Judge

GOOD_STARS = 4.0
BLAMES = -1.0  # the score of a text from which it blames as a whole
FEWEST = 20  # reviews on either side of an event
LONGEST = 28  # days on either side of an event
KINDS = ("launch", "stock", "page", "price")
DAY = pd.Timedelta(days=1)


def _complain(texts: pd.Series) -> pd.Series:
    """True where a text complains of an aspect, or blames as a whole."""
    aspects = (opinions(texts) == COMPLAINT).any(axis=1)
    return pd.Series(aspects.to_numpy() | np.array([score(t) <= BLAMES for t in texts], dtype=bool), index=texts.index)


def _learnt(reviews: pd.DataFrame) -> tuple[Judge, float]:
    """A judge from the texts with one, two, four or five stars, and the share of bad ones among all starred."""
    from sizhen.texts.stars import SHARE_BAD, learn  # scikit-learn takes a second, and most shops need none

    known = reviews[cleaning.said(reviews).notna() & reviews["rating"].notna()]
    clear = known[cleaning.bad(known) | (known["rating"] >= GOOD_STARS)]
    bad = cleaning.bad(clear).astype("bool")
    share = float(bad.mean()) if len(clear) else SHARE_BAD
    return learn(list(cleaning.said(clear)), list(bad)), min(max(share, 0.005), 0.5)


def _kinds(shop: Shop, period: Period, reviews: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Per review with a text: mismatch (which of the three kinds it could be) and hit (whether it is one); and what
    texts without stars were judged by: stars or words."""
    texts = cleaning.said(reviews)
    complains = _complain(texts)
    stars = reviews["rating"]
    kinds = np.select(
        [stars.isna(), stars >= GOOD_STARS, cleaning.bad(reviews).fillna(False)],
        ["unstarred_bad", "praised_complains", "bad_without_complaint"],
        "",
    )
    hit, learnt = complains.where(kinds != "bad_without_complaint", ~complains), "words"
    bare = stars.isna()
    if bare.any():
        past = counted(shop)
        judge, share = _learnt(past[past["reviewed_at"] < pd.Timestamp(period.end) + DAY])
        hit[bare] = judge.bad(list(texts[bare]), share)
        learnt = "stars" if judge.model is not None else "words"
    return reviews.assign(mismatch=kinds, hit=hit.astype("float64"))[kinds != ""], learnt


def _examples(shop: Shop, rows: pd.DataFrame) -> pd.Series:
    """By mismatch, the text that blames most, the newest of equals, masked."""
    rows = rows.assign(score=[score(t) for t in cleaning.said(rows)])
    first = rows.sort_values(["score", "reviewed_at"], ascending=[True, False], kind="stable").drop_duplicates(
        "mismatch"
    )
    return told(shop, first).set_axis(first["mismatch"])


@needs("reviews")
def ratings_and_texts(shop: Shop, period: Period) -> pd.DataFrame:
    """Where stars and text disagree, per `mismatch` (praised_complains: four or five stars, the text complains;
    bad_without_complaint: one or two stars, no complaint found; unstarred_bad: no stars, the text is judged bad): found
    and of_reviews (of the period, with text), found_share with low, high (95 %), found_share_before (28 days before),
    judged_by (unstarred: the shop's own `stars`, or `words` alone where it has under 15 texts of either kind; else
    words), example (the one that blames most, masked)."""
    reviews = parts(counted(shop), period, "reviewed_at")
    reviews = reviews[reviews["with_text"] > 0].reset_index(drop=True)
    if not (reviews["when"] == NOW).any():
        return pd.DataFrame()
    rows, learnt = _kinds(shop, period, reviews)
    hits = {w: rows[rows["when"] == w].groupby("mismatch")["hit"] for w in (NOW, BEFORE)}
    of = hits[NOW].size().astype("float64")
    if of.empty:
        return because("ratings_and_texts.none")
    found = hits[NOW].sum()
    table = pd.DataFrame({"found": found, "of_reviews": of, "found_share": found / of})
    table[["low", "high"]] = wilson(found, of)
    table["found_share_before"] = hits[BEFORE].mean()
    table["judged_by"] = np.where(table.index == "unstarred_bad", learnt, "words")
    table["example"] = _examples(shop, rows[(rows["hit"] > 0) & (rows["when"] == NOW)]).reindex(table.index)
    order = ["praised_complains", "bad_without_complaint", "unstarred_bad"]
    return table.reindex([k for k in order if k in table.index]).reset_index()


def _counts(reviews: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> tuple[float, float]:
    rows = reviews[(reviews["reviewed_at"] >= first) & (reviews["reviewed_at"] < last + DAY)]
    return float(rows["complains"].sum()), float(len(rows))


def _beside(event: Any, reviews: pd.DataFrame, end: pd.Timestamp) -> dict[str, object]:
    """Reviews and complaints of as many days after the event as before it, at most 28; its own day is in neither."""
    mine = (
        reviews
        if event.kind == "launch" or not event.product_id
        else reviews[reviews["product_id"] == event.product_id]
    )
    day, first = event.starts_on, reviews["reviewed_at"].min().normalize()
    days = max(0, min((end - day).days, (day - first).days, LONGEST))
    past, now = _counts(mine, day - days * DAY, day - DAY), _counts(mine, day + DAY, day + days * DAY)
    about = {"event": event.name, "event_kind": event.kind, "starts_on": day, "product_id": event.product_id}
    counts = {
        "complaints_before": past[0],
        "review_count_before": past[1],
        "complaints": now[0],
        "review_count": now[1],
    }
    return {**about, "days": float(days), **counts}


def _all(shop: Shop, period: Period) -> Iterable[Any]:
    span = Period(period.baseline.start, period.end)
    events = span.clip(prepared.own_events(cleaning.hide(shop.table("events"), "name"), *KINDS), "starts_on")
    events = events.assign(product_id=events["product_id"].astype("object").fillna("").astype("str"))
    rows: Iterable[Any] = events.sort_values(["starts_on", "name"], ascending=[False, True]).itertuples()
    return rows


@needs("reviews", "events")
def complaint_events(shop: Shop, period: Period) -> pd.DataFrame:
    """Before and after every launch and every change of stock, page or price in baseline and period, latest first:
    event, event_kind, starts_on, product_id and title (empty: the whole shop), days (on either side, at most 28),
    complaints_before, review_count_before, complaints, review_count, complaint_share_before, complaint_share,
    moved_low, moved_high (95 % interval of the difference), moved (better, worse, unclear, few_reviews: under 20 on a
    side). Of the event's product; a launch and an event without a product: of the whole shop.

    Before and after is no proof. Reviews speak of orders one or two weeks old, so an effect shows late.
    """
    reviews = counted(shop)
    if period.clip(reviews, "reviewed_at").empty:
        return unknown()
    reviews = reviews.assign(complains=complaints_in(reviews).any(axis=1).astype("float64"))
    table = pd.DataFrame([_beside(event, reviews, pd.Timestamp(period.end)) for event in _all(shop, period)])
    if table.empty:
        return because("complaint_events.none")
    counts = ("complaints", "review_count", "complaints_before", "review_count_before")
    reach = gap(*(table[c] for c in counts))
    for end in ("_before", ""):
        n = table[f"review_count{end}"]
        table[f"complaint_share{end}"] = table[f"complaints{end}"] / n.where(n > 0)
    few = table[["review_count", "review_count_before"]].min(axis=1) < FEWEST
    states = np.select(
        [few, reach["gap_low"] > 0, reach["gap_high"] < 0], ["few_reviews", "worse", "better"], "unclear"
    )
    table = table.assign(moved_low=reach["gap_low"], moved_high=reach["gap_high"], moved=states)
    table.insert(4, "title", table["product_id"].map(titles(shop)).astype("object").fillna(table["product_id"]))
    return table
