"""Workbooks (xlsx, xls, xlsb, ods) to grids, one for each sheet that holds anything. Formulas give the values last
computed; macros and links are not looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from sizhen.intake import precheck
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import MAX_DIGITS, Grid, column, refuse_wide
from sizhen.vocab.plain import plain

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MAX_CELLS = 40_000_000
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOCKED = "is encrypted"
MARKED = re.compile(r"\d[.,]\d")
THOUSANDTHS = re.compile(r"\A-?\d+\.\d{3}\Z")
UNLOCK = "open it with its password and save it without"


def read(stream: IO[bytes], file: str) -> list[Grid]:
    """The sheets with content, hidden ones too. Raises IntakeError."""
    if stream.read(4) == ZIP:
        precheck.check(stream, file)
    else:
        stream.seek(0)
        if ENCRYPTED in stream.read():
            raise IntakeError(file, LOCKED, UNLOCK)
    stream.seek(0)
    try:
        book = calamine.CalamineWorkbook.from_filelike(stream)
        grids = [_grid(book.get_sheet_by_name(s.name), file) for s in book.sheets_metadata if _holds_cells(s)]
    except calamine.PasswordError:
        raise IntakeError(file, LOCKED, UNLOCK) from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError) as error:
        raise IntakeError(file, f"is a damaged workbook ({type(error).__name__})", "export the file again") from None
    filled = [grid for grid in grids if grid.columns]
    if not filled:
        raise IntakeError(file, "is empty", "export the file again")
    return filled


def _holds_cells(sheet: calamine.SheetMetadata) -> bool:
    return sheet.typ == calamine.SheetTypeEnum.WorkSheet


def _grid(sheet: calamine.CalamineSheet, file: str) -> Grid:
    if sheet.end is None:
        return Grid((), np.array([], dtype="int64"), sheet=plain(sheet.name))
    rows, width = sheet.end[0] + 1, sheet.end[1] + 1
    refuse_wide(width, 1, file)
    if rows * width > MAX_CELLS:
        problem = f"has a sheet of {rows:,} rows by {width:,} columns"
        raise IntakeError(file, problem, "export a shorter period, or delete stray cells and save it")
    cells = sheet.to_python(skip_empty_area=False)
    by_column = [*zip(*cells, strict=True)]
    exact = frozenset(at for at, c in enumerate(by_column) if _is_exact(c))
    columns = tuple(_column(c, at in exact) for at, c in enumerate(by_column))
    return Grid(columns, np.arange(1, len(cells) + 1), sheet=plain(sheet.name), exact=exact)


def _is_exact(cells: Sequence[Any]) -> bool:
    """Whether a column has numbers and no text that could be one with decimals or thousands."""
    numbers = not {int, float}.isdisjoint(map(type, cells))
    return numbers and not any(type(cell) is str and MARKED.search(cell) for cell in cells)


def _column(cells: Sequence[Any], exact: bool) -> pa.DictionaryArray:
    if set(map(type, cells)) == {str}:
        return column(cells)
    texts = [text(cell) for cell in cells]
    return column(
        texts
        if exact
        else [THOUSANDTHS.sub("\\g<0>0", t) if type(c) is float else t for c, t in zip(cells, texts, strict=True)]
    )


def text(cell: Any) -> str:
    """A typed cell as the text a CSV would have; one a spreadsheet has rounded stays recognisable as such."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).lower()
        case int() | float():
            return _number(cell)
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return f"{cell.isoformat()}T00:00:00"
        case time():
            return cell.isoformat(timespec="seconds")
        case timedelta():
            return _number(cell.total_seconds())
    return "" if cell is None else str(cell)


def _number(value: float) -> str:
    if abs(value) >= 10**MAX_DIGITS:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
