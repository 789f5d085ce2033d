"""The reports of an import as one table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from sizhen.intake.layouts import layouts
from sizhen.intake.reports import FileReport
from sizhen.vocab import load


def table(reports: Iterable[FileReport]) -> Table:
    """One row per file: what it is, where it went, how many rows stayed out and why."""
    out = Table("file", "read as", "rows", "kept", "left out", "noticed", "days", title="import")
    for r in reports:
        name = escape(r.file)
        if r.error is not None:
            out.add_row(
                name,
                "[red]not imported[/red]",
                str(r.read or ""),
                "",
                _counts(r.rejected),
                escape(r.error.problem),
                escape(r.error.remedy),
            )
            continue
        kind = f"{layouts()[r.layout or ''].title.en} → {', '.join(r.tables)}"
        days = f"{r.first} – {r.last}" if r.first else "not dated"
        out.add_row(name, kind, f"{r.read:,}", f"{r.kept:,}", _counts(r.rejected), _counts(r.notes), days)
    return out


def _counts(counted: dict[str, int]) -> str:
    return "\n".join(f"{load().words[id].en}: {n:,}" for id, n in counted.items())
