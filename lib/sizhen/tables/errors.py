"""Errors a person can act on: each says where, what and what to do, in one line."""

from __future__ import annotations

from sizhen.vocab.plain import plain_line


class DataError(ValueError):
    """A file breaks the contract of its table.

    `row` counts as an editor does: the heading is row 1, so the first data row is row 2. By what the text quotes of the
    file nobody can be reached.
    """

    def __init__(self, file: str, problem: str, remedy: str, *, row: int | None = None, column: str | None = None):
        from sizhen.vocab.persons import MARKS, REACHING, cover

        problem = cover(problem, MARKS, kinds=REACHING)
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


class ShopBusy(TimeoutError):
    """Another command has been changing the shop's folder for longer than one waits."""
