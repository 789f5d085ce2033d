"""The words of praise and blame, read from polarity.toml."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sizhen.vocab.loader import VocabError, read, shaped
from sizhen.vocab.model import Text

KINDS = ("praise", "blame", "strong", "weak", "denial", "turn", "neutral", "degree", "doubt")
STRONG, WEAK = 2.0, 0.5
BREAK = {"zh": r"[，。！？；、,.!?;~～…\s]+", "en": r"[,.!?;~…\n]+"}


@dataclass(frozen=True)
class Lexicon:
    """`weights`: word → how much it praises (blames, below 0). `words` matches the longest word of any kind in small
    letters, `breaks` what stands between clauses."""

    weights: dict[str, float]
    denials: frozenset[str]
    turns: frozenset[str]
    neutral: frozenset[str]
    degrees: frozenset[str]
    doubts: frozenset[str]
    words: re.Pattern[str]
    breaks: re.Pattern[str]


def _words(raw: dict[str, Text], kind: str, language: str) -> set[str]:
    return {w.strip().lower() for w in raw[kind][language].split("|") if w.strip()}


def expression(words: Iterable[str], whole: bool) -> str:
    """The words as one regular expression, longest first, grouped by their first character: ten times as fast as one
    long list. `whole` ones have no letter beside them."""
    rest: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words, key=lambda w: (-len(w), w)):
        rest[word[0]].append(re.escape(word[1:]))
    listed = "|".join(f"{re.escape(first)}(?:{'|'.join(tails)})" for first, tails in sorted(rest.items()))
    return rf"\b(?:{listed})\b" if whole else f"(?:{listed})"


def _lexicon(raw: dict[str, Text], language: str) -> Lexicon:
    words = {kind: _words(raw, kind, language) for kind in KINDS}
    both = words["praise"] & words["blame"]
    if both:
        raise VocabError(f"polarity.{language}: both praise and blame: {', '.join(sorted(both))}")
    unknown = (words["strong"] | words["weak"]) - words["praise"] - words["blame"]
    if unknown:
        raise VocabError(
            f"polarity.{language}: strong or weak, but neither praise nor blame: {', '.join(sorted(unknown))}"
        )
    silent = words["denial"] | words["turn"] | words["neutral"] | words["doubt"]
    weights = {}
    for word in (words["praise"] | words["blame"]) - silent:
        size = STRONG if word in words["strong"] else WEAK if word in words["weak"] else 1.0
        weights[word] = size if word in words["praise"] else -size
    every = re.compile(expression(set(weights) | silent, whole=language == "en"))
    denials, turns, neutral, degrees, doubts = (frozenset(words[k]) for k in KINDS[4:])
    return Lexicon(weights, denials, turns, neutral, degrees, doubts, every, re.compile(BREAK[language]))


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language. Raises VocabError where a kind of words is missing in one of the languages."""
    raw = shaped(Text, read("polarity"), "polarity.toml")
    if set(raw) != set(KINDS):
        raise VocabError(f"polarity.toml: wants {', '.join(KINDS)}")
    return _lexicon(raw, language)
