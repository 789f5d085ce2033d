"""What a file holds: its sheets that are tables, each recognised and converted, with its report. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pandas as pd

from sizhen.intake import canonical, privacy
from sizhen.intake.convert import Converted, convert
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.layouts import STRANGER, Layout, Match, common, layouts, recognise
from sizhen.intake.origin import ONE_A_DAY, named_export
from sizhen.intake.reports import FileReport, Rejection
from sizhen.intake.rules import Context
from sizhen.vocab import load
from sizhen.vocab.plain import plain

EXAMPLES = 3
SHOWN = 40  # characters of a figure or a day that is refused
REMEDIES = {
    "several_days": ONE_A_DAY,
    "not_a_date": "export it with days as 2026-10-31 and times as 14:05",
    "out_of_range": "correct what is below 0 or beyond its scale, such as amounts from which returns were taken off",
    "not_a_number": "export it with numbers as 1234.5",
}


@dataclass(frozen=True)
class Sheet:
    """A sheet that was recognised: its report and its frames by table, the main one first; none with an error."""

    report: FileReport
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)


def converted(grid: Grid, match: Match, report: FileReport, key: bytes, timezone: str | None = None) -> Sheet:
    """The sheet read as its layout says, by the clock of the shop's timezone, or the error that keeps it out."""
    layout = match.layout
    report = replace(
        report,
        sheet=report.sheet and privacy.reaching(report.sheet),
        layout=layout.id,
        title=layout.title.en,
        platform=layout.platform,
        unread=tuple(map(privacy.reaching, match.unread)),
    )
    try:
        read = convert(grid, Context(match, common(), key, report.file, timezone=timezone))
        report = _counted(report, read)
        if not read.kept:
            raise nothing_kept(report.file, read)
        if layout.strict and "repeated_key" in report.rejected:
            raise repeated(report.file, load().tables[layout.main].keys, read.rejected)
    except IntakeError as error:
        return Sheet(report.failed(error))
    return Sheet(report, read.frames)


def recognised(grids: list[Grid], file: str, layout: Layout | None = None) -> list[tuple[Grid, Match]]:
    """The sheets a layout fits, this one or else any that is known; or that are tables of the contract. Beside others a
    sheet that a single word makes out, such as a glossary, is none. Raises IntakeError where there is none: of the
    sheet that is nearest to one."""
    found: list[tuple[Grid, Match]] = []
    errors: list[IntakeError] = []
    for grid in grids:
        try:
            found.append((grid, _match(grid, file, layout)))
        except IntakeError as error:
            errors.append(error)
    if not found:
        raise next((e for e in errors if e.problem != STRANGER), errors[0])
    return [(g, m) for g, m in found if not (m.layout.alone and m.layout.id in layouts())] or found


def _match(grid: Grid, file: str, layout: Layout | None) -> Match:
    if layout is not None:
        return recognise(grid, file, [layout])
    try:
        return recognise(grid, file)
    except IntakeError:
        if match := canonical.find(grid, file):
            return match
        raise


def _counted(report: FileReport, read: Converted) -> FileReport:
    by_reason = groupby(sorted(read.rejected, key=lambda r: r.reason), key=lambda r: r.reason)
    examples = [r for _, group in by_reason for r in list(group)[:EXAMPLES]]
    main, frame = next(iter(read.frames.items()))
    first, last = _days(frame, main)
    return replace(
        report,
        tables={name: len(frame) for name, frame in read.frames.items()},
        read=read.read,
        kept=read.kept,
        rejected=dict(sorted(Counter(r.reason for r in read.rejected).items())),
        examples=tuple(sorted(examples, key=lambda r: r.row)),
        notes=read.notes,
        first=first,
        last=last,
        shop=read.shop,
        absent=read.absent,
        remarks=read.remarks,
        currency=read.currency,
        timezone=read.timezone,
        exported=read.exported or named_export(report.file, last),
        places=read.places,
    )


def _days(frame: pd.DataFrame, table: str) -> tuple[Any, Any]:
    dated = load().table(table).dated
    if dated not in frame or frame[dated].isna().all():
        return None, None
    return frame[dated].min().date(), frame["last_day" if "last_day" in frame else dated].max().date()


def repeated(file: str, keys: list[str], rejected: tuple[Rejection, ...]) -> IntakeError:
    row = next(r.row for r in rejected if r.reason == "repeated_key")
    problem = f"has several rows of one {' and '.join(keys)}; what tells them apart would be lost (such as row {row})"
    return IntakeError(file, problem, "export it without that, or say with --map what the file is")


def nothing_kept(file: str, read: Converted) -> IntakeError:
    if not read.read and (others := read.notes.get("other_row")):
        return IntakeError(file, f"has only rows of a part ({others}), such as one device", "export it for the whole")
    if not read.read:
        return IntakeError(file, "has headings but no rows", "choose a period with data")
    reason, count = Counter(r.reason for r in read.rejected).most_common(1)[0]
    columns = {r.column for r in read.rejected if r.reason == reason}
    words = ": ".join([*(c for c in columns if c and len(columns) == 1), load().words[reason].en])
    first = min(r.row for r in read.rejected if r.reason == reason)
    cell = privacy.reaching(plain(read.shown.get(first, "")[: SHOWN + 1]))
    such = f"{cell} in row {first}" if any(c.isdigit() for c in cell) and len(cell) <= SHOWN else f"row {first}"
    problem = f"has no usable row ({words}: {count} of {read.read}, such as {such})"
    return IntakeError(file, problem, REMEDIES.get(reason, "export it again"))
