"""What a document could not tell for want of data, and which import would answer how much of it."""

from __future__ import annotations

from collections import Counter

from sizhen.document import Document
from sizhen.view import labels
from sizhen.view.labels import name, say
from sizhen.vocab import load


def imports(document: Document) -> tuple[str, ...]:
    """A line for each table, or tables together, that would answer questions; what answers most comes first."""
    lines = []
    for tables, count in _lacking(document).most_common():
        there = set(tables).isdisjoint(document.data.missing)
        id = "page.import.columns" if there else "page.import"
        lines.append(say(id if count > 1 else f"{id}_one", tables=labels.listing(list(map(name, tables))), count=count))
    return tuple(lines)


def other(document: Document) -> int:
    """How many questions stay open though no table is missing: too little was counted, or nothing is known before."""
    return len(document.not_concluded) - _lacking(document).total()


def _lacking(document: Document) -> Counter[tuple[str, ...]]:
    """How many questions lack these tables, or columns of them, and nothing else."""
    tables, lacking = load().tables, Counter[tuple[str, ...]]()
    for question in document.not_concluded:
        needed = sorted({need.partition(".")[0] for need in question.needs})
        if needed and all(table in tables for table in needed):
            lacking[tuple(needed)] += 1
    return lacking
