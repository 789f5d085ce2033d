"""What every reader returns: a sheet of text cells in columns, nothing shifted, nothing converted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sizhen.intake.errors import IntakeError

CELL = pa.dictionary(pa.int32(), pa.string())
MAX_DIGITS = 15  # what a spreadsheet keeps of a number
MAX_COLUMNS = 702  # up to ZZ of a spreadsheet; exports have under a hundred

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """One sheet. `columns`: the cells of all rows that have the usual width, in file order; `numbers`: where each of
    these rows stands, counted from 1 as a spreadsheet does. `odd`: rows of another width by number; `broken`: rows
    whose cells cannot be told, with the reason. Numbers and dates of a workbook are cells as text: a date as
    2026-09-08T00:00:00, a number a spreadsheet has rounded (over 15 digits) in scientific notation. `exact`: the
    columns of a workbook whose figures are numbers by the type of their cells; `separator`: what stands between those
    of a text."""

    columns: tuple[pa.DictionaryArray, ...]
    numbers: NDArray[np.int64]
    odd: dict[int, Cells] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    sheet: str | None = None
    exact: frozenset[int] = frozenset()
    separator: str | None = None

    def head(self, count: int) -> list[tuple[int, Cells]]:
        """The first rows with their numbers; broken ones are passed over."""
        top = [column.slice(0, count).to_pylist() for column in self.columns]
        usual = zip(self.numbers[:count].tolist(), zip(*top, strict=True), strict=True) if top else ()
        first = sorted(self.odd)[:count]
        return sorted([*usual, *((n, self.odd[n]) for n in first)])[:count]


def refuse_wide(width: int, row: int, file: str) -> None:
    """Raises IntakeError for more columns than any export has."""
    if width > MAX_COLUMNS:
        problem = f"has over {MAX_COLUMNS} columns in row {row}"
        raise IntakeError(
            file, problem, "delete what is not of the table, or export it with rows and columns exchanged"
        )


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
