"""Layouts and files the intake tests make up: invented values under the headings of platforms."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
import xlwt

from sizhen.intake import dayorder, decimals
from sizhen.intake.body import body
from sizhen.intake.convert import Converted, convert
from sizhen.intake.layouts import Layout, common, layout, recognise
from sizhen.intake.reading import read
from sizhen.intake.rules import Context

ORDERS = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"
LISTINGS = "update_time,id,title,price,sale_count,comment_count,店名"

PRODUCTS = """
title = { zh = "商品", en = "products by day" }
platform = "taobao"
required = ["统计日期", "商品ID", "商品访客数"]
aliases = { "商品ID" = ["宝贝ID", "商品编号"], "支付金额" = ["成交金额"] }
additive = ["paid_amount"]
shop = "店铺名称"
[product_daily]
date = "统计日期"
product_id = "商品ID"
visitors = "商品访客数"
page_views = "商品浏览量"
paid_amount = "支付金额"
conversion = { from = "支付转化率", kind = "rate" }
"""
SOURCES = """
title = { zh = "流量来源", en = "traffic by source" }
platform = "taobao"
required = ["二级来源", "三级来源", "访客数"]
only = { "三级来源" = ["汇总"] }
[traffic_daily]
date = { period = true }
channel = { from = "二级来源", map = { "手淘搜索" = "search", "淘宝客" = "paid_affiliate" }, otherwise = "other" }
device = { value = "mobile" }
channel_raw = "二级来源"
visitors = "访客数"
"""


def made(text: str, id: str = "made") -> Layout:
    entry: dict[str, Any] = tomllib.loads(text)
    return layout(id, entry, list(common().dates))


def converted(known: str | Layout, data: str | bytes, file: str = "x.csv") -> Converted:
    """A one-sheet file through recognition and conversion."""
    whole = data.encode() if isinstance(data, str) else data
    (sheet,) = read(whole, file)
    match = recognise(sheet, file, [made(known) if isinstance(known, str) else known])
    return convert(sheet, Context(match, common(), b"k" * 32, file))


def settled(known: str, text: str) -> dict[str, list[str]]:
    """By heading the cells of a file whose figures and days can be read in one way only."""
    (sheet,) = read(text.encode(), "x.csv")
    context = Context(recognise(sheet, "x.csv", [made(known)]), common(), b"k" * 32, "x.csv")
    rows = dayorder.settled(body(sheet, context.match, context.common, "x.csv"), context)
    rows = decimals.settled(rows, sheet, context, lambda: None)
    return {name: c.cells() for name, c in zip(context.match.headings, rows.columns, strict=True)}


def xlsx(*sheets: Sequence[Sequence[Any]], hidden: int | None = None) -> bytes:
    """A workbook of these sheets; dates are typed as such, formulas begin with =."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"strings_to_numbers": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, date | datetime):
                    sheet.write_datetime(i, j, cell, day)
                else:
                    sheet.write(i, j, cell)
        if number == hidden:
            sheet.hide()
    book.close()
    return sink.getvalue()


def xls(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of the old kind."""
    sink = io.BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("sheet1")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell, *([day] if isinstance(cell, date) else []))
    book.save(sink)
    return sink.getvalue()


def html(rows: Sequence[Sequence[Any]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<html><head><script>var a='<table><tr><td>no</td></tr></table>'</script></head><table>{body}</table></html>"
    )
