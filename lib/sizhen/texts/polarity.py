"""How good or bad a text speaks, clause by clause, by the words of praise and blame in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sizhen.vocab.polarity import Lexicon
from sizhen.vocab.polarity import lexicon as words_of

LETTERS = {"zh": re.compile("[一-鿿]"), "en": re.compile("[A-Za-z]{2}")}
REACH = {"zh": 3, "en": 20}  # characters between a denial and the word it turns
DENIED_PRAISE, DENIED_BLAME = -0.8, -0.5  # "not good" is nearly bad, "not bad" half good
AFTER_TURN = 2.0
REMEMBERED = 50_000  # texts: their aspects and their tone are read from the same clauses


@dataclass(frozen=True)
class Clause:
    """A part of a text between breaks; `score` above 0 praises, below 0 blames; `doubted`: feared, supposed or only
    heard of."""

    text: str
    score: float
    doubted: bool = False


def language_of(text: str) -> str | None:
    """The language whose letters stand in the text, Chinese first; None for neither."""
    return next((k for k, letters in LETTERS.items() if letters.search(text)), None)


@lru_cache(REMEMBERED)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, each with the sum of its words: a denial shortly before a word turns it, a doubt before a
    blame in the same clause silences it, and what follows `but` counts double."""
    language = language_of(text)
    if language is None:
        return ()
    lexicon, found = words_of(language), list[Clause]()
    start, weight = 0, 1.0
    for begin, end in _breaks(text, lexicon):
        clause, weight = _clause(text[start:begin], lexicon, REACH[language], weight)
        if begin > start:
            found.append(clause)
        start = end
    return tuple(found)


def score(text: str) -> float:
    """The sum over all clauses: above 0 praise, below 0 blame, 0 neither or not known."""
    return sum(c.score for c in clauses(text))


def _breaks(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    return [*(m.span() for m in lexicon.breaks.finditer(text)), (len(text), len(text))]


def _clause(text: str, lexicon: Lexicon, reach: int, weight: float) -> tuple[Clause, float]:
    """(the clause, the weight of what follows it)."""
    total, denied, doubted = 0.0, -reach - 1, False
    for match, after in pairwise([*lexicon.words.finditer(text.lower()), None]):
        assert match is not None
        word = match.group()
        value = lexicon.weights.get(word)
        if word in lexicon.denials:
            denied = match.end()
        elif word in lexicon.turns:
            weight = AFTER_TURN
        elif word in lexicon.doubts:
            doubted = True
        if value is None or (doubted and value < 0) or _only_degree(match, after, lexicon):
            continue
        if match.start() - denied <= reach:
            value *= DENIED_PRAISE if value > 0 else DENIED_BLAME
            denied = -reach - 1
        total += weight * value
    return Clause(text, total, doubted), weight


def _only_degree(match: re.Match[str], after: re.Match[str] | None, lexicon: Lexicon) -> bool:
    """True for 好 in 好慢: a word of praise or blame follows at once."""
    joined = after is not None and after.start() == match.end() and after.group() in lexicon.weights
    return joined and match.group() in lexicon.degrees
