"""What a text is about and whether it praises it or complains of it: size, quality, delivery and the other aspects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from sizhen.texts.clean import bad, said
from sizhen.texts.polarity import LETTERS, Clause, clauses
from sizhen.vocab import LANGUAGES, load
from sizhen.vocab.expression import expression

LEFTOVER = "other"
CLEAR = 0.75  # a clause's score from which it is praise, and below whose negative it is blame
BARE = 7  # characters up to which a clause can only name its aspect and the next one tell: 这个味道，一点都不好
PRAISE, NEUTRAL, COMPLAINT = 1.0, 0.0, -1.0
TWO_WORDS = re.compile(r"[A-Za-z]{2}[ '][A-Za-z]{2}")
BETWEEN = ", "  # clauses put together again
REMEMBERED = 50_000  # texts: several frames read the same reviews

Remembered = dict[str, dict[str, float]]
_read: Remembered = {}


def opinions(texts: Iterable[str]) -> pd.DataFrame:
    """Per text and aspect 1 for praise, −1 for a complaint, 0 where it is only mentioned, NaN where it is not.

    A complaint: one of the aspect's complaint patterns is found and not taken back (没有色差, not too small), or a
    clause that mentions it blames. `other` is left out where something else is complained of.
    """
    texts = list(texts)
    known = {text: _opinions(text) for text in set(texts)}
    return pd.DataFrame([known[t] for t in texts], columns=list(load().aspects), dtype="float64")


def complaints(reviews: pd.DataFrame) -> pd.DataFrame:
    """What each cleaned review complains of: one column of booleans per aspect, rows as in `reviews`.

    Where a review of one or two stars complains of nothing known, it complains of what it talks about most, and of
    `other` when that is not known either.
    """
    texts = said(reviews).fillna("")
    low = bad(reviews).fillna(False).astype("bool") & (texts != "")
    rows = list(zip(texts, low, strict=True))
    found = np.array([_complaints(*row) for row in rows], dtype="bool").reshape(len(rows), len(load().aspects))
    return pd.DataFrame(found, index=reviews.index, columns=list(load().aspects))


def by_cause(found: pd.DataFrame) -> pd.DataFrame:
    """`complaints` with the aspects that count for another's cause joined to that one."""
    causes = {id: aspect.within for id, aspect in load().aspects.items()}
    return pd.DataFrame(
        {
            cause: found[[a for a in causes if causes[a] == cause]].to_numpy().any(axis=1)
            for cause in dict.fromkeys(causes.values())
        },
        index=found.index,
    )


def remembered() -> Remembered:
    """What has been read, for another process that reads the same reviews."""
    return dict(_read)


def remember(read: Remembered) -> None:
    """Takes over what another process has `remembered`."""
    _read.update(read)


def _opinions(text: str) -> dict[str, float]:
    found = _read.get(text)
    if found is None:
        if len(_read) >= REMEMBERED:
            _read.clear()
        found = _read[text] = _opinions_of(text)
    return found


def _opinions_of(text: str) -> dict[str, float]:
    text = text.replace("’", "'")
    parts = clauses(text)
    about = _abouts(text, parts)
    blamed = _blamed(BETWEEN.join(c.text for c in parts if not c.doubted and c.score <= CLEAR))
    found = {}
    for id in set().union(blamed, *about):
        score = _score(id, parts, about)
        complains = score <= -CLEAR or (id in blamed and score <= CLEAR)
        found[id] = COMPLAINT if complains else PRAISE if score >= CLEAR else NEUTRAL
    if any(value == COMPLAINT for id, value in found.items() if id != LEFTOVER):
        found.pop(LEFTOVER, None)
    return found


def _score(id: str, parts: tuple[Clause, ...], about: list[set[str]]) -> float:
    """The sum over the clauses that mention the aspect; one that only names it takes the clause after it."""
    total = 0.0
    for n, part in enumerate(parts):
        if id in about[n]:
            bare = len(part.text) <= BARE and n + 1 < len(parts) and not about[n + 1]
            total += part.score or (parts[n + 1].score if bare else 0.0)
    return total


@lru_cache(REMEMBERED)
def _complaints(text: str, poor: bool) -> tuple[bool, ...]:
    found = {id for id, value in _opinions(text).items() if value == COMPLAINT}
    if poor and not found - {LEFTOVER}:
        found = _topics(text) or {LEFTOVER}
    return tuple(id in found for id in load().aspects)


def _abouts(text: str, parts: tuple[Clause, ...]) -> list[set[str]]:
    """The aspects of every clause; only those that the whole text speaks of are looked for in each."""
    there = [pair for pair in _lexicon("mentions", text) if pair[1].search(text)]
    return [{id for id, pattern in there if pattern.search(part.text)} for part in parts]


def mentioned(clause: str) -> set[str]:
    """The aspects a clause speaks of."""
    return {id for id, pattern in _lexicon("mentions", clause) if pattern.search(clause)}


def _blamed(text: str) -> set[str]:
    return {id for id, pattern in _lexicon("patterns", text) if pattern.search(text) and _stands(text, pattern)}


def _stands(text: str, pattern: re.Pattern[str]) -> bool:
    """True when the pattern is found and no negation before it takes it back."""
    reach = max(map(len, _negations()))
    starts = (found.start() for found in pattern.finditer(text))
    return any(not text[max(at - reach, 0) : at].lower().endswith(_negations()) for at in starts)


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
    """The aspects with their expressions of the languages that are spoken in `text`."""
    return [pair for k in _spoken(text) for pair in compiled(field, k)]


def _spoken(text: str) -> list[str]:
    """Chinese where a character of it stands there; English where nothing else does, or two words in a row."""
    chinese = LETTERS["zh"].search(text) is not None
    english = (TWO_WORDS if chinese else LETTERS["en"]).search(text) is not None
    return [k for k, there in (("zh", chinese), ("en", english)) if there]


@cache
def compiled(field: str, language: str) -> list[tuple[str, re.Pattern[str]]]:
    """Each aspect with its expression of a field (patterns, mentions, topics) in a language."""
    return [
        (id, expression(getattr(aspect, field)[language], f"aspects.toml {id}.{field}.{language}"))
        for id, aspect in load().aspects.items()
    ]
