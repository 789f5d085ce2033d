"""Bytes of a file to rows of text cells. Readers of other kinds of file return the same Grid."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from sizhen.intake.errors import IntakeError
from sizhen.intake.text import AGAIN, decode

MAX_BYTES = 200 * 1024 * 1024
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Row:
    """One record. `number` counts records from 1, as a spreadsheet does; `problem`: why its cells cannot be told."""

    number: int
    cells: tuple[str, ...]
    problem: str | None = None

    @property
    def empty(self) -> bool:
        return self.problem is None and not any(c.strip() for c in self.cells)


Grid = list[Row]


def read(data: bytes, file: str) -> Grid:
    """The rows of a file, cells as they stand, nothing shifted or converted. Raises IntakeError."""
    if len(data) > MAX_BYTES:
        raise IntakeError(file, f"is larger than {MAX_BYTES // 1024 // 1024} MB", "export a shorter period")
    if data.startswith(WORKBOOKS):
        raise IntakeError(file, "is a workbook, which intake does not read yet", "save it as CSV UTF-8")
    return list(_records(decode(data, file), file))


def _records(text: str, file: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    while True:
        number += 1
        first = reader.line_num + 1
        try:
            yield Row(number, tuple(next(reader)))
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise IntakeError(file, f"a quote opened in line {first} is never closed", AGAIN) from None
            if "field larger" in str(error):
                raise IntakeError(
                    file, f"a field in line {first} is over {csv.field_size_limit()} characters", AGAIN
                ) from None
            yield Row(number, (), "malformed_quotes")


def _delimiter(text: str) -> str:
    """Tab where a line near the top has more tabs than commas (spreadsheets' "Unicode text"), else comma."""
    return "\t" if any(line.count("\t") > line.count(",") for line in text[:10_000].splitlines()) else ","
