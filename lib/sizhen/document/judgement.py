"""The answer to one rule."""

from __future__ import annotations

from dataclasses import dataclass

from sizhen.document.findings import Finding
from sizhen.vocab import Rule, Text


@dataclass(frozen=True)
class Judgement:
    """A rule's answer for one shop and period. `says` is the sentence; `findings` those that answer the rule.
    `changed`: the number was read off rows that are not the case's own."""

    rule: Rule
    state: str
    says: Text
    observed: float | None
    n: float
    findings: tuple[Finding, ...]
    needs: tuple[str, ...] = ()
    changed: bool = False
