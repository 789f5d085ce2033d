"""A part never stands for the whole: rows of an hour, a device, a product, a subtotal, a period that is compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made import PRODUCTS, converted, xlsx

from sizhen.intake import FileReport, IntakeError, import_files
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
SHOP = "统计日期,访客数,浏览量,支付金额,支付买家数"
DOUYIN = "日期,成交金额,成交订单数,成交人数"
PLANS = "日期,场景名字,计划名字,展现量,点击量,花费,总成交金额"
CHANNELS = "Session primary channel group (Default Channel Group),Sessions,Engaged sessions,Total users,Total revenue"


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (SHOP, ("2026-09-08 00:00:00,5,9,1,1", "2026-09-08 01:00:00,50,90,10,1")),
        (f"对象,{SHOP}", ("本店,2026-09-08,5,9,1,1", "同行平均,2026-09-08,50,90,10,10")),
        (f"{DOUYIN},城市", ("2026-09-08,5,1,1,甲", "2026-09-08,50,9,8,乙")),
        (
            "时间,SKU,SKU名称,成交金额,商品访客数,商品浏览量,渠道",
            ("2026-09-08,1,a,5,3,4,APP", "2026-09-08,1,a,9,8,7,全部渠道"),
        ),
    ],
)
def test_several_rows_of_one_day_are_not_told_by_the_first(bring: Bring, head: str, rows: tuple[str, ...]) -> None:
    error = str(bring(head, *rows).error)
    assert "several rows of one date" in error
    assert "(such as row 3)" in error


@pytest.mark.parametrize(
    ("head", "row", "by"),
    [
        (f"{SHOP},小时", "2026-09-08,5,9,1,1,0", "小时"),
        (f"类目名称,{SHOP}", "女装,2026-09-08,5,9,1,1", "类目名称"),
        (f"{DOUYIN},载体", "2026-09-08,5,1,1,直播", "载体"),
        ("一级来源,二级来源,三级来源,四级来源,访客数,支付金额", "淘内免费,手淘搜索,汇总,甲,4,4", "四级来源"),
        (f"达人昵称,{DOUYIN}", "甲,2026-09-08,5,1,1", "达人昵称"),
    ],
)
def test_one_row_of_a_part_is_not_the_whole(bring: Bring, head: str, row: str, by: str) -> None:
    assert f"but split by {by}: a part would stand for the whole" in str(bring(head, row).error)


def test_products_without_their_titles_are_products(bring: Bring, data_dir: Path) -> None:
    report = bring(
        "统计日期,商品ID,访客数,浏览量,支付金额,支付买家数", "2026-09-08,1,5,9,1,1", "2026-09-08,2,50,90,10,1"
    )
    assert (report.error, report.layout, report.kept) == (None, "sycm_products", 2)
    assert Shop.open(data_dir, "s1").table("product_daily")["visitors"].tolist() == [5, 50]


def test_of_rows_by_device_the_one_of_all_counts(bring: Bring, data_dir: Path) -> None:
    rows = ("2026-09-08,PC端,5,9,1,1", "2026-09-08,无线端,50,90,10,1", "2026-09-08,所有终端,54,99,11,2")
    head = SHOP.replace("统计日期", "统计日期,终端")
    report = bring(head, *rows)
    assert (report.error, report.notes) == (None, {"other_row": 2})
    assert Shop.open(data_dir, "s1").table("shop_daily")["visitors"].tolist() == [54]
    assert "only rows of a part (1)" in str(bring(head, rows[1], name="mobile.csv").error)


@pytest.mark.parametrize("word", ["小计", "合计：", "合計", "本页合计", "Subtotal"])
def test_subtotals_are_no_plans(bring: Bring, data_dir: Path, word: str) -> None:
    report = bring(PLANS, "2026-09-08,关键词推广,甲,10,1,1,0", f"2026-09-08,关键词推广,{word},10,1,1,0")
    assert report.notes == {"summary_row": 1}
    assert Shop.open(data_dir, "s1").table("ads_daily")["plan"].tolist() == ["甲"]


def test_a_row_of_advertising_without_its_product_is_no_product(bring: Bring) -> None:
    rows = ("2026-09-08,,30,3,3,9", "2026-09-08,11,10,1,1,3", "2026-09-08,12,20,2,2,6")
    report = bring("日期,主体ID,展现量,点击量,花费,总成交金额", *rows)
    assert (report.kept, report.rejected) == (2, {"missing_key": 1})


def test_columns_in_another_order_further_down_are_refused() -> None:
    head = "统计日期,商品ID,商品访客数,商品浏览量"
    other = "统计日期,商品ID,商品浏览量,商品访客数"
    with pytest.raises(IntakeError, match="its headings again in row 3, in another order; split it there"):
        converted(PRODUCTS, f"{head}\n2026-09-08,1,5,9\n{other}\n2026-09-09,1,9,5\n")
    titled = converted(PRODUCTS, f"{head},商品名称\n2026-09-08,1,5,9,商品访客数\n{head},商品名称\n2026-09-09,1,9,5,b\n")
    assert (titled.kept, [r.reason for r in titled.rejected]) == (2, ["repeated_heading"])


@pytest.mark.integration
def test_a_second_sheet_that_tells_the_same_rows_otherwise_is_refused(tmp_path: Path) -> None:
    head = "统计日期,商品ID,商品名称,商品访客数,商品浏览量,支付金额".split(",")
    now, stale, later = (
        [day, "1", "a", 5, 9, paid] for day, paid in (("2026-09-08", 9), ("2026-09-08", 4), ("2026-09-09", 7))
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx([head, now], [head, now], [head, later], [head, stale], hidden=3))
    *good, bad = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert [r.error for r in good] == [None] * 3
    assert "tells in sheet Sheet4 otherwise what it tells in Sheet1" in str(bad.error)
    assert Shop.open(tmp_path / "data", "s1").table("product_daily")["paid_amount"].tolist() == [9, 7]


def test_a_compared_period_or_group_is_not_added(bring: Bring, data_dir: Path) -> None:
    above = "# Start date: 20260908\n# End date: 20260908\n"
    ranges = (f"Date range,{CHANNELS}", '"Sep 8",Direct,10,5,9,100', '"Sep 1",Direct,20,5,18,200')
    assert "export it without the comparison" in bring(above + ranges[0], *ranges[1:]).passed_over
    report = bring(f"{above}Comparison,{CHANNELS}", "All Users,Direct,10,5,9,100", "Mobile,Direct,4,2,3,30")
    assert (report.error, report.notes) == (None, {"other_row": 1})
    assert Shop.open(data_dir, "s1").table("traffic_daily")["visitors"].tolist() == [9]
