"""What buyers praise of the leading products: selling points for titles and advertisements."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import parts, wilson
from sizhen.exam.figures import Figure, figure
from sizhen.exam.listen_leading import leading
from sizhen.exam.listen_reviews import counted, masked
from sizhen.exam.log_odds import counted_terms, log_odds
from sizhen.exam.needs import because, needs
from sizhen.tables import Period, Shop
from sizhen.texts.aspects import LEFTOVER, PRAISE, mentioned, opinions
from sizhen.texts.clean import said
from sizhen.texts.polarity import clauses
from sizhen.texts.words import terms

FEWEST = 3  # reviews that praise an aspect, or say a word
ASPECTS, WORDS = 3, 3  # of a product, of an aspect
ENOUGH_NAMED = 5  # reviews that speak of an aspect
MOSTLY = 2 / 3  # of those that speak of it
NOT_OF_PRODUCT = ["logistics", "service", LEFTOVER]


def _clauses(texts: pd.Series) -> pd.DataFrame:
    """One row per clause of praise and aspect it speaks of: row (of the review), aspect, found (its terms)."""
    rows = [
        (n, aspect, terms(clause.text))
        for n, text in texts.items()
        for clause in clauses(text)
        if clause.score > 0
        for aspect in mentioned(clause.text)
    ]
    return pd.DataFrame(rows, columns=["row", "aspect", "found"])


def _words(praise: pd.DataFrame, usual: pd.Series) -> pd.Series:
    """By product_id and aspect, up to three terms of its clauses of praise, those first that set it apart most from the
    praise of the other products; a term inside another one is left out."""
    by = praise.groupby(["product_id", "aspect"])["found"]
    return by.agg(lambda found: _typical(counted_terms(found), usual))


def _typical(here: pd.Series, usual: pd.Series) -> str:
    here = here[here >= FEWEST]
    if here.empty:
        return ""
    marks = log_odds(here, usual.sub(here, fill_value=0.0), usual)
    ranked = marks.assign(term=marks.index).sort_values(["z", "term"], ascending=[False, True])["term"]
    kept: list[str] = []
    for term in ranked:
        if len(kept) < WORDS and not any(term in other or other in term for other in kept):
            kept.append(term)
    return " · ".join(kept)


@needs("reviews")
def praised_aspects(shop: Shop, period: Period) -> pd.DataFrame:
    """What buyers of the whole shop speak of in the period, per aspect that five reviews name, most praised first:
    aspect, named (reviews that speak of it), praises (those that praise it), praise_of_named (÷ named), selling_point
    (two in three praise it), review_count (reviews with text)."""
    texts = said(period.clip(counted(shop), "reviewed_at")).dropna()
    found = opinions(texts).drop(columns=LEFTOVER)
    table = pd.DataFrame({"named": found.notna().sum(), "praises": (found == PRAISE).sum()}).astype("float64")
    table = table[table["named"] >= ENOUGH_NAMED].rename_axis("aspect").reset_index()
    if table.empty:
        return because("unknown_enough_texts")
    share = table["praises"] / table["named"]
    table = table.assign(praise_of_named=share, selling_point=share >= MOSTLY, review_count=float(len(texts)))
    return table.sort_values(["praise_of_named", "named"], ascending=False, kind="stable", ignore_index=True)


@figure("listen.praised_aspects:selling_points")
def selling_points(aspects: pd.DataFrame) -> Figure:
    """Aspects that two in three of the reviews that name them praise."""
    return Figure(float(aspects["selling_point"].sum()), float(aspects["review_count"].max()))


@needs("reviews")
def praised(shop: Shop, period: Period) -> pd.DataFrame:
    """Per leading product the up to three aspects praised most in period and baseline: product_id, title, aspect,
    praises (reviews that praise it), review_count (of the product, with text), praise_share with low, high (95 %),
    praise_words (up to three words of that praise, those first that set the product apart from the others by log-odds;
    each in three reviews at least). Aspects praised in fewer than three reviews are left out, and so are
    delivery and service, which are the shop's and not the product's."""
    reviews = parts(counted(shop), period, "reviewed_at")
    reviews = reviews[reviews["with_text"] > 0].reset_index(drop=True)
    first_five = leading(shop, period, period.clip(counted(shop), "reviewed_at"))
    texts = masked(shop, reviews)
    ours = reviews["product_id"].isin(first_five["product_id"])
    if not ours.any() or not (reviews["when"] == "period").any():
        return pd.DataFrame()
    likes = (opinions(texts).drop(columns=NOT_OF_PRODUCT) == PRAISE).astype("float64")
    by = reviews["product_id"][ours]
    sums = likes[ours].groupby(by).sum().melt(ignore_index=False, var_name="aspect", value_name="praises").reset_index()
    table = sums[sums["praises"] >= FEWEST].merge(first_five[["product_id", "title"]], on="product_id")
    if table.empty:
        return because("praised.few")
    table["review_count"] = table["product_id"].map(by.value_counts()).astype("float64")
    table["praise_share"] = table["praises"] / table["review_count"]
    table[["low", "high"]] = wilson(table["praises"], table["review_count"])
    praise = _clauses(texts)
    usual = counted_terms(praise["found"])
    praise["product_id"] = praise["row"].map(reviews["product_id"])
    words = _words(praise[praise["product_id"].isin(table["product_id"])], usual)
    table["praise_words"] = [words.get((p, a), "") for p, a in zip(table["product_id"], table["aspect"], strict=True)]
    place = table["product_id"].map({id: n for n, id in enumerate(first_five["product_id"])}).rename("place")
    table = table.assign(place=place).sort_values(["place", "praises", "aspect"], ascending=[True, False, True])
    table = table[table.groupby("product_id").cumcount() < ASPECTS]
    table["title"] = table["title"].astype("object").fillna(table["product_id"])
    counts = ["praises", "review_count", "praise_share", "low", "high", "praise_words"]
    return table[["product_id", "title", "aspect", *counts]].reset_index(drop=True)
