"""The words of a text that can tell what it is about: no numbers, no names, no words that stand in any text."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from sizhen.texts.aspects import LEFTOVER, compiled
from sizhen.texts.clean import mask
from sizhen.texts.polarity import LETTERS
from sizhen.vocab import LANGUAGES, load
from sizhen.vocab.persons import COVER
from sizhen.vocab.polarity import lexicon

CLAUSE = re.compile(r"[^\w\s'’]+")
LATIN = re.compile(r"[a-z][a-z'’]+")
NAMED = re.compile(r"(?<=[a-z,;'’] )[A-Z][a-z]+")  # inside an English sentence a capital begins a name
PERSON = "nr"  # the tag of a personal name
LONGEST = 20


def terms(text: str, *names: str) -> frozenset[str]:
    """The words and the pairs of neighbouring words of a text, each once, after persons are masked. A Chinese word of
    one character counts in a pair, and alone where it praises or blames."""
    found: set[str] = set()
    for run in _runs(mask(text, *names)):
        found |= {word for word in run if len(word) > 1 or word in lexicon("zh").weights}
        found |= {_joined(first, second) for first, second in pairwise(run) if first != second}
    return frozenset(found)


@cache
def aspect_of(term: str) -> str:
    """The first aspect whose expressions know the term; empty where none does."""
    lexicons = [dict(compiled(field, k)) for field in ("patterns", "mentions", "topics") for k in LANGUAGES]
    known = (id for id in load().aspects if id != LEFTOVER and any(x[id].search(term) for x in lexicons))
    return next(known, "")


def judges(term: str) -> bool:
    """True for a term that holds a word of praise or blame: it says how good, not what about."""
    words = [lexicon(language) for language in LANGUAGES]
    return any(m.group() in x.weights for x in words for m in x.words.finditer(term.lower()))


def _runs(text: str) -> list[list[str]]:
    """Neighbouring words with nothing left out between them."""
    runs: list[list[str]] = []
    for clause in CLAUSE.split(_persons().sub(COVER, NAMED.sub(COVER, text))):
        runs.append([])
        for word in _words(clause):
            if word:
                runs[-1].append(word)
            else:
                runs.append([])
    return [run for run in runs if run]


def _words(clause: str) -> list[str]:
    """Its words, each that is left out as an empty one."""
    if not LETTERS["zh"].search(clause):
        return [_kept(word) for word in clause.lower().split()]
    import rjieba  # its dictionary takes a third of a second, and only texts in Chinese need it

    tagged = rjieba.tag(clause.lower())
    return ["" if kind == PERSON and word.startswith(_surnames()) else _kept(word) for word, kind in tagged]


def _kept(word: str) -> str:
    fits = LATIN.fullmatch(word) or all(LETTERS["zh"].match(c) for c in word)
    return word if word and fits and len(word) <= LONGEST and word not in _common() else ""


def _joined(first: str, second: str) -> str:
    return f"{first} {second}" if first.isascii() and second.isascii() else first + second


@cache
def _common() -> frozenset[str]:
    words = load().words["pattern.common_words"]
    return frozenset(word for k in LANGUAGES for word in words[k].split("|"))


@cache
def _surnames() -> tuple[str, ...]:
    return tuple(load().words["pattern.surnames"].zh)


@cache
def _persons() -> re.Pattern[str]:
    words = load().words["pattern.person"]
    return re.compile("|".join(f"(?:{words[k]})" for k in LANGUAGES))
