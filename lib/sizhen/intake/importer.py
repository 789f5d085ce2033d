"""Files in, tables out: the one way real data enters a data folder."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from sizhen.intake import canonical, currency, encodings, mapping, privacy, records
from sizhen.intake.errors import IntakeError, PassedOver
from sizhen.intake.key import mark, shop_key
from sizhen.intake.layouts import Layout, layouts
from sizhen.intake.merge import Export, Tables, sources_of
from sizhen.intake.newer import Pairs, joined
from sizhen.intake.reports import FileReport
from sizhen.intake.sheets import Sheet
from sizhen.intake.worker import Reader, refuse_no_file
from sizhen.tables import DataError
from sizhen.tables.clock import TIMEZONE
from sizhen.tables.lineage import read_lineage
from sizhen.tables.profile import SHOP_ID
from sizhen.tables.switch import Change, alone
from sizhen.vocab import load
from sizhen.vocab.plain import plain

AHEAD = 1  # files read while another is taken

Before = tuple[str | None, str, pd.DataFrame]  # of a sheet that was taken: its name, main table and rows


def import_files(
    files: Iterable[str | Path],
    *,
    shop_id: str,
    data_dir: str | Path,
    progress: Callable[[], object] | None = None,
    map: Path | None = None,
    encoding: str | None = None,
) -> list[FileReport]:
    """Reads export files into the shop's tables, one report per file, or per sheet of a workbook with several to read;
    a file that fails does not stop the others. `progress` is called after each file. `map`: a mapping file
    that all of them are read by. `encoding`: that of their text, where they do not tell it.

    Makes the shop (shop.toml) if it is new. Waits for another import of the shop to end. The tables are written after
    the last file, all or none. Importing a file again changes nothing. The files stay as they are.

    Raises ValueError for a shop_id or an encoding that is none, IntakeError for a mapping that is none and a key that
    is a link, DataError for links in the shop's folder, ShopBusy where another import of the shop does not end,
    OSError.
    """
    if not SHOP_ID.fullmatch(shop_id):
        raise ValueError(f"{shop_id!r} is no shop id; use letters, digits, - and _ only, at most 64")
    codec = None if encoding is None else encodings.codec(encoding)
    layout = None if map is None else mapping.read(map)
    if (Path(data_dir) / privacy.KEY_FILE).is_symlink():
        raise IntakeError(privacy.KEY_FILE, "is a symbolic link", "put the key itself into the data folder")
    with alone(Path(data_dir) / shop_id) as change:
        session = _Session(Path(data_dir), change, map, layout, codec)
        pool = pa.default_memory_pool()
        pa.set_memory_pool(pa.system_memory_pool())  # gives back at once what the others keep for later
        try:
            return session.close(_read([Path(file) for file in files], session, progress))
        finally:
            pa.set_memory_pool(pool)


def write_map(file: str | Path, path: str | Path, encoding: str | None = None) -> None:
    """Writes a mapping for the first sheet of a file, drafted by its headings; `encoding`: that of its text, where it
    does not tell it. Raises IntakeError, ValueError for an encoding that is none; FileExistsError rather than writing
    over a mapping, OSError."""
    codec = None if encoding is None else encodings.codec(encoding)
    with Reader() as reader:
        text = reader.draft(Path(file), codec)
    with Path(path).open("x", encoding="utf-8") as stream:
        stream.write(text)


def _read(paths: list[Path], session: _Session, progress: Callable[[], object] | None) -> list[FileReport]:
    reports: list[FileReport] = []
    with Reader() as reader:
        for sheets in _contents(paths, reader, session):
            reports += session.take(sheets)
            if progress:
                progress()
    return reports


def _contents(paths: list[Path], reader: Reader, session: _Session) -> Iterator[list[Sheet]]:
    """What every file holds, the next one read meanwhile."""
    waiting: deque[Future[list[Sheet]]] = deque()
    with ThreadPoolExecutor(1) as pool:
        for path in paths:
            waiting.append(pool.submit(session.read, path, reader))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Session:
    """One call of import_files: what its files gave, until it is written."""

    def __init__(
        self, data_dir: Path, change: Change, map: Path | None, layout: Layout | None, codec: str | None
    ) -> None:
        self.data_dir = data_dir
        self.change = change
        self.folder = change.folder
        self.map = map
        self.layout = layout
        self.codec = codec
        self.tables = Tables(self.folder)
        self.taken: list[FileReport] = []
        self.key = b""
        self.timezone: str | None = None

    def read(self, path: Path, reader: Reader) -> list[Sheet]:
        """What a file holds, or why that cannot be told. A new shop keeps the timezone that its first file tells."""
        report = FileReport(privacy.reaching(plain(path.name)))
        try:
            refuse_no_file(path)
            with path.open("rb") as stream:
                report = replace(report, sha256=hashlib.file_digest(stream, "sha256").hexdigest())
            sheets = reader.read(path, self._given, self.map, self.codec)
        except PassedOver as found_out:
            return [Sheet(replace(report, passed_over=found_out.problem))]
        except (IntakeError, DataError, OSError) as error:
            return [Sheet(_failed(report, error))]
        self.timezone = self.timezone or next((s.report.timezone for s in sheets if s.report.timezone), None)
        return [Sheet(replace(s.report, file=report.file, sha256=report.sha256), s.frames) for s in sheets]

    def _given(self) -> tuple[bytes, str | None]:
        """The key and the timezone that a file of the shop is read with. Raises IntakeError, DataError."""
        self.key = shop_key(self.data_dir, self.folder)
        return self.key, self.timezone or records.timezone(self.folder, self.taken)

    def take(self, sheets: list[Sheet]) -> list[FileReport]:
        before: list[Before] = []
        return [self._sheet(s.report, s.frames, before) for s in sheets]

    def _sheet(self, report: FileReport, frames: dict[str, pd.DataFrame], before: list[Before]) -> FileReport:
        if not frames:
            return report
        layout = self._layout(str(report.layout))
        report = replace(report, currency=report.currency or currency.by_contract(layout, frames.values()))
        try:
            lineage = [*read_lineage(self.folder), *map(records.entry, self.taken)]
            records.refuse_other_shop(self.folder, report, lineage)
            records.refuse_other_currency(self.folder, report, layout, self.taken)
            records.refuse_other_level(report, lineage)
            main, frame = next(iter(frames.items()))
            refuse_other_figures(report, main, frame, layout, before)
            again = any(e["sha256"] == report.sha256 for e in lineage)
            export = Export(report.file, report.exported, again)
            added = self.tables.add(layout, frames, report.timezone or TIMEZONE, export)
            before.append((report.sheet, main, frame))
        except (IntakeError, DataError, OSError) as error:
            return _failed(report, error)
        notes, remarks = report.notes | added.notes, (*report.remarks, *added.remarks)
        report = replace(report, notes=notes, changed=added.changed, remarks=remarks)
        self.taken.append(report)
        return report

    def _layout(self, id: str) -> Layout:
        return self.layout or layouts().get(id) or canonical.tables()[id.removeprefix(canonical.PREFIX)]

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


def _failed(report: FileReport, error: IntakeError | DataError | OSError) -> FileReport:
    if isinstance(error, DataError):
        error = IntakeError(report.file, str(error), "nothing was imported")
    elif isinstance(error, OSError):
        problem = f"cannot be read or stored ({error.strerror})"
        error = IntakeError(report.file, problem, "check the file and the folder")
    return report.failed(error)


def refuse_other_figures(
    report: FileReport, table: str, frame: pd.DataFrame, layout: Layout, before: list[Before]
) -> None:
    """Raises IntakeError where an earlier sheet of the file tells the same rows otherwise: nobody says which holds."""
    for sheet, of, known in before:
        pairs = Pairs(known, frame, load().table(table)) if of == table else None
        if pairs and joined(pairs, sources_of(layout, table)).differs:
            problem = f"tells in sheet {report.sheet} otherwise what it tells in {sheet}"
            raise IntakeError(report.file, problem, "keep one of them, and import the other as a file if it is newer")
