"""What an answer can be about, and the questions to ask, read from topics.toml and questions.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sizhen.vocab.expression import expression
from sizhen.vocab.loader import LANGUAGES, VocabError, load, read
from sizhen.vocab.model import Text


@dataclass(frozen=True)
class Topic:
    """`words`: one expression for all languages; `causes`: beginnings of the causes that are about the topic."""

    id: str
    words: re.Pattern[str]
    aspects: tuple[str, ...]
    causes: tuple[str, ...]


@cache
def topics(folder: Path | None = None) -> dict[str, Topic]:
    """Raises VocabError where a topic names an aspect or a cause that is not there."""
    vocab, found = load(), {}
    for id, e in read("topics", folder).items():
        absent = [a for a in e["aspects"] if a not in vocab.aspects]
        absent += [c for c in e["causes"] if not any(k.startswith(c) for k in vocab.causes)]
        if absent or set(e["words"]) != set(LANGUAGES):
            raise VocabError(f"topics.toml {id}: {', '.join(absent) or 'words'} must be there")
        words = expression("|".join(f"(?:{e['words'][k]})" for k in LANGUAGES), f"topics.toml {id}")
        found[id] = Topic(id, words, tuple(e["aspects"]), tuple(e["causes"]))
    return found


@cache
def questions(folder: Path | None = None) -> dict[str, tuple[Text, ...]]:
    """Questions by who is asked, in the order of the table's roles. Raises VocabError for a role without any."""
    roles = next(c for c in load().tables["answers"].columns if c.name == "who").allowed
    raw = read("questions", folder)
    if set(raw) != set(roles):
        raise VocabError(f"questions.toml: wants questions for {', '.join(roles)}")
    return {who: tuple(Text(q["zh"], q["en"]) for q in raw[who]["questions"]) for who in roles}
