"""What the shop world is called: names, definitions, limits and days, as data (TOML), loaded once and cross-checked."""

from sizhen.vocab.loader import LANGUAGES, VocabError, load, word
from sizhen.vocab.model import TOTALS, Cause, Channel, Column, Limit, Metric, Rule, TableSpec, Text, Vocab

__all__ = [
    "LANGUAGES",
    "TOTALS",
    "Cause",
    "Channel",
    "Column",
    "Limit",
    "Metric",
    "Rule",
    "TableSpec",
    "Text",
    "Vocab",
    "VocabError",
    "load",
    "word",
]
