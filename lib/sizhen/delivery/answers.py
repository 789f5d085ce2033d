"""What a mail server's answer means: sent, later, never, or stop altogether."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from sizhen.vocab.loader import read

SENT, LATER, NEVER, STOP = "sent", "later", "never", "stop"
FIRST_WAIT, LONGEST_WAIT = 300.0, 6 * 3600.0  # seconds


@dataclass(frozen=True)
class Refusal:
    domain: re.Pattern[str]
    codes: frozenset[int]
    text: re.Pattern[str]
    means: str


@cache
def _refusals() -> tuple[Refusal, ...]:
    rows = read("answers")["answer"]
    return tuple(
        Refusal(re.compile(r["domain"]), frozenset(r["codes"]), re.compile(r["text"], re.IGNORECASE), r["means"])
        for r in rows
    )


def meaning(code: int, text: str, *names: str) -> str:
    """By the tables of vocab/answers.toml; else 2xx sent, 4xx later, the rest never. `names`: of the server that
    answers and of the recipient's domain, whose answer it may hand on."""
    if 200 <= code < 300:
        return SENT
    for row in _refusals():
        if code in row.codes and row.text.search(text) and any(row.domain.search(name.lower()) for name in names):
            return row.means
    return LATER if 400 <= code < 500 else NEVER


def wait(attempts: int) -> float:
    """Seconds until the next attempt: five minutes, doubled each time, six hours at most."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** max(attempts - 1, 0))
