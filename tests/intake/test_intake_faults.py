"""The fault table: each broken file gives either right values and reasons for the rows left out, or one clear error."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from made import PRODUCTS, converted, html, xls, xlsx
from msoffcrypto.format.ooxml import OOXMLFile

from sizhen.intake import IntakeError
from sizhen.intake.sheets import nothing_kept

HEAD = "统计日期,商品ID,商品访客数,商品浏览量,支付金额,支付转化率"
ONE = "2026-09-08,001,10,20,5.50,12.5%"
TWO = '2026-09-09,002,"1,234",30,-,0.5'
CLEAN = f"{HEAD}\n{ONE}\n{TWO}\n"
BARE = CLEAN.replace('"1,234"', "1234")
SEMICOLONS = BARE.replace(",", ";")
SHORT = HEAD[: len("统计日期,商品ID,商品访客数")].replace(",", ";")
CELLS = [HEAD.split(","), ["2026-09-08", "001", 10, "20", "5.50", "12.5%"]]
GOOD = [("001", 10.0), ("002", 1234.0)]


def lines(*more: str, head: str = HEAD) -> bytes:
    return "\n".join([head, ONE, TWO, *more, ""]).encode()


def row(**changed: str) -> str:
    """A third row with some cells changed."""
    cells = {"day": "2026-09-10", "id": "003", "visitors": "3", "views": "4", "paid": "5", "rate": "1%"} | changed
    return ",".join(cells.values())


def encrypted() -> bytes:
    sink = io.BytesIO()
    OOXMLFile(io.BytesIO(xlsx(CELLS))).encrypt("secret", sink)
    return sink.getvalue()


def repacked(change: dict[str, bytes], more: int = 0) -> bytes:
    """A workbook with parts replaced or added."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(CELLS))) as book, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:
        for part in book.namelist():
            out.writestr(part, change.pop(part, None) or book.read(part))
        for part, data in change.items():
            out.writestr(part, data)
        for number in range(more):
            out.writestr(f"xl/media/{number}", b"")
    return sink.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
XML = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
FAR = XML % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="XFD2"><v>1</v></c></row>'
DEEP = XML % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + FAR
UTF16_DTD = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x/>').encode("utf-16")

