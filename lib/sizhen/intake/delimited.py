"""CSV to a grid: Arrow reads what is well formed, the strict csv module what is not; both give the same grid."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import CELL, Cells, Grid, from_rows, refuse_wide
from sizhen.intake.text import AGAIN, CHUNK, DAMAGED
from sizhen.tables.cells import FIELD

HEAD = 1 << 16
BLOCK = 1 << 22
MOST_DAMAGED = 0.05  # of the rows; a file with more is of another encoding, or lost
PADDING = re.compile(r'(?<=[,;])"?\t+|(?<!\t)\t++"?(?=[,;])')
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
QUOTE, RETURN = ord('"'), ord("\r")
csv.field_size_limit(FIELD)


def read(stream: IO[bytes], file: str) -> Grid:
    """The rows of a UTF-8 CSV stream between commas, tabs or semicolons, those that hold DAMAGED told as broken. Raises
    IntakeError."""
    return _without_damaged(_read(stream, file), file)


def _without_damaged(grid: Grid, file: str) -> Grid:
    rows = np.zeros(len(grid.numbers), dtype=bool)
    for cells in grid.columns:
        held = pa.compute.match_substring(cells.dictionary, DAMAGED).to_numpy(zero_copy_only=False)
        if held.any():
            rows |= held[cells.indices.to_numpy()]
    odd = [number for number, cells in grid.odd.items() if any(DAMAGED in cell for cell in cells)]
    numbers = sorted([*grid.numbers[rows].tolist(), *odd])
    if not numbers:
        return grid
    if len(numbers) > MOST_DAMAGED * (len(grid.numbers) + len(grid.odd)):
        raise IntakeError(file, f"is damaged: bytes in line {numbers[0]} are not UTF-8", AGAIN)
    columns = tuple(cells.filter(pa.array(~rows)) for cells in grid.columns)
    broken = grid.broken | dict.fromkeys(numbers, "damaged_characters")
    left = {number: cells for number, cells in grid.odd.items() if number not in broken}
    return replace(grid, columns=columns, numbers=grid.numbers[~rows], odd=left, broken=dict(sorted(broken.items())))


def _read(stream: IO[bytes], file: str) -> Grid:
    head = stream.read(HEAD).decode(errors="ignore")
    separator = delimiter(head)
    return replace(_by(separator, _width(head, separator, file), stream, file), separator=separator)


def _by(separator: str, width: int, stream: IO[bytes], file: str) -> Grid:
    quotes = quoting(stream, separator.encode())
    stream.seek(0)
    if quotes is not None and width > 1:
        try:
            grid = fast(stream, separator, width, quoted=quotes)
        except pa.ArrowInvalid:
            grid = None
        if grid is not None and all(_longest(c) <= csv.field_size_limit() for c in grid.columns):
            return grid
        stream.seek(0)
    return strict(stream, separator, width, file)


def delimiter(head: str) -> str:
    """Tab where a line near the top has more tabs than others (spreadsheets' "Unicode text"), semicolon where the
    first and most lines have more of these than commas, else comma. What may be a decimal comma counts for a comma only
    in a line without semicolons.

    A tab beside one of the others is no separator: platforms put one into a cell so that a spreadsheet keeps its
    digits.
    """
    lines = [PADDING.sub("", line) for line in head[:10_000].splitlines()]
    lines = [DECIMAL_COMMA.sub("", line) if ";" in line else line for line in lines]
    if any(line.count("\t") > max(line.count(","), line.count(";")) for line in lines):
        return "\t"
    more = [line.count(";") > line.count(",") for line in lines if ";" in line or "," in line]
    return ";" if more[:1] == [True] and 2 * sum(more) > len(more) else ","


def _width(head: str, separator: str, file: str) -> int:
    """How many cells most rows near the top have."""
    broken: dict[int, str] = {}
    rows = _records(io.StringIO(head, newline=""), separator, file, broken)
    by_row: dict[int, int] = {}
    with contextlib.suppress(IntakeError):  # the head may end within a quote
        by_row.update((number, len(cells)) for number, cells in itertools.islice(rows, 200) if cells)
    if not by_row:
        refuse_wide(head.count(f'"{separator}"') + 1, 1, file)
    for number, width in by_row.items():
        refuse_wide(width, number, file)
    widths = Counter(by_row.values())
    return max(widths, key=lambda w: (w > 1, widths[w], w), default=1)  # one cell in a row is most often a remark


def quoting(stream: IO[bytes], separator: bytes) -> bool | None:
    """Whether there are quotes, or None where Arrow may read them otherwise than the csv module: an opening quote must
    follow a separator or a line's end, a closing one precede one, any other be doubled; no carriage return within."""
    outside = np.frombuffer(separator + b'"\r\n', dtype="uint8")
    stream.seek(0)
    before, count, data = b"\n", 0, stream.read(CHUNK)
    while data:
        after = stream.read(CHUNK)
        if b'"' in data or count % 2:
            around = np.frombuffer(before + data + (after[:1] or b"\n"), dtype="uint8")
            at = np.flatnonzero(around[1:-1] == QUOTE) + 1
            opening = (count + np.arange(len(at))) % 2 == 0
            returns = np.searchsorted(at, np.flatnonzero(around[1:-1] == RETURN) + 1)
            if not np.isin(np.where(opening, around[at - 1], around[at + 1]), outside).all():
                return None
            if ((count + returns) % 2).any():
                return None
            count += len(at)
        before, data = data[-1:], after
    return None if count % 2 else count > 0


def fast(stream: IO[bytes], separator: str, width: int, *, quoted: bool, block: int = BLOCK) -> Grid:
    """The grid of well-formed text by Arrow. Raises ArrowInvalid."""
    names = [str(i) for i in range(width)]
    odd: dict[int, Cells] = {}

    def note(row: pa.csv.InvalidRow) -> str:
        odd[row.number] = tuple(next(csv.reader(io.StringIO(row.text, newline=""), delimiter=separator, strict=True)))
        return "skip"

    table = pa.csv.read_csv(
        stream,
        pa.csv.ReadOptions(use_threads=False, block_size=block, column_names=names),
        pa.csv.ParseOptions(
            delimiter=separator, newlines_in_values=quoted, ignore_empty_lines=False, invalid_row_handler=note
        ),
        pa.csv.ConvertOptions(column_types=dict.fromkeys(names, CELL), strings_can_be_null=False, check_utf8=False),
    )
    numbers = np.arange(1, len(table) + len(odd) + 1, dtype="int64")
    if odd:
        numbers = np.delete(numbers, np.array(sorted(odd)) - 1)
    return Grid(tuple(_compact(c.combine_chunks()) for c in table.unify_dictionaries().columns), numbers, odd)


def _compact(cells: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same cells told by short numbers where these suffice: half the memory of most columns."""
    if len(cells.dictionary) > np.iinfo("int16").max:
        return cells
    return pa.DictionaryArray.from_arrays(cells.indices.cast(pa.int16()), cells.dictionary)


def _longest(cells: pa.DictionaryArray) -> int:
    lengths = pa.compute.utf8_length(cells.dictionary)
    return pa.compute.max(lengths).as_py() or 0


def strict(stream: IO[bytes], separator: str, width: int, file: str) -> Grid:
    """The grid of any text by the csv module; rows with quotes that do not close stay out with their reason."""
    broken: dict[int, str] = {}
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        return from_rows(_records(text, separator, file, broken), width, broken)
    finally:
        text.detach()


def _records(text: IO[str], separator: str, file: str, broken: dict[int, str]) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        first = reader.line_num + 1
        try:
            yield number, tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise IntakeError(file, f"a quote opened in line {first} is never closed", AGAIN) from None
            if "field larger" in str(error):
                limit = csv.field_size_limit()
                raise IntakeError(file, f"a field in line {first} is over {limit} characters", AGAIN) from None
            broken[number] = "malformed_quotes"
