"""Errors a person can act on: each says where, what and what to do, in one line."""

from __future__ import annotations

import re

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
LONGEST = 1000  # characters of what a file holds, in a line about it


def plain_line(text: str) -> str:
    """A text from outside as a terminal and a log may show it: on one line, shortened, without control characters."""
    line = " ".join(CONTROL.sub(" ", text[: 4 * LONGEST]).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


class DataError(ValueError):
    """A file breaks the contract of its table.

    `row` counts as an editor does: the heading is row 1, so the first data row is row 2.
    """

    def __init__(self, file: str, problem: str, remedy: str, *, row: int | None = None, column: str | None = None):
        place = "".join([f", row {row}" if row else "", f", column {column}" if column else ""])
        super().__init__(f"{plain_line(file + place)}: {plain_line(problem)}; {plain_line(remedy)}")
        self.file, self.row, self.column, self.problem, self.remedy = file, row, column, problem, remedy

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (self.file, self.problem, self.remedy, self.row, self.column))


def _again(file: str, problem: str, remedy: str, row: int | None, column: str | None) -> DataError:
    return DataError(file, problem, remedy, row=row, column=column)


class MissingTable(LookupError):
    """The shop does not have this table. Not an error of the data: what needs it is unknown."""

    def __init__(self, shop_id: str, table: str):
        super().__init__(f"{shop_id} has no table {table}")
        self.shop_id, self.table = shop_id, table

    def __reduce__(self) -> tuple[object, ...]:
        return (MissingTable, (self.shop_id, self.table))


class NoDays(LookupError):
    """No table of the shop has a day of the period: nothing can be said of it."""


class UnknownShop(LookupError):
    """No such shop in the data folder."""
