"""Words that bad reviews use more than before."""

from __future__ import annotations

import pandas as pd
from scipy.special import bdtrc

from sizhen.exam.compare import BEFORE, NOW, parts
from sizhen.exam.listen_reviews import counted, negative, people
from sizhen.exam.log_odds import counted_terms, log_odds
from sizhen.exam.needs import because, needs
from sizhen.exam.proportions import FALSE_SHARE
from sizhen.tables import Period, Shop
from sizhen.tables.chance import discoveries
from sizhen.texts import clean as cleaning
from sizhen.texts.words import aspect_of, judges, terms

FEWEST = 4  # bad reviews of the period that say a word
ENOUGH = 10  # bad reviews on either side
MOST = 60  # of the clearest words are looked through for doublets
SAME = 0.8  # of two terms' reviews in common: they are one phrase


def terms_of(shop: Shop, reviews: pd.DataFrame) -> pd.Series:
    """The terms of each cleaned review; none where the buyer wrote nothing."""
    desk = people(shop)
    rows = zip(cleaning.said(reviews).fillna(""), reviews["buyer"].fillna(""), strict=True)
    return pd.Series(
        [terms(t, *desk, *([b] if len(b) > 1 else [])) for t, b in rows], index=reviews.index, dtype="object"
    )


def _listed(table: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    """`table` (clearest first) without terms that stand in the same reviews as one before them, or mostly there and
    as a part of it."""
    places = {t: {n for n, found in enumerate(texts) if t in found} for t in table["term"]}
    kept: list[str] = []
    for term in table["term"]:
        if not any(_doublets(term, other, places[term], places[other]) for other in kept):
            kept.append(term)
    return table[table["term"].isin(kept)].reset_index(drop=True)


def _doublets(one: str, other: str, here: set[int], there: set[int]) -> bool:
    both = len(here & there)
    within = one in other or other in one
    return both >= SAME * (min(len(here), len(there)) if within else len(here | there))


@needs("reviews")
def rising_words(shop: Shop, period: Period) -> pd.DataFrame:
    """Words and pairs of words that bad reviews (one or two stars, or a complaint without stars) of the period use more
    than those of the 28 days before, clearest first: term, told and told_before (bad reviews that say it),
    negative_reviews and negative_reviews_before, told_share, told_share_before, z (log-odds with an informative
    Dirichlet prior from all reviews of both), aspect (that knows the word; empty for none), emerging (risen beyond
    chance, known to no aspect, and no word of praise or blame: a new topic), beyond_chance (exact test on the counts,
    false discoveries held at 5 % over all words that four bad reviews say). Only words with a higher share than before;
    persons and numbers are never among them.
    """
    reviews = parts(counted(shop), period, "reviewed_at")
    if not (reviews["when"] == NOW).any():
        return pd.DataFrame()
    found, bad = terms_of(shop, reviews), negative(reviews) & (reviews["with_text"] > 0)
    piles = {when: found[bad & (reviews["when"] == when)] for when in (NOW, BEFORE)}
    n, m = len(piles[NOW]), len(piles[BEFORE])
    if min(n, m) < ENOUGH:
        return because("rising_words.few")
    now, before = (counted_terms(piles[when]) for when in (NOW, BEFORE))
    table = log_odds(now, before, counted_terms(found))
    table["told"], table["told_before"] = (c.reindex(table.index, fill_value=0.0) for c in (now, before))
    table = table[table["told"] >= FEWEST].rename_axis("term").reset_index()
    if table.empty:
        return because("rising_words.few")
    counts = table[["told", "told_before"]].astype("int64")
    p = bdtrc(counts["told"].to_numpy() - 1, counts.sum(axis=1).to_numpy(), n / (n + m))
    table = table.assign(
        beyond_chance=discoveries(p, FALSE_SHARE),
        negative_reviews=float(n),
        negative_reviews_before=float(m),
        told_share=table["told"] / n,
        told_share_before=table["told_before"] / m,
        aspect=table["term"].map(aspect_of),
    )
    about = (table["aspect"] == "") & ~table["term"].map(judges).astype("bool")
    table["emerging"] = about & table["beyond_chance"]
    table = table[table["told_share"] > table["told_share_before"]]
    table = table.assign(long=table["term"].str.len()).sort_values(
        ["beyond_chance", "z", "long", "term"], ascending=[False, False, True, True], kind="stable"
    )
    columns = ["term", "told", "told_before", "negative_reviews", "negative_reviews_before", "told_share"]
    more = ["told_share_before", "z", "aspect", "emerging", "beyond_chance"]
    listed = _listed(table.head(MOST), piles[NOW])[[*columns, *more]]
    listed.attrs["words"] = len(p)
    return listed
