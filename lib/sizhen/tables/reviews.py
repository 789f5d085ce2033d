"""Reviews made fit for counting: default texts are not texts, duplicates count once, complaints carry their aspects."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

import pandas as pd

from sizhen.vocab import LANGUAGES, load
from sizhen.vocab.loader import expression

BAD_STARS = 2.0
LEFTOVER = "other"
COVER = "●●●"
LETTERS = {"zh": re.compile("[一-鿿]"), "en": re.compile("[A-Za-z]{2}")}
SAME = ["product_id", "sku", "reviewed_at", "rating", "text", "follow_up_text", "buyer"]

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"\+?\d(?:[\s.\-–—_·*]?\d){6,}[Xx]?")
SPOKEN = re.compile(r"[零〇一二三四五六七八九幺\d]{7,}")
ACCOUNT = re.compile(
    r"(?i)(?:微信号?|薇信|威信|v信|wechat|weixin|\bvx|\bwx|\bqq号?|whatsapp|telegram)\s*(?:id)?\s*[:：是为]?\s*[a-z0-9_-]{5,}"
)


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


def aspects(reviews: pd.DataFrame) -> pd.DataFrame:
    """What each cleaned review complains of: one column of booleans per aspect, rows as in `reviews`.

    A complaint is a text that matches an aspect's patterns in any language. Where none is found in a review of one
    or two stars, it complains of what it talks about most, and of `other` when that is not known either.
    """
    texts = said(reviews).fillna("")
    low = bad(reviews).fillna(False).astype("bool") & (texts != "")
    rows = list(zip(texts, low, strict=True))
    known = {row: _aspects(*row) for row in set(rows)}
    named = [known[row] for row in rows]
    return pd.DataFrame(
        {id: [id in names for names in named] for id in load().aspects}, index=reviews.index, dtype="bool"
    )


def mask(text: str, *names: str) -> str:
    """`text` without mail addresses, telephone and other long numbers, messenger accounts and the given names."""
    plain = "".join(_plain(c) for c in text if unicodedata.category(c) != "Cf")
    for pattern in (MAIL, ACCOUNT, NUMBER, SPOKEN):
        plain = pattern.sub(COVER, plain)
    for name in names:
        plain = plain.replace(name, COVER)
    return " ".join(plain.split())


def _plain(character: str) -> str:
    """Full-width, circled and other digits as 0–9, so that a number cannot hide in them."""
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _texts(values: pd.Series) -> pd.Series:
    trimmed = values.str.replace(r"\s+", " ", regex=True).str.strip()
    return trimmed.where(trimmed.ne("") & ~trimmed.str.fullmatch(_default_text()).fillna(False).astype("bool"))


@cache
def _default_text() -> re.Pattern[str]:
    words = load().words["pattern.default_text"]
    return re.compile("|".join(f"(?:{words[k]})" for k in LANGUAGES), re.IGNORECASE)


def _aspects(text: str, poor: bool) -> set[str]:
    text = text.replace("’", "'")
    found = {id for id, pattern in _lexicon("patterns", text) if pattern.search(text) and _complains(text, pattern)}
    named = found - {LEFTOVER}
    if poor and not named:
        named = _topics(text) or {LEFTOVER}
    return named or found


def _complains(text: str, pattern: re.Pattern[str]) -> bool:
    """True when the pattern is found and no negation before it takes it back: 没有色差, not too small."""
    return any(not text[: found.start()].lower().endswith(_negations()) for found in pattern.finditer(text))


def _topics(text: str) -> set[str]:
    """What a text talks about most; several where they are level."""
    counts: Counter[str] = Counter()
    for id, pattern in _lexicon("topics", text):
        counts[id] += len(pattern.findall(text))
    most = max(counts.values(), default=0)
    return {id for id, count in counts.items() if count == most > 0}


@cache
def _negations() -> tuple[str, ...]:
    words = load().words["pattern.negation"]
    return tuple(f"{word} " if k == "en" else word for k in LANGUAGES for word in words[k].split("|"))


def _lexicon(field: str, text: str) -> list[tuple[str, re.Pattern[str]]]:
    """The aspects with their expressions of the languages whose letters stand in `text`."""
    return [pair for k in LANGUAGES if LETTERS[k].search(text) for pair in _compiled(field, k)]


@cache
def _compiled(field: str, language: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(id, expression(getattr(aspect, field)[language])) for id, aspect in load().aspects.items()]
