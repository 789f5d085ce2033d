"""The reports of an import as one table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from sizhen.intake.reports import FileReport
from sizhen.vocab import load

SHOWN = 5  # headings that are not read


def table(reports: Iterable[FileReport]) -> Table:
    """One row per file: what it is, where it went, how many rows stayed out and why."""
    out = Table("file", "read as", "rows", "kept", "left out", "noticed", "days", title="import")
    for r in reports:
        name = escape(r.file if r.sheet is None else f"{r.file} ({r.sheet})")
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
        kind = f"{escape(r.title)} → {', '.join(r.tables)}"
        days = f"{r.first} – {r.last}" if r.first else "not dated"
        out.add_row(name, kind, f"{r.read:,}", f"{r.kept:,}", _counts(r.rejected), escape(_noticed(r)), days)
    return out


def _noticed(report: FileReport) -> str:
    lines = [_counts(report.notes)] if report.notes else []
    lines += [f"{column}: {n:,} known values changed" for column, n in report.changed.items()]
    lines += report.remarks
    if report.unread:
        more = f" and {len(report.unread) - SHOWN} more" if len(report.unread) > SHOWN else ""
        lines.append(f"not read: {', '.join(report.unread[:SHOWN])}{more}")
    return "\n".join(lines)


def _counts(counted: dict[str, int]) -> str:
    return "\n".join(f"{load().words[id].en}: {n:,}" for id, n in counted.items())
