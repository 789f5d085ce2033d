"""What of a table never changes, and how far its rows have come, read from merging.toml."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sizhen.vocab.loader import VocabError, load, read


@dataclass(frozen=True)
class Lives:
    """What tells of a table's rows. `facts`: columns that never change; `order`: states of a choice, first to last;
    `grows`: amounts that never shrink; `reached`: times unknown until something has happened, the last first."""

    facts: tuple[str, ...] = ()
    order: dict[str, tuple[str, ...]] = field(default_factory=dict)
    grows: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Merging:
    """`other_share`: of known ids with other facts, from which on a file is of another shop, if there are `other_rows`;
    `labels`: what stands before the time of an export; `tables`: by name."""

    other_share: float
    other_rows: int
    labels: tuple[str, ...]
    tables: dict[str, Lives]

    def of(self, table: str) -> Lives:
        """Of a table that says nothing, nothing."""
        return self.tables.get(table, Lives())


@cache
def merging() -> Merging:
    """Raises VocabError for a table that the contract does not have."""
    entry = read("merging")
    if unknown := entry["tables"].keys() - load().tables.keys():
        raise VocabError(f"merging.toml: no table {', '.join(sorted(unknown))}")
    identity = entry["identity"]
    tables = {name: _lives(told) for name, told in entry["tables"].items()}
    return Merging(identity["other_share"], identity["other_rows"], tuple(entry["age"]["labels"]), tables)


def _lives(entry: dict[str, Any]) -> Lives:
    order = {column: tuple(states) for column, states in entry.get("order", {}).items()}
    return Lives(**{k: tuple(v) for k, v in entry.items() if k != "order"}, order=order)
