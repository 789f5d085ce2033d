"""The workbook, unzipped: sheets, formats, and cells that are never a formula."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from sizhen import view
from sizhen.view import cards
from sizhen.view.workbook import write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = ["=1+1", "+86 10", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "https://x.example", "007", "{=1}"]
Read = Callable[[dict[str, pd.DataFrame]], "Book"]


class Book:
    """What a spreadsheet program would find in the file."""

    def __init__(self, path: Path):
        with zipfile.ZipFile(path) as file:
            self.parts = {name: file.read(name) for name in file.namelist()}
        self.names = [s.get("name") for s in self._tree("xl/workbook.xml").iter(f"{MAIN}sheet")]
        strings = self._tree("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in self.parts else []
        self._strings = ["".join(t.text or "" for t in item.iter(f"{MAIN}t")) for item in strings]
        styles = self._tree("xl/styles.xml")
        codes = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(f"{MAIN}numFmt")}
        self._styles = [
            (codes.get(x.get("numFmtId"), x.get("numFmtId")), x.get("quotePrefix") == "1")
            for x in styles.find(f"{MAIN}cellXfs")
        ]

    def _tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts[part])

    def sheet(self, number: int = 1) -> ElementTree.Element:
        return self._tree(f"xl/worksheets/sheet{number}.xml")

    def cells(self, number: int = 1) -> dict[str, tuple[object, str, bool]]:
        """By place: value, number format, whether the text is marked as text."""
        found = {}
        for cell in self.sheet(number).iter(f"{MAIN}c"):
            assert cell.find(f"{MAIN}f") is None, "a formula"
            value = cell.findtext(f"{MAIN}v")
            shown = self._strings[int(value)] if cell.get("t") == "s" else float(value or "nan")
            found[cell.get("r")] = (shown, *self._styles[int(cell.get("s", 0))])
        return found


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda sheets: Book(write_workbook(tmp_path / "tables.xlsx", sheets, title="小店 & Co · 2026-10"))


def test_numbers_have_the_format_of_their_unit(read: Read) -> None:
    view.use("zh", "CNY")
    row = {"date": pd.Timestamp("2026-10-31"), "visitors": 1234.0, "conversion": 0.0267, "paid_amount": 2618.5}
    book = read({"shop_days": pd.DataFrame([{**row, "dwell_seconds": 75.0, "visitors_change": -0.1}])})
    assert book.names == ["店铺日报"]
    cells = book.cells()
    assert [cells[f"{c}1"][0] for c in "ABCD"] == ["日期", "访客数", "支付转化率", "支付金额"]
    day = (date(2026, 10, 31) - date(1899, 12, 30)) // timedelta(days=1)
    assert cells["A2"][:2] == (day, "yyyy-mm-dd")
    assert cells["B2"][:2] == (1234, "#,##0")
    assert cells["C2"][:2] == (0.0267, "0.00%")
    assert cells["D2"][:2] == (2618.5, '"¥"#,##0.00')
    assert cells["E2"][:2] == (75, '#,##0"秒"')
    assert cells["F2"][:2] == (-0.1, "+0.00%;-0.00%;0.00%")


def test_a_row_that_names_its_metric_is_in_its_unit(read: Read) -> None:
    view.use("en", "USD")
    table = pd.DataFrame({"metric": ["conversion", "paid_amount"], "all": [0.03, 5.0], "all_before": [math.nan, 4.0]})
    cells = read({"monthly_review": table.assign(all_change=[math.nan, 0.25])}).cells()
    assert [cells[p][0] for p in ("A2", "A3", "B1", "C1")] == [
        *("conversion", "sales (paid amount)"),
        *("whole shop (each person once)", "whole shop before (totals per as many days)"),
    ]
    assert (cells["B2"][1], cells["B3"][1], cells["C3"][1]) == ("0.00%", '"$"#,##0.00', '"$"#,##0.00')
    assert cells["C2"][0] == cells["D2"][0] == "—"


@pytest.mark.parametrize("title", HOSTILE)
def test_text_is_never_a_formula_a_link_or_a_number(read: Read, title: str) -> None:
    view.use("zh", "CNY")
    book = read({"product_days": pd.DataFrame({"product_id": ["=cmd|' /C calc'!A0"], "title": [title]})})
    cells = book.cells()
    assert cells["B2"][0] == title
    assert cells["A2"][2] and cells["B2"][2] == (title[0] in "=+-@\t")
    assert not [name for name in book.parts if "rels/sheet" in name or "externalLink" in name]
    assert not list(book.sheet().iter(f"{MAIN}hyperlink"))


def test_text_that_xml_cannot_hold_and_text_too_long(read: Read) -> None:
    view.use("zh", "CNY")
    titles = ["a\x00b\x1fc\uffff<&>", "长" * 40_000, "_x0041_", "𝒳\u202e"]
    cells = read({"product_days": pd.DataFrame({"title": titles})}).cells()
    assert cells["A2"][0] == "abc<&>"
    assert cells["A3"][0] == "长" * 32_767
    assert cells["A4"][0] in ("_x0041_", "_x005F_x0041_")
    assert cells["A5"][0] == titles[3]


def test_sheets_can_be_read_and_printed(read: Read) -> None:
    view.use("en", "USD")
    frame = pd.DataFrame({"title": ["a" * 30, "b"], "visitors": [1.0, 2.0]})
    sheet = read({"product_days": frame}).sheet()
    pane = sheet.find(f"{MAIN}sheetViews/{MAIN}sheetView/{MAIN}pane")
    assert (pane.get("state"), pane.get("xSplit"), pane.get("ySplit")) == ("frozen", "1", "1")
    wide, narrow = (float(c.get("width")) for c in sheet.iter(f"{MAIN}col"))
    assert 30 < wide < 40 and 9 <= narrow < 12
    setup = sheet.find(f"{MAIN}pageSetup")
    assert (setup.get("orientation"), setup.get("paperSize"), setup.get("fitToHeight")) == ("landscape", "9", "0")
    assert "小店 && Co" in sheet.findtext(f"{MAIN}headerFooter/{MAIN}oddHeader")


def test_only_sheets_with_rows_and_never_none(read: Read) -> None:
    view.use("zh", "CNY")
    empty = pd.DataFrame()
    empty.attrs["needs"] = ["product_daily"]
    there = pd.DataFrame({"visitors": [1.0]})
    assert read({"product_days": empty, "shop_days": there}).names == ["店铺日报"]
    assert read({"product_days": empty}).cells()["A1"][0] == "没有这些数据，无法查看：商品日报。"


def test_written_whole_or_not_at_all_and_the_same_bytes(tmp_path: Path) -> None:
    view.use("zh", "CNY")
    path = tmp_path / "tables.xlsx"
    frame = pd.DataFrame({"visitors": [1.0]})
    before = write_workbook(path, {"shop_days": frame}, title="a").read_bytes()
    assert write_workbook(path, {"shop_days": frame}, title="a").read_bytes() == before
    with pytest.raises(KeyError):
        write_workbook(path, {"shop_days": frame.assign(no_such_column=1)}, title="a")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_report_names_the_sheets() -> None:
    view.use("en", "USD")
    there, absent = pd.DataFrame({"visitors": [1.0]}), pd.DataFrame()
    kept = {"shop_days": there, "service_care": there, "product_days": absent}
    told = re.sub("<[^>]+>", "", cards.sheets_kept(kept).html)
    assert told == "Beside this report, tables.xlsx holds: Shop by day and Service and care. Without data: Products."
    view.use("zh", "CNY")
    assert "里有：店铺日报。" in cards.sheets_kept({"shop_days": there}).html
    assert "没有可以存档的数据表" in cards.sheets_kept({"shop_days": absent}).html
