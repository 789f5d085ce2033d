"""Which aspect of a review a refund's reason speaks of, read from reasons.toml."""

from __future__ import annotations

import re
from functools import cache

from sizhen.vocab.expression import expression
from sizhen.vocab.loader import LANGUAGES, VocabError, load, read, shaped
from sizhen.vocab.model import Text


@cache
def reason_patterns() -> dict[str, re.Pattern[str]]:
    """Aspect → expression of the reasons of all languages, in the file's order. Raises VocabError."""
    found = {}
    for id, entry in shaped(Text, read("reasons"), "reasons.toml").items():
        if id not in load().aspects:
            raise VocabError(f"reasons.toml {id}: must be an aspect")
        found[id] = expression("|".join(f"(?:{entry[k]})" for k in LANGUAGES), f"reasons.toml {id}")
    return found


@cache
def aspect_of_reason(reason: str) -> str:
    """The aspect a reason is about; empty where none knows it."""
    return next((id for id, pattern in reason_patterns().items() if pattern.search(reason)), "")
