"""Files in, tables out: the one way real data enters a data folder."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from sizhen.intake import privacy, records
from sizhen.intake.convert import Converted, convert
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.layouts import STRANGER, Layout, Match, common, recognise
from sizhen.intake.merge import Tables
from sizhen.intake.origin import ONE_A_DAY
from sizhen.intake.reports import FileReport
from sizhen.intake.rules import Context
from sizhen.intake.worker import Reader
from sizhen.tables import DataError
from sizhen.tables.profile import SHOP_ID
from sizhen.vocab import load

EXAMPLES = 3
AHEAD = 1  # files read while another is converted

Content = tuple[str, list[Grid]]  # of a file: its SHA-256 and its sheets


def import_files(
    files: Iterable[str | Path], *, shop_id: str, data_dir: str | Path, progress: Callable[[], object] | None = None
) -> list[FileReport]:
    """Reads export files into the shop's tables, one report per file, or per sheet of a workbook with several to read;
    a file that fails does not stop the others. `progress` is called after each file.

    Makes the shop (shop.toml) if it is new. The tables are written once, after the last file. Importing a file again
    changes nothing. The files stay as they are. Raises ValueError for a shop_id that is none.
    """
    if not SHOP_ID.fullmatch(shop_id):
        raise ValueError(f"{shop_id!r} is no shop id; use letters, digits, - and _ only, at most 64")
    session = _Session(Path(data_dir), Path(data_dir) / shop_id)
    pool = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())  # gives back at once what the others keep for later
    try:
        return session.close(_read([Path(file) for file in files], session, progress))
    finally:
        pa.set_memory_pool(pool)


def exports_in(path: Path) -> list[Path]:
    """The files of a folder by name, hidden and half-downloaded ones left out; of anything else the path itself."""
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))


def _read(paths: list[Path], session: _Session, progress: Callable[[], object] | None) -> list[FileReport]:
    reports: list[FileReport] = []
    with Reader() as reader:
        for path, content in _contents(paths, reader):
            reports += session.take(path, content)
            if progress:
                progress()
    return reports


def _contents(paths: list[Path], reader: Reader) -> Iterator[tuple[Path, Future[Content]]]:
    """Every file with what it holds, the next one read meanwhile."""
    waiting: deque[tuple[Path, Future[Content]]] = deque()
    with ThreadPoolExecutor(1) as pool:
        for path in paths:
            waiting.append((path, pool.submit(_content, path, reader)))
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        yield from waiting


def _content(path: Path, reader: Reader) -> Content:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return digest, reader.read(path)


class _Session:
    """One call of import_files: what its files gave, until it is written."""

    def __init__(self, data_dir: Path, folder: Path) -> None:
        self.data_dir = data_dir
        self.folder = folder
        self.tables = Tables(folder)
        self.taken: list[FileReport] = []

    def take(self, path: Path, content: Future[Content]) -> list[FileReport]:
        report = FileReport(path.name)
        try:
            digest, grids = content.result()
            report = replace(report, sha256=digest)
            found = recognised(grids, path.name)
        except (IntakeError, OSError) as error:
            return [_failed(report, error)]
        several = len(found) > 1
        return [self._sheet(replace(report, sheet=g.sheet if several else None), g, m) for g, m in found]

    def _sheet(self, report: FileReport, grid: Grid, match: Match) -> FileReport:
        report = replace(report, layout=match.layout.id, unread=match.unread)
        try:
            converted = convert(grid, Context(match, common(), privacy.secret(self.data_dir), report.file))
            report = _counted(report, converted, match.layout)
            if not converted.kept:
                raise nothing_kept(report.file, converted)
            lineage = [*records.read_lineage(self.folder), *map(records.entry, self.taken)]
            records.refuse_other_shop(self.folder, report.file, match.layout.platform, converted.shop, lineage)
            told, changed = self.tables.add(match.layout, converted.frames)
        except (IntakeError, DataError, OSError) as error:
            return _failed(report, error)
        report = replace(report, notes=report.notes | told, changed=changed)
        self.taken.append(report)
        return report

    def close(self, reports: list[FileReport]) -> list[FileReport]:
        """Writes what the files gave; where that fails nothing of them was imported."""
        if not self.taken:
            return reports
        try:
            lineage = records.read_lineage(self.folder)
            self.tables.write()
            records.make_profile(self.folder, self.taken[0])
            records.write_lineage(self.folder, lineage, self.taken)
        except (IntakeError, DataError, OSError) as error:
            return [r if r.error else _failed(r, error) for r in reports]
        return reports


def recognised(grids: list[Grid], file: str) -> list[tuple[Grid, Match]]:
    """The sheets a layout fits. Raises IntakeError where there is none: of the sheet that is nearest to one."""
    found: list[tuple[Grid, Match]] = []
    errors: list[IntakeError] = []
    for grid in grids:
        try:
            found.append((grid, recognise(grid, file)))
        except IntakeError as error:
            errors.append(error)
    if not found:
        raise next((e for e in errors if e.problem != STRANGER), errors[0])
    return found


def _failed(report: FileReport, error: IntakeError | DataError | OSError) -> FileReport:
    if isinstance(error, DataError):
        error = IntakeError(report.file, str(error), "nothing was imported")
    elif isinstance(error, OSError):
        problem = f"cannot be read or stored ({error.strerror})"
        error = IntakeError(report.file, problem, "check the file and the folder")
    return replace(report, kept=0, tables={}, first=None, last=None, changed={}, error=error)


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
        shop=converted.shop,
        absent=converted.absent,
        remarks=converted.remarks,
    )


def _days(frame: pd.DataFrame, table: str) -> tuple[Any, Any]:
    dated = load().tables[table].dated
    if dated not in frame or frame[dated].isna().all():
        return None, None
    return frame[dated].min().date(), frame[dated].max().date()


def nothing_kept(file: str, converted: Converted) -> IntakeError:
    if not converted.read:
        return IntakeError(file, "has headings but no rows", "choose a period with data")
    reason, count = Counter(r.reason for r in converted.rejected).most_common(1)[0]
    words = load().words[reason].en
    remedy = ONE_A_DAY if reason == "several_days" else "export it again"
    return IntakeError(file, f"has no usable row ({words}: {count} of {converted.read})", remedy)
