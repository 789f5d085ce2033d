"""Reading and writing one table. Writing is whole or not at all."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow.parquet  # noqa: F401  # what pandas would import while the first table is read
from pyarrow import ArrowException

from sizhen.tables.cells import FIELD
from sizhen.tables.clock import TIMEZONE
from sizhen.tables.errors import DataError
from sizhen.tables.schema import conform, refuse_width
from sizhen.tables.switch import Change, alone
from sizhen.vocab.plain import plain_line

Format = Literal["parquet", "csv"]

csv.field_size_limit(FIELD)


def _read_csv(path: Path) -> pd.DataFrame:
    """All cells as text: types come from the contract, never from a guess."""
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.reader(_without_nul(stream, path.name), strict=True):
                rows.append(row)
    except OSError as error:
        raise DataError(path.name, f"cannot be read ({error.strerror})", "check the file and its rights") from None
    except UnicodeDecodeError as error:
        raise DataError(
            path.name, f"not UTF-8 at byte {error.start}", "save it as UTF-8, or use `sizhen import`"
        ) from None
    except csv.Error as error:
        problem, remedy = str(error), "check the quotes; the file may be cut off"
        raise DataError(path.name, problem, remedy, row=len(rows) + 1) from None
    if not rows or not any(rows[0]):
        raise DataError(path.name, "the file is empty", "it needs a header row; remove the file if there is no data")
    head = rows[0]
    refuse_width(len(head), path.name)
    if len(set(head)) < len(head):
        twice = Counter(head).most_common(1)[0][0]
        raise DataError(path.name, f"the heading {twice!r:.60} stands twice", "rename or remove one", row=1)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise DataError(
                path.name, f"{len(row)} cells where the header has {len(head)}", "check commas and quotes", row=number
            )
    return pd.DataFrame(rows[1:], columns=head, dtype="str")


def _without_nul(lines: Iterable[str], file: str) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise DataError(file, "has a NUL, which no text has", "export it again; it may be damaged", row=number)
        yield line


def read_table(path: Path, table: str, *, timezone: str = TIMEZONE) -> pd.DataFrame:
    """The table in `path` (.parquet or .csv), typed and checked, its times on the clock of the shop's `timezone`.
    Raises DataError."""
    if path.suffix == ".csv":
        return conform(_read_csv(path), table, path.name, timezone=timezone)
    try:
        frame = pd.read_parquet(path)
    except Exception as error:  # noqa: BLE001 - what a damaged file makes Arrow and pandas raise has no end
        reason = plain_line(str(error))[:100] or type(error).__name__
        raise DataError(path.name, f"not a readable parquet file ({reason})", "write it again") from None
    if not frame.columns.is_unique:
        twice = str(frame.columns[frame.columns.duplicated()][0])
        raise DataError(path.name, f"the column {twice!r:.60} is there twice", "rename or remove one")
    try:
        return conform(frame, table, path.name, timezone=timezone)
    except ArrowException as error:
        raise DataError(path.name, f"is damaged ({plain_line(str(error))[:100]})", "write it again") from None


def write_table(
    folder: Path, table: str, frame: pd.DataFrame, format: Format = "parquet", *, timezone: str = TIMEZONE
) -> Path:
    """Checks `frame` and writes it as `<folder>/<table>.<format>`, replacing the table as a whole; times that name
    their zone are written as the clock of `timezone` shows them.

    Raises DataError and leaves the old file when `frame` breaks the contract; ShopBusy, OSError.
    """
    with alone(folder) as change:
        put_table(change, table, frame, format, timezone=timezone)
        change.commit()
    return folder / f"{table}.{format}"


def put_table(
    change: Change, table: str, frame: pd.DataFrame, format: Format = "parquet", *, timezone: str = TIMEZONE
) -> None:
    """Checks `frame` and makes it a part of the change. Raises DataError."""
    path = change.folder / f"{table}.{format}"
    frame = conform(frame, table, path.name, timezone=timezone)
    buffer = io.BytesIO()
    if format == "csv":
        frame.to_csv(buffer, index=False, date_format="%Y-%m-%d %H:%M:%S")
    else:
        frame.to_parquet(buffer, index=False, compression="zstd")
    change.put(f"{table}.{format}", buffer.getbuffer())
