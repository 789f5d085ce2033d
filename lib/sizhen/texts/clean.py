"""Reviews made fit for counting: default texts are not texts, duplicates count once, persons are hidden."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pandas as pd

from sizhen.vocab import LANGUAGES, load

BAD_STARS = 2.0
COVER = "●●●"
SAME = ["product_id", "sku", "reviewed_at", "rating", "text", "follow_up_text", "buyer"]

MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"\+?\d(?:[\s.\-–—_·*]?\d){6,}[Xx]?")
SPOKEN = re.compile(r"[零〇一二三四五六七八九幺\d]{7,}")
ACCOUNT = re.compile(
    r"(?i)(?:微信号?|薇信|威信|v信|wechat|weixin|\bvx|\bwx|\bqq号?|whatsapp|telegram)\s*(?:id)?\s*[:：是为]?\s*[a-z0-9_-]{5,}"
)

HOUSE = re.compile(r"(?:路|街|大道|巷|弄|胡同|村|小区|花园)[\d一二三四五六七八九十-]{1,6}(?:号楼?|弄|栋|幢|座|单元|室)")
ADDRESS = re.compile(
    rf"[一-鿿]{{1,12}}{HOUSE.pattern}(?:[\d一二三四五六七八九十a-zA-Z-]{{1,6}}(?:号楼?|栋|幢|座|单元|楼|层|室)?)*"
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


def mask(text: str, *names: str) -> str:
    """`text` without mail and postal addresses, telephone and other long numbers, messenger accounts and the given
    names."""
    plain = "".join(_plain(c) for c in text if unicodedata.category(c) != "Cf")
    patterns = (MAIL, ACCOUNT, *([ADDRESS] if HOUSE.search(plain) else []), NUMBER, SPOKEN)
    for pattern in patterns:
        plain = pattern.sub(COVER, plain)
    for name in names:
        plain = plain.replace(name, COVER)
    return " ".join(plain.split())


def hide(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """`table` with the texts of these columns masked, each different one once."""
    told = {c: {t: mask(t) for t in table[c].dropna().unique()} for c in columns}
    return table.assign(**{c: table[c].map(known).astype(table[c].dtype) for c, known in told.items()})


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
