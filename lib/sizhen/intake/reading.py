"""A file of any kind to grids. What a file is its content says, not its name."""

from __future__ import annotations

import io
from typing import IO

from sizhen.intake import delimited, markup, workbook
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.layouts import Layout
from sizhen.intake.text import utf8

MAX_BYTES = 512 << 20
HEAD = 4096
SAVE_TABLE = "export it as a table, such as xlsx or CSV"
UNPACK = "unpack it and import what it holds"
OTHERS = {
    b"\x1f\x8b": ("is packed (gzip)", UNPACK),
    b"Rar!": ("is packed (RAR)", UNPACK),
    b"7z\xbc\xaf": ("is packed (7z)", UNPACK),
    b"%PDF": ("is a PDF", SAVE_TABLE),
    b"PAR1": (
        "is a parquet file, which intake does not read",
        "save it as CSV UTF-8, or put a contract's table into the shop's folder",
    ),
}


def refuse_large(size: int, file: str) -> None:
    """Raises IntakeError for more bytes than any export has."""
    if size > MAX_BYTES:
        raise IntakeError(file, f"is larger than {MAX_BYTES >> 20} MB", "export a shorter period")


def read(data: bytes, file: str) -> list[Grid]:
    """The sheets of a file given as bytes. Raises IntakeError."""
    return read_stream(io.BytesIO(data), file)


def read_stream(stream: IO[bytes], file: str, layout: Layout | None = None, encoding: str | None = None) -> list[Grid]:
    """The sheets of a file; a text file has one, of this encoding, else that of `layout`, else of what it tells, also
    by the headings of `layout`. Raises IntakeError."""
    refuse_large(stream.seek(0, io.SEEK_END), file)
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    if start in (workbook.ZIP, workbook.OLE):
        return workbook.read(stream, file)
    for mark, (problem, remedy) in OTHERS.items():
        if start.startswith(mark):
            raise IntakeError(file, problem, remedy)
    with utf8(stream, file, layout, encoding) as text:
        head = text.read(HEAD).decode(errors="ignore")
        text.seek(0)
        if markup.SPREADSHEET_ML in head:
            raise IntakeError(file, "is an XML spreadsheet, which intake does not read", "save it as xlsx")
        if markup.is_html(head):
            return markup.read(text, file)
        return [delimited.read(text, file)]
