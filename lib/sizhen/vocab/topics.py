"""What an answer can be about, and the questions to ask, read from topics.toml and questions.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from sizhen.vocab.expression import expression
from sizhen.vocab.loader import LANGUAGES, VocabError, load, read, shaped
from sizhen.vocab.model import Text


@dataclass(frozen=True)
class Topic:
    """`words`: one expression for all languages; `causes`: beginnings of the causes that are about the topic."""

    id: str
    words: re.Pattern[str]
    aspects: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    words: Text
    aspects: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True)
class _Asked:
    questions: tuple[Text, ...]


@cache
def topics() -> dict[str, Topic]:
    """Raises VocabError where a topic names an aspect or a cause that is not there."""
    vocab, found = load(), {}
    for id, entry in shaped(_Entry, read("topics"), "topics.toml").items():
        absent = [a for a in entry.aspects if a not in vocab.aspects]
        absent += [c for c in entry.causes if not any(k.startswith(c) for k in vocab.causes)]
        if absent:
            raise VocabError(f"topics.toml {id}: {', '.join(absent)} must be there")
        words = expression("|".join(f"(?:{entry.words[k]})" for k in LANGUAGES), f"topics.toml {id}")
        found[id] = Topic(id, words, entry.aspects, entry.causes)
    return found


@cache
def questions() -> dict[str, tuple[Text, ...]]:
    """Questions by who is asked, in the order of the table's roles. Raises VocabError for a role without any."""
    roles = next(c for c in load().tables["answers"].columns if c.name == "who").allowed
    asked = shaped(_Asked, read("questions"), "questions.toml")
    if set(asked) != set(roles):
        raise VocabError(f"questions.toml: wants questions for {', '.join(roles)}")
    return {who: asked[who].questions for who in roles}
