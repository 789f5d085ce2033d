"""The reports of an import for the terminal: what became of each file, and what was noticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.padding import Padding
from rich.text import Text

from sizhen.intake.reports import FileReport
from sizhen.vocab import load

SHOWN = 5  # headings that are not read
INDENT = (0, 0, 0, 3)


def told(reports: Iterable[FileReport]) -> Iterator[Text | Padding]:
    """A line per file; below it where it went with how many rows, or why not, and what was left out or noticed."""
    for r in reports:
        name = r.file if r.sheet is None else f"{r.file} ({r.sheet})"
        if r.error is not None:
            yield Text(f"✗ {name}", style="bold red")
            yield Padding(Text(f"not imported: {r.error.problem}; {r.error.remedy}"), INDENT)
            continue
        if r.passed_over:
            yield Text(f"– {name}", style="bold")
            yield Padding(Text(f"passed over: {r.passed_over}"), INDENT)
            continue
        days = "not dated" if r.first is None else f"{r.first}" if r.first == r.last else f"{r.first} – {r.last}"
        yield Text(f"✓ {name}", style="bold green")
        days += f"; exported {r.exported.replace('T', ' ')}" if r.exported else ""
        yield Padding(Text(f"{r.title} → {', '.join(r.tables)}; {r.kept:,} of {r.read:,} rows; {days}"), INDENT)
        out = f"left out: {_counts(r.rejected)}" if r.rejected else ""
        for line in filter(None, (out, *_noticed(r))):
            yield Padding(Text(line, style="dim"), INDENT)


def _noticed(report: FileReport) -> Iterator[str]:
    if report.notes:
        yield _counts(report.notes)
    if report.changed:
        yield "known values changed: " + ", ".join(f"{column} {n:,}" for column, n in report.changed.items())
    yield from report.remarks
    if report.unread:
        more = f" and {len(report.unread) - SHOWN} more" if len(report.unread) > SHOWN else ""
        yield f"not read: {', '.join(report.unread[:SHOWN])}{more}"


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{load().words[id].en}: {n:,}" for id, n in counted.items())
