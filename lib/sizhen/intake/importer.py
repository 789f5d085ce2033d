"""Files in, tables out: the one way real data enters a data folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from sizhen.intake import grid, privacy
from sizhen.intake.convert import Converted, convert
from sizhen.intake.errors import IntakeError
from sizhen.intake.layouts import Layout, common, recognise
from sizhen.intake.merge import merge
from sizhen.intake.records import append_lineage, make_profile, read_lineage
from sizhen.intake.reports import FileReport
from sizhen.intake.rules import Context
from sizhen.tables import DataError
from sizhen.tables.profile import SHOP_ID
from sizhen.vocab import load

EXAMPLES = 3


def import_files(files: Iterable[str | Path], *, shop_id: str, data_dir: str | Path) -> list[FileReport]:
    """Reads export files into the shop's tables, one report per file; a file that fails does not stop the others.

    Makes the shop (shop.toml) if it is new. Importing a file again changes nothing. The files stay as they are.
    Raises ValueError for a shop_id that is none.
    """
    if not SHOP_ID.fullmatch(shop_id):
        raise ValueError(f"{shop_id!r} is no shop id; use letters, digits, - and _ only, at most 64")
    data_dir = Path(data_dir)
    return [_import(Path(file), data_dir, shop_id) for file in files]


def _import(path: Path, data_dir: Path, shop_id: str) -> FileReport:
    report = FileReport(path.name)
    try:
        data = path.read_bytes()
        report = replace(report, sha256=hashlib.sha256(data).hexdigest())
        rows = grid.read(data, path.name)
        match = recognise(rows, path.name)
        report = replace(report, layout=match.layout.id)
        converted = convert(rows, Context(match, common(), privacy.secret(data_dir)))
        report = _counted(report, converted, match.layout)
        if not converted.kept:
            raise _nothing_kept(path.name, converted)
        folder = data_dir / shop_id
        read_lineage(folder)
        told = merge(folder, match.layout, converted.frames)
        make_profile(folder, match.layout)
        report = replace(report, notes=report.notes | told)
        append_lineage(folder, report)
        return report
    except IntakeError as error:
        return _failed(report, error)
    except DataError as error:
        return _failed(report, IntakeError(path.name, str(error), "nothing was imported"))
    except OSError as error:
        problem = f"cannot be read or stored ({error.strerror})"
        return _failed(report, IntakeError(path.name, problem, "check the file and the folder"))


def _failed(report: FileReport, error: IntakeError) -> FileReport:
    return replace(report, kept=0, tables={}, first=None, last=None, error=error)


def _counted(report: FileReport, converted: Converted, layout: Layout) -> FileReport:
    by_reason = groupby(sorted(converted.rejected, key=lambda r: r.reason), key=lambda r: r.reason)
    examples = [r for _, group in by_reason for r in list(group)[:EXAMPLES]]
    first, last = _days(converted.frames[layout.main], layout.main)
    return replace(
        report,
        tables={name: len(frame) for name, frame in converted.frames.items()},
        read=converted.read,
        kept=converted.kept,
        rejected=dict(sorted(Counter(r.reason for r in converted.rejected).items())),
        examples=tuple(sorted(examples, key=lambda r: r.row)),
        notes=converted.notes,
        first=first,
        last=last,
    )


def _days(frame: pd.DataFrame, table: str) -> tuple[Any, Any]:
    dated = load().tables[table].dated
    if dated not in frame or frame[dated].isna().all():
        return None, None
    return frame[dated].min().date(), frame[dated].max().date()


def _nothing_kept(file: str, converted: Converted) -> IntakeError:
    if not converted.read:
        return IntakeError(file, "has headings but no rows", "choose a period with data")
    reason, count = Counter(r.reason for r in converted.rejected).most_common(1)[0]
    words = load().words[reason].en
    return IntakeError(file, f"has no usable row ({words}: {count} of {converted.read})", "export it again")
