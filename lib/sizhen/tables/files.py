"""Reading and writing one table. Writing is whole or not at all."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow.parquet  # noqa: F401  # what pandas would import while the first table is read
from pyarrow import ArrowException

from sizhen.tables.cells import FIELD
from sizhen.tables.errors import DataError
from sizhen.tables.schema import conform
from sizhen.tables.shop import SUFFIXES

csv.field_size_limit(FIELD)


def _read_csv(path: Path) -> pd.DataFrame:
    """All cells as text: types come from the contract, never from a guess."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except UnicodeDecodeError as error:
        raise DataError(
            path.name, f"not UTF-8 at byte {error.start}", "save it as UTF-8, or use `sizhen import`"
        ) from None
    except csv.Error as error:
        raise DataError(path.name, str(error), "check the quotes; the file may be cut off") from None
    if not rows or not any(rows[0]):
        raise DataError(path.name, "the file is empty", "it needs a header row; remove the file if there is no data")
    head = rows[0]
    if len(set(head)) < len(head):
        twice = next(h for h in head if head.count(h) > 1)
        raise DataError(path.name, f"the heading {twice!r} stands twice", "rename or remove one", row=1, column=twice)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise DataError(
                path.name, f"{len(row)} cells where the header has {len(head)}", "check commas and quotes", row=number
            )
    return pd.DataFrame(rows[1:], columns=head, dtype="str")


def read_table(path: Path, table: str) -> pd.DataFrame:
    """The table in `path` (.parquet or .csv), typed and checked. Raises DataError."""
    if path.suffix == ".csv":
        return conform(_read_csv(path), table, path.name)
    try:
        frame = pd.read_parquet(path)
    except (ArrowException, OSError) as error:
        reason = str(error).splitlines()[0][:100]
        raise DataError(path.name, f"not a readable parquet file ({reason})", "write it again") from None
    return conform(frame, table, path.name)


def write_table(folder: Path, table: str, frame: pd.DataFrame, format: Literal["parquet", "csv"] = "parquet") -> Path:
    """Checks `frame` and writes it as `<folder>/<table>.<format>`, replacing the table as a whole.

    Raises DataError and leaves the old file when `frame` breaks the contract.
    """
    path = folder / f"{table}.{format}"
    frame = conform(frame, table, path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=f".{format}")
    os.close(handle)
    beside = Path(name)
    try:
        if format == "csv":
            frame.to_csv(beside, index=False, date_format="%Y-%m-%d %H:%M:%S")
        else:
            frame.to_parquet(beside, index=False, compression="zstd")
        beside.chmod(0o644)
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    for other in SUFFIXES:
        if other != path.suffix:
            path.with_suffix(other).unlink(missing_ok=True)
    return path
