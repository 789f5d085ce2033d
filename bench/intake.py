"""How fast and lean files are imported, on made-up files: `make bench-intake`.

A million rows of GBK CSV (products by day, and orders as Tmall's report has them), a hundred workbooks of 5,000 rows in
one call, and the same hundred again. Each runs in a process of its own; the reader's process is counted on its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from sizhen.intake import import_files

PRODUCTS = """
title = { zh = "商品", en = "products by day" }
platform = "taobao"
required = ["统计日期", "商品ID", "商品访客数"]
[product_daily]
date = "统计日期"
product_id = "商品ID"
visitors = "商品访客数"
page_views = "商品浏览量"
dwell_seconds = "平均停留时长"
cart_buyers = "商品加购人数"
order_buyers = "下单买家数"
paid_buyers = "支付买家数"
paid_amount = "支付金额"
bounce = { from = "商品详情页跳出率", kind = "rate" }
[products]
product_id = "商品ID"
title = "商品名称"
"""
HEAD = (
    "统计日期 商品ID 商品名称 商品状态 货号 商品访客数 商品浏览量 平均停留时长 商品详情页跳出率"
    " 商品加购人数 下单买家数 支付金额 竞争力评分 支付买家数"
)
ORDERS = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"
PLACES = ("上海", "广东省", "浙江省", "江苏省", "四川省", "内蒙古自治区")
MILLION, BOOKS, ROWS = 1_000_000, 100, 5_000
TARGETS = {"products": "5 s, 500 MB", "orders": "5 s, 500 MB", "workbooks": "60 s"}
FIRST = date(2026, 6, 1)


def product(i: int, day: date) -> list[str]:
    figures = f"{i * 31 % 3000:,}", f"{i * 17 % 7000:,}", f"{i % 977 / 13:.2f}", f"{i * 77 % 10001 / 100:.2f}%"
    paid = f"{i * 7919 % 1_000_000 / 7:,.2f}"
    kept = [str(day), f"10{i:09d}", f"短款针织半身裙女2026新款{i}", "当前在线", str(i * 7)]
    return [*kept, *figures, str(i % 50), str(i % 99), paid, "-", str(i % 20)]


def product_lines() -> Iterator[str]:
    yield ",".join(HEAD.split())
    for i in range(MILLION):
        cells = product(i // 30, FIRST + timedelta(days=i % 30))
        cells[5], cells[6] = f"{i * 31 % 3000:,}", f"{i * 17 % 7000:,}"
        cells[11] = f"{i * 7919 % 1_000_000 / 7:,.2f}"
        yield ",".join(f'"{c}"' if "," in c else c for c in cells)


def order_lines() -> Iterator[str]:
    yield ORDERS
    for i in range(MILLION):
        at = f"{FIRST + timedelta(days=i % 29)} {i % 24:02d}:{i % 59:02d}:{i % 57:02d}"
        yield f"{10**17 + i * 37},{i % 900}.5,{i % 800}.5,{PLACES[i % 6]},{at},{at if i % 5 else ''},{i % 7}.0"


def make(kind: str, folder: Path) -> list[Path]:
    """The files of one measurement."""
    if kind != "workbooks":
        path = folder / f"{kind}.csv"
        with path.open("w", encoding="gb18030", newline="") as stream:
            stream.writelines(f"{line}\r\n" for line in (product_lines() if kind == "products" else order_lines()))
        return [path]
    paths = [folder / f"{number:03d}.xlsx" for number in range(BOOKS)]
    for number, path in enumerate(paths):
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for i, row in enumerate([HEAD.split(), *(product(i, FIRST + timedelta(days=number)) for i in range(ROWS))]):
                sheet.write_row(i, 0, row)
    return paths


def measure(kind: str, folder: Path) -> None:
    """Imports the files, then imports them again, and prints a row of the table."""
    paths = sorted(folder.iterdir())
    with tempfile.TemporaryDirectory() as data:
        by = None if kind == "orders" else Path(data) / "products.toml"
        if by is not None:
            by.write_text(PRODUCTS, encoding="utf-8")
        start, worked = time.perf_counter(), sum(os.times()[:4])
        reports = import_files(paths, shop_id="s1", data_dir=data, map=by)
        seconds, worked = time.perf_counter() - start, sum(os.times()[:4]) - worked
        own, reader = (
            resource.getrusage(w).ru_maxrss // 1024 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        rows = sum(r.kept for r in reports)
        assert not any(r.error for r in reports)
        start = time.perf_counter()
        again = import_files(paths, shop_id="s1", data_dir=data, map=by)
        assert not any(r.changed for r in again)
        size = sum(p.stat().st_size for p in paths) / 1e6
    cells = [kind, len(paths), f"{size:.0f}", f"{rows:,}", f"{seconds:.1f}", f"{worked:.1f}", f"{rows / seconds:,.0f}"]
    cells += [own, reader, f"{time.perf_counter() - start:.1f}", TARGETS[kind]]
    print(f"| {' | '.join(map(str, cells))} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "FOLDER"), help="measure made files, in this process")
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure[0], Path(asked.measure[1]))
        return
    print(f"{os.cpu_count()} processors.\n")
    print("| files | number | MB | rows | s | CPU s | rows/s | MB of memory | MB of its reader | s again | target |")
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for kind in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            make(kind, Path(folder))
            subprocess.run([sys.executable, __file__, "--measure", kind, folder], check=True)


if __name__ == "__main__":
    main()
