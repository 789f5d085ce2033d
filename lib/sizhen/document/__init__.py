"""What a diagnosis says: findings.json, typed, and the answers to the rules."""

from sizhen.document.findings import Advice, Decision, Expect, Finding, Stake
from sizhen.document.judgement import Judgement
from sizhen.document.model import (
    SCHEMA,
    UNREAD,
    AdviceOutcome,
    Baseline,
    CostLine,
    Coverage,
    Data,
    Days,
    Document,
    Immature,
    Maturity,
    NotConcluded,
    Sales,
    SplitPart,
    Unreadable,
    json_schema,
)

__all__ = [
    "SCHEMA",
    "UNREAD",
    "Advice",
    "AdviceOutcome",
    "Baseline",
    "CostLine",
    "Coverage",
    "Data",
    "Days",
    "Decision",
    "Document",
    "Expect",
    "Finding",
    "Immature",
    "Judgement",
    "Maturity",
    "NotConcluded",
    "Sales",
    "SplitPart",
    "Stake",
    "Unreadable",
    "json_schema",
]
