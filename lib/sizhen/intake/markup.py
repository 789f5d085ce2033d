"""HTML tables, which some platforms name .xls, to grids. Scripts and styles are not looked at, nothing is fetched."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import IO

from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Cells, Grid, from_rows, refuse_wide

MAX_CELLS = 10_000_000
SILENT = ("script", "style", "template", "noscript")
STRAY = re.compile(r"""<(?!!--|(?:[^<>"']|"[^"]*"|'[^']*')*+>)""")
SPREADSHEET_ML = "urn:schemas-microsoft-com:office:spreadsheet"


def is_html(head: str) -> bool:
    """Whether a text begins as a page or a table."""
    start = head.lstrip().lower()
    return start.startswith("<") and any(tag in start for tag in ("<html", "<table", "<!doctype html"))


def read(stream: IO[bytes], file: str) -> list[Grid]:
    """The tables of a UTF-8 page. Raises IntakeError."""
    parser = _Tables(file)
    parser.feed(_closed(stream.read().decode()))
    parser.close()
    if parser.open:
        raise IntakeError(file, "is cut off within a table", "export the file again")
    for rows in parser.tables:
        for number, row in enumerate(rows, start=1):
            refuse_wide(len(row), number, file)
    grids = [_grid(rows, number) for number, rows in enumerate(parser.tables, start=1) if rows]
    if not grids:
        raise IntakeError(file, "is a web page without a table", "export the file again; the sign-in may have expired")
    return grids


def _closed(text: str) -> str:
    """The page with every sign that opens no tag and no comment as a sign: the parser would look for the end of each in
    all that follows."""
    commented, end, rest = text.rpartition("-->")
    return STRAY.sub("&lt;", commented + end + rest.replace("<!--", "&lt;!--"))


def _grid(rows: list[list[str]], number: int) -> Grid:
    widths = Counter(len(row) for row in rows)
    width = max(widths, key=lambda w: (widths[w], w))
    numbered: list[tuple[int, Cells]] = [(n, tuple(row)) for n, row in enumerate(rows, start=1)]
    grid = from_rows(numbered, width)
    return Grid(grid.columns, grid.numbers, grid.odd, sheet=f"table {number}")


class _Tables(HTMLParser):
    """Collects the rows of every table; a cell over several columns or rows stands in the first, the rest are empty."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.tables: list[list[list[str]]] = []
        self.open: list[int] = []  # the tables that are not closed, outermost first
        self.cell: list[str] | None = None
        self.silent = 0
        self.count = 0
        self.below: dict[int, int] = {}  # columns a cell above still covers, and for how many rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag == "table":
            self.tables.append([])
            self.open.append(len(self.tables) - 1)
            self.below = {}
        elif tag == "tr" and self.open:
            self._end_cell()
            self._row().append([])
        elif tag in ("td", "th") and self.open and self._row():
            self._end_cell()
            self._start_cell(dict(attrs))
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
            if tag == "tr" and self.open and self._row():
                self._covered(self._row()[-1])
        elif tag == "table" and self.open:
            self._end_cell()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.silent:
            self.cell.append(data)

    def _row(self) -> list[list[str]]:
        return self.tables[self.open[-1]]

    def _start_cell(self, about: dict[str, str | None]) -> None:
        row = self._row()[-1]
        self._covered(row)
        wide, high = (self._span(about.get(name)) for name in ("colspan", "rowspan"))
        self.count += wide
        if self.count > MAX_CELLS:
            raise IntakeError(self.file, f"has more than {MAX_CELLS:,} cells", "export a shorter period")
        if high > 1:
            self.below |= dict.fromkeys(range(len(row), len(row) + wide), high)
        row.extend([""] * wide)
        self.at = len(row) - wide
        self.cell = []

    def _covered(self, row: list[str]) -> None:
        while self.below.get(len(row), 0) > 1:
            self.below[len(row)] -= 1
            row.append("")

    def _end_cell(self) -> None:
        if self.cell is not None:
            self._row()[-1][self.at] = " ".join("".join(self.cell).split())
            self.cell = None

    @staticmethod
    def _span(told: str | None) -> int:
        return max(int(told), 1) if told and told.isascii() and told.isdigit() and len(told) < 6 else 1
