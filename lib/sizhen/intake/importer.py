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

from sizhen.intake import canonical, mapping, privacy, records
from sizhen.intake.convert import Converted, convert
from sizhen.intake.errors import IntakeError, PassedOver
from sizhen.intake.grid import Grid
from sizhen.intake.key import mark, shop_key
from sizhen.intake.layouts import STRANGER, Layout, Match, common, layouts, recognise
from sizhen.intake.merge import Tables, joined
from sizhen.intake.origin import ONE_A_DAY
from sizhen.intake.reports import FileReport, Rejection
from sizhen.intake.rules import Context
from sizhen.intake.worker import Reader
from sizhen.tables import DataError
from sizhen.tables.clock import TIMEZONE
from sizhen.tables.lineage import read_lineage
from sizhen.tables.profile import SHOP_ID
from sizhen.tables.switch import Change, alone
from sizhen.vocab import load
from sizhen.vocab.plain import plain

EXAMPLES = 3
AHEAD = 1  # files read while another is converted

Content = tuple[str, list[Grid]]  # of a file: its SHA-256 and its sheets
Sheet = tuple[str | None, str, pd.DataFrame]  # of a sheet that was taken: its name, main table and rows


def import_files(
    files: Iterable[str | Path],
    *,
    shop_id: str,
    data_dir: str | Path,
    progress: Callable[[], object] | None = None,
    map: Path | None = None,
) -> list[FileReport]:
    """Reads export files into the shop's tables, one report per file, or per sheet of a workbook with several to read;
    a file that fails does not stop the others. `progress` is called after each file. `map`: a mapping file
    that all of them are read by.

    Makes the shop (shop.toml) if it is new. Waits for another import of the shop to end. The tables are written after
    the last file, all or none. Importing a file again changes nothing. The files stay as they are.

    Raises ValueError for a shop_id that is none, IntakeError for a mapping that is none and a key that is a link,
    DataError for links in the shop's folder, ShopBusy where another import of the shop does not end, OSError.
    """
    if not SHOP_ID.fullmatch(shop_id):
        raise ValueError(f"{shop_id!r} is no shop id; use letters, digits, - and _ only, at most 64")
    layout = None if map is None else mapping.read(map)
    if (Path(data_dir) / privacy.KEY_FILE).is_symlink():
        raise IntakeError(privacy.KEY_FILE, "is a symbolic link", "put the key itself into the data folder")
    with alone(Path(data_dir) / shop_id) as change:
        session = _Session(Path(data_dir), change, layout)
        pool = pa.default_memory_pool()
        pa.set_memory_pool(pa.system_memory_pool())  # gives back at once what the others keep for later
        try:
            return session.close(_read([Path(file) for file in files], session, progress))
        finally:
            pa.set_memory_pool(pool)


def write_map(file: str | Path, path: str | Path) -> None:
    """Writes a mapping for the first sheet of a file, drafted by its headings. Raises IntakeError; FileExistsError
    rather than writing over a mapping, OSError."""
    with Reader() as reader:
        grids = reader.read(Path(file))
    text = mapping.draft(grids[0], Path(file).name)
    with Path(path).open("x", encoding="utf-8") as stream:
        stream.write(text)


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

    def __init__(self, data_dir: Path, change: Change, layout: Layout | None) -> None:
        self.data_dir = data_dir
        self.change = change
        self.folder = change.folder
        self.layout = layout
        self.tables = Tables(self.folder)
        self.taken: list[FileReport] = []
        self.key = b""

    def take(self, path: Path, content: Future[Content]) -> list[FileReport]:
        report = FileReport(plain(path.name))
        try:
            digest, grids = content.result()
            report = replace(report, sha256=digest)
            found = recognised(grids, path.name, self.layout)
        except PassedOver as found_out:
            return [replace(report, passed_over=found_out.problem)]
        except (IntakeError, OSError) as error:
            return [_failed(report, error)]
        several = len(found) > 1
        before: list[Sheet] = []
        return [self._sheet(replace(report, sheet=g.sheet if several else None), g, m, before) for g, m in found]

    def _sheet(self, report: FileReport, grid: Grid, match: Match, before: list[Sheet]) -> FileReport:
        layout = match.layout
        report = replace(report, layout=layout.id, title=layout.title.en, platform=layout.platform, unread=match.unread)
        try:
            timezone = records.timezone(self.folder, self.taken)
            self.key = shop_key(self.data_dir, self.folder)
            converted = convert(grid, Context(match, common(), self.key, report.file, timezone=timezone))
            report = _counted(report, converted)
            if not converted.kept:
                raise nothing_kept(report.file, converted)
            if layout.strict and "repeated_key" in report.rejected:
                raise repeated(report.file, load().tables[layout.main].keys, converted.rejected)
            lineage = [*read_lineage(self.folder), *map(records.entry, self.taken)]
            records.refuse_other_shop(self.folder, report.file, layout.platform, converted.shop, lineage)
            records.refuse_other_currency(self.folder, report.file, converted.currency, self.taken)
            records.refuse_other_level(report, lineage)
            main, frame = next(iter(converted.frames.items()))
            refuse_other_figures(report, main, frame, layout, before)
            told, changed = self.tables.add(layout, converted.frames, converted.timezone or TIMEZONE)
            before.append((report.sheet, main, frame))
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
            lineage = read_lineage(self.folder)
            self.tables.put(self.change)
            records.make_profile(self.change, self.taken)
            records.put_lineage(self.change, lineage, self.taken, mark(self.key))
            self.change.commit()
        except (IntakeError, DataError, OSError) as error:
            return [r if r.error else _failed(r, error) for r in reports]
        return reports


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


