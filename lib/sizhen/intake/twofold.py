"""Cells that can be read in two ways: those that can be read in one only tell it for the whole file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sizhen.intake.body import Body, Coded
from sizhen.intake.errors import IntakeError
from sizhen.intake.rules import Context

SLIPS = 0.05  # of the cells that tell a way may tell the other one, by mistake: they are refused then


@dataclass(frozen=True)
class Told:
    """The distinct cells of a column that rows have (`words`): which of them only the first or only the second way can
    read (`only`), and which both can (`open`)."""

    words: pa.StringArray
    only: tuple[NDArray[np.int64], NDArray[np.int64]]
    open: NDArray[np.int64]

    def word(self, at: int) -> str:
        return str(self.words[at].as_py())


def used(coded: Coded) -> pa.StringArray:
    """The distinct cells that rows have."""
    there = np.bincount(coded.codes, minlength=len(coded.words)) > 0
    return coded.words if there.all() else coded.words.filter(pa.array(there))


def way(found: Mapping[int, Told], rows: Body, context: Context, remedy: str) -> int | None:
    """The way, 0 or 1, that the cells of these columns tell. Raises IntakeError where they tell both, or a column with
    cells that can be read in two ways tells another one than the others do."""
    told = _way(found, rows, context, remedy)
    for at, column in found.items():
        if len(column.open) and _way({at: column}, rows, context, remedy) not in (None, told):
            raise _apart(found, rows, context, remedy)
    return told


def _way(found: Mapping[int, Told], rows: Body, context: Context, remedy: str) -> int | None:
    one, other = (sum(len(told.only[each]) for told in found.values()) for each in (0, 1))
    if min(one, other) > SLIPS * (one + other):
        raise _apart(found, rows, context, remedy)
    return None if one == other else int(other > one)


def _apart(found: Mapping[int, Told], rows: Body, context: Context, remedy: str) -> IntakeError:
    both = " and ".join(_example(found, each, rows, context) for each in (0, 1))
    return IntakeError(context.file, f"has {both}, which are not written alike", remedy)


def _example(found: Mapping[int, Told], each: int, rows: Body, context: Context) -> str:
    at, told = next((at, told) for at, told in found.items() if len(told.only[each]))
    return place(told.word(told.only[each][0]), at, rows, context)


def place(word: str, at: int, rows: Body, context: Context) -> str:
    """A cell with its row and heading."""
    coded = rows.columns[at]
    row = rows.numbers[np.flatnonzero(coded.codes == coded.words.index(word).as_py())[0]]
    return f"{word} in row {row} of {context.match.headings[at]}"