REFUSED = {
    "empty": (b"", "is empty"),
    "blank": (b" \r\n\t\r\n", "is empty"),
    "header only": (HEAD.encode(), "no usable row|headings but no rows"),
    "days that can be two": (
        f"{HEAD}\n{row(day='08/01/2026 09:15 AM')}\n".encode(),
        r"has 08/01/2026 09:15 AM in row 2 of 统计日期, which can be 2026-08-01 or 2026-01-08, and no other day tells",
    ),
    "totals only": (f"{HEAD}\n合计,-,10,20,5,1%\n".encode(), "headings but no rows"),
    "NUL": (CLEAN.replace("001", "\0").encode(), "NUL characters"),
    "mixed encodings": (f"{HEAD}\n".encode() + "2026-09-08,甲乙,1,2,3,1%\n".encode("gbk"), "line 2 are not UTF-8"),
    "cut within a character": (f"{CLEAN}2026-09-10,甲".encode()[:-1], "bytes in line 4 are not UTF-8"),
    "cut within a quote": (f'{CLEAN}2026-09-10,"003,1,2,3'.encode(), "quote opened in line 4 is never closed"),
    "duplicate headings": (CLEAN.replace("商品浏览量", "商品访客数").encode(), "heading 商品访客数 more than once"),
    "one field more on every row": (f"{HEAD}\n{ONE},9\n{TWO},9\n".encode(), "more or fewer"),
    "one cell more on every row of a sheet": (xlsx([CELLS[0], [*CELLS[1], 9]]), "more or fewer fields"),
    "a needed column missing": (CLEAN.replace("商品访客数", "访问").encode(), "without 商品访客数 but with 访问"),
    "headings missing": (f"{ONE}\n{TWO}\n".encode(), "no known export"),
    "two shops": (f"店铺名称,{HEAD}\n甲店,{ONE}\n乙店,{TWO}\n".encode(), "several shops .乙店 in row 3, column 店铺"),
    "another period than it says": (f"统计日期：2026-10-01 ~ 2026-10-31\n{CLEAN}".encode(), "outside the period"),
    "encrypted workbook": (encrypted(), "is encrypted; open it"),
    "cut workbook": (xlsx(CELLS)[:-200], "is a damaged workbook"),
    "cut old workbook": (xls(CELLS)[:3000], "is a damaged workbook"),
    "zip without a workbook": (repacked({}).replace(b"[Content_Types]", b"[Content_Typos]"), "zip archive and no"),
    "workbook bomb": (repacked({SHEET: b" " * (64 << 20)}), "times its size"),
    "workbook of too many parts": (repacked({}, more=5_001), "in 50.. parts"),
    "cell far to the right": (repacked({SHEET: FAR}), "cells far outside"),
    "cell far below": (repacked({SHEET: DEEP}), "cells far outside"),
    "DTD": (repacked({SHEET: DTD}), "document type definition"),
    "DTD in UTF-16": (repacked({"xl/extra.xml": UTF16_DTD}), "document type definition"),
    "sheet that is no XML": (repacked({SHEET: b"<worksheet><sheetData><row"}), "is a damaged workbook|is empty"),
    "packed file": (gzip.compress(CLEAN.encode()), "is packed .gzip.; unpack it"),
    "parquet": (b"PAR1\x15\x04\x15\x10", "is a parquet file"),
    "PDF": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "is a PDF; export it as a table"),
    "points of thousands among decimals": (SEMICOLONS.replace("5.50", "1.250").encode(), "can be 1250 or 1.250, and"),
    "decimal commas and points": (SEMICOLONS.replace("5.50", "5,50").encode(), "12.5% in row 2 .* not written alike"),
    "a comma that nothing tells": (f"{SHORT}\n2026-09-08;001;1,234\n".encode(), "1,234 in row 2 of .*, which can be"),
    "many columns of a page": (html([HEAD.split(","), ["1"] * 703]).encode(), "over 702 columns in row 2"),
    "no table": (b'[{"date":"2026-09-08","visitors":5}]', "no row that can be read"),
    "web page": (b"<!DOCTYPE html><html><body>please sign in</body></html>", "web page without a table"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "NUL|are not|neither"),
    "binary noise": (bytes(range(128, 256)) * 4, "is neither UTF-8 nor surely .*, such as line 1; say which"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(fault: str) -> None:
    data, says = REFUSED[fault]
    try:
        result = converted(PRODUCTS, data, "坏.csv")
        assert result.kept == 0
        told = str(nothing_kept("坏.csv", result))
    except IntakeError as error:
        told = str(error)
    assert re.search(says, told), told
    assert told.startswith("坏.csv: ")
    assert "\n" not in told


LEFT_OUT = {
    "cut within a row": ("2026-09-10,003,1", None, "field_count"),
    "short row": ("2026-09-10,003,1,2,3", None, "field_count"),
    "long row": (row() + ",9", None, "field_count"),
    "quotes within a field": (row(id='"0"3'), None, "malformed_quotes"),
    "headings again": (HEAD, None, "repeated_heading"),
    "row again": (ONE, None, "exact_duplicate"),
    "day again with other figures": (ONE.replace("10,20", "11,21"), "product_id", "repeated_key"),
    "over 100 %": (row(rate="178.15%"), "conversion", "out_of_range"),
    "per cent without its sign": (row(rate="78.15"), "conversion", "out_of_range"),
    "negative count": (row(visitors="-3"), "visitors", "out_of_range"),
    "half a visitor": (row(visitors="2.5"), "visitors", "not_a_number"),
    "inf": (row(visitors="inf"), "visitors", "not_a_number"),
    "nan": (row(paid="nan"), "paid_amount", "not_a_number"),
    "1e400": (row(paid="1e400"), "paid_amount", "not_a_number"),
    "400 digits": (row(paid="9" * 400), "paid_amount", "out_of_range"),
    "number of a destroyed id": (row(id="1.23E+17"), "product_id", "destroyed_id"),
    "no id": (row(id="--"), "product_id", "missing_key"),
    "id that says there is none": (row(id="null"), "product_id", "missing_key"),
    "no day": (row(day=""), "date", "missing_key"),
    "serial for a day": (row(day="46273"), "date", "not_a_date"),
    "American day": (row(day="09/10/2026"), "date", "not_a_date"),
    "no such day": (row(day="2026-02-30"), "date", "not_a_date"),
    "day of another age": (row(day="1899-12-30"), "date", "out_of_range"),
    "several days": (row(day="2026-09-10 ~ 2026-09-11"), "date", "several_days"),
    "text for a number": (row(paid="#REF!"), "paid_amount", "not_a_number"),
    "wrong thousands": (row(visitors='"12,34"'), "visitors", "not_a_number"),
    "formula": (row(visitors="=1+1"), "visitors", "not_a_number"),
}


@pytest.mark.parametrize("fault", LEFT_OUT)
def test_a_bad_row_stays_out_with_row_column_and_reason(fault: str) -> None:
    line, column, reason = LEFT_OUT[fault]
    result = converted(PRODUCTS, lines(line, row(id="004")))
    frame = result.frames["product_daily"]
    assert [*zip(frame["product_id"], frame["visitors"], strict=True)] == [*GOOD, ("004", 3.0)]
    assert [(r.row, r.column, r.reason) for r in result.rejected] == [(4, column, reason)]
    assert result.read == result.kept + 1


READ = {
    "UTF-8": CLEAN.encode(),
    "UTF-8 with mark": CLEAN.encode("utf-8-sig"),
    "UTF-16": CLEAN.encode("utf-16"),
    "GBK": CLEAN.encode("gbk"),
    "a tab at the end of each cell": BARE.replace(",", "\t,").replace("\n", "\t\n").encode(),
    "a tab before each cell": BARE.replace(",", ",\t").encode(),
    "tabs": BARE.replace(",", "\t").encode("utf-16"),
    "semicolons": SEMICOLONS.encode(),
    "semicolons and commas": SEMICOLONS.replace("1234", "1,234").encode(),
    "semicolons and plain thousands": SEMICOLONS.replace("5.50", "1,234.50").encode(),
    "carriage returns only": CLEAN.replace("\n", "\r").encode(),
    "lines above": f"店铺报表\n导出说明,仅供参考\n\n{CLEAN}".encode(),
    "comment lines": f"# ---\n# 说明: 仅供参考\n{CLEAN}".encode(),
    "empty rows": CLEAN.replace("\n", "\n\n,,,,,\n").encode(),
    "totals below": f"{CLEAN}合计,-,\"1,244\",50,5.50,-\n均值,-,622,25,2.75,-\n".encode(),
    "totals in the id's column": f"{CLEAN}2026-09-09,全店汇总值,9,9,9,9%\n".encode(),
    "headings drifted": CLEAN.replace("商品ID", " 宝贝ID ").replace("商品访客数", "商品访客数（人）").encode(),
    "columns in another order": f"商品访客数,统计日期,商品ID\n10,2026-09-08,001\n\"1,234\",2026/9/9,002\n".encode(),  # noqa: F541
    "an extra column": CLEAN.replace("\n", ",x\n").encode(),
    "empty columns to the right": CLEAN.replace("\n", ",,\n").encode(),
    "full-width digits": CLEAN.replace(",10,", ",１０,").encode(),
    "several shapes of days": CLEAN.replace("2026-09-08", "2026年9月8日").replace("2026-09-09", "20260909").encode(),
    "ten thousands": CLEAN.replace('"1,234"', "0.1234万").encode(),
    "a period of one day": CLEAN.replace("2026-09-08", "2026-09-08~2026-09-08").encode(),
    "its own period": f"统计日期：2026-09-08 ~ 2026-09-09,,,,,\n{CLEAN}".encode(),
    "ids in wrappers": CLEAN.replace("001", '"=""001"""').encode(),
    "typed cells": xlsx([HEAD.split(",")[:3], [date(2026, 9, 8), "001", 10], [datetime(2026, 9, 9), "002", 1234.0]]),
    "an old workbook": xls([HEAD.split(",")[:3], [date(2026, 9, 8), "001", 10], ["2026-09-09", "002", "1,234"]]),
    "a page called a workbook": html([r.replace('"1,234"', "1234").split(",") for r in CLEAN.split()]).encode(),
    "blank columns right of a sheet": xlsx([[*CELLS[0][:3], "", ""], ["2026-09-09", "002", 1234], CELLS[1][:3]]),
}  # fmt: skip


@pytest.mark.parametrize("shape", READ)
def test_the_same_figures_in_any_shape_are_read_alike(shape: str) -> None:
    result = converted(PRODUCTS, READ[shape], "x.xlsx")
    frame = result.frames["product_daily"]
    assert [*zip(frame["product_id"], frame["visitors"], strict=True)] == GOOD
    assert [f"{d:%m-%d}" for d in frame["date"]] == ["09-08", "09-09"]
    assert result.rejected == ()


def test_an_id_stored_as_a_number_is_refused_where_the_sheet_has_rounded_it() -> None:
    rows = [HEAD.split(",")[:3], ["2026-09-08", 1052187499831, 10], ["2026-09-08", 105218749983112345, 11]]
    result = converted(PRODUCTS, xlsx(rows))
    assert result.frames["product_daily"]["product_id"].tolist() == ["1052187499831"]
    assert [(r.row, r.column, r.reason) for r in result.rejected] == [(3, "product_id", "destroyed_id")]


def test_formulas_give_the_value_last_computed_and_errors_are_unknown() -> None:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD.split(",")[:4])
    sheet.write_row(1, 0, ["2026-09-08", "001"])
    sheet.write_formula(1, 2, "=5+5", None, 10)
    sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    book.close()
    frame = converted(PRODUCTS, sink.getvalue()).frames["product_daily"]
    assert frame["visitors"].tolist() == [10]
    assert frame["page_views"].isna().all()


@pytest.mark.slow
def test_a_million_rows_keep_their_sum() -> None:
    rows = "".join(f"2026-09-{i % 30 + 1:02d},{i // 30},{i % 7},1,2.25,1%\n" for i in range(1_000_000))
    result = converted(PRODUCTS, HEAD + "\n" + rows)
    frame = result.frames["product_daily"]
    assert (result.read, result.kept) == (1_000_000, 1_000_000)
    assert frame["visitors"].sum() == sum(i % 7 for i in range(1_000_000))
    assert frame["paid_amount"].sum() == 2_250_000
