"""What the shop world is called: names, definitions, limits and days, as data (TOML), loaded once and cross-checked."""

from sizhen.vocab.loader import LANGUAGES, VocabError, load, word
from sizhen.vocab.model import (
    STEPS,
    TOTALS,
    Cause,
    Channel,
    Column,
    Limit,
    Metric,
    Pool,
    Rule,
    Step,
    TableSpec,
    Text,
    Vocab,
)

__all__ = [
    "LANGUAGES",
    "STEPS",
    "TOTALS",
    "Cause",
    "Channel",
    "Column",
    "Limit",
    "Metric",
    "Pool",
    "Rule",
    "Step",
    "TableSpec",
    "Text",
    "Vocab",
    "VocabError",
    "load",
    "word",
]
