"""Reviews made fit for counting: default texts are not texts, duplicates count once, persons are hidden."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from sizhen.vocab import LANGUAGES, load
from sizhen.vocab.persons import COVER, MARKS, cover
from sizhen.vocab.plain import plain

BAD_STARS = 2.0
SAME = ["product_id", "sku", "reviewed_at", "rating", "text", "follow_up_text", "buyer"]

_ALIKE = dict.fromkeys(MARKS, COVER)
_MARKED = re.compile("|".join(map(re.escape, MARKS.values())))


def clean(reviews: pd.DataFrame) -> pd.DataFrame:
    """The table `reviews` with texts trimmed, default and empty texts unknown, exact duplicates once.

    Rows that show neither a text nor a buyer cannot be told apart from one another and all stay.
    """
    shaped = reviews.assign(**{c: _texts(reviews[c]) for c in ("text", "follow_up_text")})
    told = shaped["text"].notna() | shaped["buyer"].notna()
    return shaped[~(told & shaped.duplicated(SAME))].reset_index(drop=True)


def said(reviews: pd.DataFrame) -> pd.Series:
    """Text and follow-up of each cleaned review as one text, unknown where the buyer wrote nothing."""
    both = reviews["text"].fillna("") + "\n" + reviews["follow_up_text"].fillna("")
    told = both.str.strip()
    return told.where(told != "")


def bad(reviews: pd.DataFrame) -> pd.Series:
    """True at one or two stars, False above, <NA> where there are no stars."""
    return (reviews["rating"] <= BAD_STARS).astype("boolean").where(reviews["rating"].notna())


def mask(text: str, *names: str) -> str:
    """`text` in one line without what tells persons, the given names among it, and without the marks of an import."""
    return " ".join(_MARKED.sub(COVER, cover(plain(text), _ALIKE, names)).split())


def hide(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """`table` with the texts of these columns masked, each different one once."""
    told = {c: {t: mask(t) for t in table[c].dropna().unique()} for c in columns}
    return table.assign(**{c: table[c].map(known).astype(table[c].dtype) for c, known in told.items()})


def _texts(values: pd.Series) -> pd.Series:
    trimmed = values.str.replace(r"\s+", " ", regex=True).str.strip()
    return trimmed.where(trimmed.ne("") & ~trimmed.str.fullmatch(_default_text()).fillna(False).astype("bool"))


@cache
def _default_text() -> re.Pattern[str]:
    words = load().words["pattern.default_text"]
    return re.compile("|".join(f"(?:{words[k]})" for k in LANGUAGES), re.IGNORECASE)
