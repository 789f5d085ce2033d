"""The codebook of the sample shops: what is in every table, and what was planted where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sizhen.vocab import Column, load

from .plan import Made
from .words import words


def codebook(shops: Iterable[Made]) -> str:
    """Markdown: the shops with their planted troubles, then every table of the contract with its columns."""
    shops, say = list(shops), words()["codebook"]
    parts = [say["title"], say["intro"], say["shops"], *(_shop(made, say) for made in shops), say["tables"]]
    return "\n\n".join([*parts, *(_table(name, shops, say) for name in load().tables)]) + "\n"


def _shop(made: Made, say: dict[str, Any]) -> str:
    about = words()["samples"][made.profile["shop_id"]]["about"]
    size = say["size"].format(
        orders=len(made.tables["orders"]), tables=len(made.tables), currency=made.profile["currency"]
    )
    lines = [f"### {made.profile['shop_id']} · {made.profile['name']}", about, size]
    if not made.truth:
        return "\n\n".join([*lines, say["healthy"]])
    rows = [
        f"| {entry['start']} | {entry['end']} | {entry['cause']} | {_subject(entry['subject'], say)} "
        f"| {entry['true_loss']:,.0f} ({entry['kind']}) | {entry['share']:.1%} |"
        for entry in made.truth
    ]
    return "\n\n".join([*lines, say["planted"], "\n".join([say["planted_head"], *rows])])


def _subject(subject: dict[str, str], say: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in subject.items()) or say["whole_shop"]


def _table(name: str, shops: list[Made], say: dict[str, Any]) -> str:
    spec = load().tables[name]
    counts = [f"{made.profile['shop_id']} {len(made.tables[name]):,}" for made in shops if name in made.tables]
    title = say["table"].format(zh=spec.title.zh, en=spec.title.en, rows=", ".join(counts))
    rows = [
        f"| {'**' + column.name + '**' if column.key else column.name} | {_kind(column)} "
        f"| {column.describe.zh} | {column.describe.en} |"
        for column in spec.columns
    ]
    return "\n".join([f"### {name}", "", title, "", say["columns_head"], *rows])


def _kind(column: Column) -> str:
    return column.kind + (f": {', '.join(column.allowed)}" if column.allowed else "")
