"""What an import tells about each file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from sizhen.intake.errors import IntakeError


@dataclass(frozen=True)
class Rejection:
    """A row left out. `row` counts the file's records from 1 with the heading, as a spreadsheet does. No values."""

    row: int
    column: str | None
    reason: str


@dataclass(frozen=True)
class FileReport:
    """One file, or one sheet of a workbook that has several to read. `read` = `kept` + all `rejected`; rows that are
    empty, hold sums or are not wanted by the layout count in neither. `tables`: rows given to each table.

    `rejected` and `notes` count by the ids of words_intake.toml; `first` and `last` are the days of the kept rows.
    `shop` is the platform's name of the shop, where the file tells it; `unread` are headings nothing is read from,
    `absent` columns the file lacks; `changed` counts by column the known values that the file replaced; `remarks` are
    sentences on sums that do not agree. `title` and `platform` are those of the layout, `currency` is told by the
    rows, a code or a sign, `timezone` is that of the shop or told by the times; `exported` is when the file was made,
    in ISO, where it tells; `places` are the row and column that tell its "shop" and "currency". With `error` set
    nothing of the file was imported; nor with `passed_over`, which says what it is and why no table holds it.
    """

    file: str
    sha256: str = ""
    layout: str | None = None
    tables: dict[str, int] = field(default_factory=dict)
    read: int = 0
    kept: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    examples: tuple[Rejection, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    error: IntakeError | None = None
    passed_over: str = ""
    sheet: str | None = None
    shop: str | None = None
    unread: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    changed: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    title: str = ""
    platform: str = ""
    currency: str | None = None
    timezone: str | None = None
    exported: str | None = None
    places: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str | None:
        """The main table the file was read into."""
        return next(iter(self.tables), None)

    def failed(self, error: IntakeError) -> FileReport:
        """The report of a file of which nothing was imported."""
        return replace(self, kept=0, tables={}, first=None, last=None, changed={}, error=error)

    def plain(self) -> dict[str, Any]:
        """The report in what JSON holds."""
        days = {name: day and day.isoformat() for name, day in (("first", self.first), ("last", self.last))}
        error = self.error and [self.error.file, self.error.problem, self.error.remedy]
        return asdict(replace(self, error=None)) | days | {"error": error}


def from_plain(told: dict[str, Any]) -> FileReport:
    """The report of `FileReport.plain`."""
    days = {name: told[name] and date.fromisoformat(told[name]) for name in ("first", "last")}
    lists = {name: tuple(told[name]) for name in ("unread", "absent", "remarks")}
    examples = tuple(Rejection(**each) for each in told["examples"])
    error = told["error"] and IntakeError(*told["error"])
    return FileReport(**(told | days | lists | {"examples": examples, "error": error}))