def _failed(report: FileReport, error: IntakeError | DataError | OSError) -> FileReport:
    if isinstance(error, DataError):
        error = IntakeError(report.file, str(error), "nothing was imported")
    elif isinstance(error, OSError):
        problem = f"cannot be read or stored ({error.strerror})"
        error = IntakeError(report.file, problem, "check the file and the folder")
    return replace(report, kept=0, tables={}, first=None, last=None, changed={}, error=error)


def _counted(report: FileReport, converted: Converted) -> FileReport:
    by_reason = groupby(sorted(converted.rejected, key=lambda r: r.reason), key=lambda r: r.reason)
    examples = [r for _, group in by_reason for r in list(group)[:EXAMPLES]]
    main, frame = next(iter(converted.frames.items()))
    first, last = _days(frame, main)
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
        currency=converted.currency,
        timezone=converted.timezone,
    )


def _days(frame: pd.DataFrame, table: str) -> tuple[Any, Any]:
    dated = load().table(table).dated
    if dated not in frame or frame[dated].isna().all():
        return None, None
    return frame[dated].min().date(), frame["last_day" if "last_day" in frame else dated].max().date()


def refuse_other_figures(
    report: FileReport, table: str, frame: pd.DataFrame, layout: Layout, before: list[Sheet]
) -> None:
    """Raises IntakeError where an earlier sheet of the file tells the same rows otherwise: nobody says which holds."""
    for sheet, of, known in before:
        if of == table and joined(known, frame, load().table(table), layout.tables[layout.main])[1]:
            problem = f"tells in sheet {report.sheet} otherwise what it tells in {sheet}"
            raise IntakeError(report.file, problem, "keep one of them, and import the other as a file if it is newer")


def repeated(file: str, keys: list[str], rejected: tuple[Rejection, ...]) -> IntakeError:
    row = next(r.row for r in rejected if r.reason == "repeated_key")
    problem = f"has several rows of one {' and '.join(keys)}; what tells them apart would be lost (such as row {row})"
    return IntakeError(file, problem, "export it without that, or say with --map what the file is")


def nothing_kept(file: str, converted: Converted) -> IntakeError:
    if not converted.read and (others := converted.notes.get("other_row")):
        return IntakeError(file, f"has only rows of a part ({others}), such as one device", "export it for the whole")
    if not converted.read:
        return IntakeError(file, "has headings but no rows", "choose a period with data")
    reason, count = Counter(r.reason for r in converted.rejected).most_common(1)[0]
    columns = {r.column for r in converted.rejected if r.reason == reason}
    words = ": ".join([*(c for c in columns if c and len(columns) == 1), load().words[reason].en])
    remedy = ONE_A_DAY if reason == "several_days" else "export it again"
    return IntakeError(file, f"has no usable row ({words}: {count} of {converted.read})", remedy)
