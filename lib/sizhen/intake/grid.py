"""What every reader returns: a sheet of text cells in columns, nothing shifted, nothing converted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

CELL = pa.dictionary(pa.int32(), pa.string())
MAX_DIGITS = 15  # what a spreadsheet keeps of a number
NUMBERS = "numbers"  # the name of the row numbers' column on the way between processes

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """One sheet. `columns`: the cells of all rows that have the usual width, in file order; `numbers`: where each of
    these rows stands, counted from 1 as a spreadsheet does. `odd`: rows of another width by number; `broken`: rows
    whose cells cannot be told, with the reason. Numbers and dates of a workbook are cells as text: a date as
    2026-09-08T00:00:00, a number a spreadsheet has rounded (over 15 digits) in scientific notation."""

    columns: tuple[pa.DictionaryArray, ...]
    numbers: NDArray[np.int64]
    odd: dict[int, Cells] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    sheet: str | None = None

    def head(self, count: int) -> list[tuple[int, Cells]]:
        """The first rows with their numbers; broken ones are passed over."""
        top = [column.slice(0, count).to_pylist() for column in self.columns]
        usual = zip(self.numbers[:count].tolist(), zip(*top, strict=True), strict=True) if top else ()
        first = sorted(self.odd)[:count]
        return sorted([*usual, *((n, self.odd[n]) for n in first)])[:count]

    def pack(self) -> pa.Buffer:
        """The grid as an Arrow IPC stream."""
        about = {"odd": list(self.odd.items()), "broken": list(self.broken.items()), "sheet": self.sheet}
        arrays = {str(i): column for i, column in enumerate(self.columns)}
        table = pa.table(arrays | {NUMBERS: pa.array(self.numbers)})
        table = table.replace_schema_metadata({"about": json.dumps(about)})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue()


def unpack(data: bytes) -> Grid:
    """The grid of `pack`."""
    table = pa.ipc.open_stream(pa.py_buffer(data)).read_all()
    about = json.loads(table.schema.metadata[b"about"])
    *columns, numbers = (c.combine_chunks() for c in table.columns)
    odd = {n: tuple(cells) for n, cells in about["odd"]}
    return Grid(tuple(columns), numbers.to_numpy(zero_copy_only=False), odd, dict(about["broken"]), about["sheet"])


def column(cells: Sequence[str]) -> pa.DictionaryArray:
    """A column of the grid from its cells."""
    return pa.array(cells, pa.string()).dictionary_encode()


def from_rows(rows: Iterable[tuple[int, Cells]], width: int, broken: dict[int, str] | None = None) -> Grid:
    """A grid from rows with their numbers. An empty row is one of empty cells."""
    usual: list[Cells] = []
    numbers: list[int] = []
    odd: dict[int, Cells] = {}
    for number, cells in rows:
        if len(cells) == width or not cells:
            usual.append(cells or ("",) * width)
            numbers.append(number)
        else:
            odd[number] = cells
    columns = tuple(column(c) for c in zip(*usual, strict=True)) if usual else (column([]),) * width
    return Grid(columns, np.array(numbers, dtype="int64"), odd, broken or {})
