"""Frames as the sheets of one workbook (.xlsx) in the reader's language. No cell is ever a formula."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sizhen.files import replacing
from sizhen.view import labels
from sizhen.view.tables import in_unit_of, note
from sizhen.vocab.currency import currency_sign

FILE = "tables.xlsx"
SAFE = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True}
MADE = datetime(1980, 1, 1)  # the same tables give the same bytes
RISKY = tuple("=+-@\t\r")  # a spreadsheet takes these for a formula when the cell is typed again
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST = 32767  # characters a cell holds
NARROW, WIDE = 9, 44
A4 = 9


def write_workbook(path: str | Path, sheets: Mapping[str, pd.DataFrame], *, title: str) -> Path:
    """Writes one sheet per frame that has rows, by id and in order, to `path`, whole or not at all.

    Sheet names and headings are the vocabulary's, numbers carry the format of their unit, the unknown is a dash. Where
    no frame has rows, one sheet says what is missing. `title` stands on every printed page.
    KeyError for an id or a column the vocabulary has no wording for.
    """
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, SAFE) as book:
        book.set_properties({"title": _fit(title), "created": MADE})
        formats = Formats(book)
        for id, frame in [each for each in sheets.items() if len(each[1])] or list(sheets.items())[:1]:
            sheet = book.add_worksheet(labels.name(f"sheet.{id}"))
            _set_up(sheet, title)
            if frame.empty:
                sheet.write_string(0, 0, note(frame))
            else:
                _fill(sheet, frame, formats)
    with replacing(Path(path)) as stream:
        stream.write(memory.getbuffer())
    return Path(path)


class Formats:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Any):
        self._book = book
        self._made: dict[str, Format] = {}

    def __getitem__(self, kind: str) -> Format:
        if kind not in self._made:
            self._made[kind] = self._book.add_format(_look(kind))
        return self._made[kind]


def _look(kind: str) -> dict[str, Any]:
    sign = currency_sign(labels.reader.currency)
    seconds, points = labels.say("duration.seconds", seconds=""), labels.say("unit.points", points="")
    numbers = {
        "count": "#,##0",
        "money": f'"{sign}"#,##0.00',
        "rate": "0.00%",
        "change": "+0.00%;-0.00%;0.00%",
        "points": f'+0.00"{points}";-0.00"{points}";0.00"{points}"',
        "score": "0.00",
        "number": "#,##0.00",
        "seconds": f'#,##0"{seconds}"',
        "date": "yyyy-mm-dd",
    }
    others: dict[str, dict[str, Any]] = {
        "head": {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#F2F2F2"},
        "dash": {"align": "right", "font_color": "#808080"},
        "text": {"num_format": "@"},
        "risky": {"num_format": "@", "quote_prefix": True},
    }
    return others.get(kind) or {"num_format": numbers[kind]}


def _fill(sheet: Worksheet, frame: pd.DataFrame, formats: Formats) -> None:
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_row(0, 32)
    metrics = frame["metric"].to_list() if "metric" in frame else [""] * len(frame)
    for at, column in enumerate(map(str, frame.columns)):
        head = labels.name(column)
        sheet.write_string(0, at, head, formats["head"])
        shown = [
            _write(sheet, row, at, value, _unit(column, metric), column, formats)
            for row, (value, metric) in enumerate(zip(frame[column].to_list(), metrics, strict=True), start=1)
        ]
        widest = max([labels.width(head) / 2 + 1, *shown])
        sheet.set_column(at, at, min(max(widest + 2, NARROW), WIDE))


def _unit(column: str, metric: str) -> str:
    unit = labels.unit(in_unit_of(column, metric))
    return "money" if unit == "cents" else unit


def _write(sheet: Worksheet, row: int, at: int, value: Any, unit: str, column: str, formats: Formats) -> int:
    """Writes a cell and returns how wide it is. Only text, numbers and dates are ever written."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_string(row, at, labels.UNKNOWN, formats["dash"])
        return 1
    if unit == "date":
        sheet.write_datetime(row, at, pd.Timestamp(value).to_pydatetime(), formats[unit])
        return 10
    if unit in labels.FORMATS:
        sheet.write_number(row, at, float(value) * (100 if unit == "points" else 1), formats[unit])
        return len(labels.fmt(float(value), unit)) + 3
    text = _fit(labels.fmt(value, column))
    sheet.write_string(row, at, text, formats["risky" if text.startswith(RISKY) else "text"])
    return labels.width(text)


def _fit(text: str) -> str:
    """Without the characters a workbook cannot hold, cut to what a cell does."""
    return UNFIT.sub("", text)[:LONGEST]


def _set_up(sheet: Worksheet, title: str) -> None:
    """Printed on A4 across, as wide as a page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{_fit(title)[:100].replace('&', '&&')}&R&A")
    sheet.set_footer("&C&P / &N")
