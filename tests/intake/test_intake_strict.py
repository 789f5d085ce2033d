"""What is read leniently still brings in no wrong number: parts, wholes, currencies and texts stay apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.intake import FileReport
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
SHOP = "统计日期,访客数,浏览量,支付金额,支付买家数"
PRODUCTS = "统计日期,商品ID,商品访客数,支付金额"
DOUYIN = "统计日期,商品ID,成交金额,成交人数,商品点击人数"


@pytest.mark.parametrize(
    ("first", "head", "cell"),
    [
        ("HKD 5", SHOP, "US$12"),
        ("USD 5", SHOP.replace("支付金额", "支付金额(人民币)"), "12"),
        ("JPY 5", SHOP, "¥12\n2026-09-10,9,9,12元"),
    ],
)
def test_money_of_another_currency_is_refused(bring: Bring, first: str, head: str, cell: str) -> None:
    assert bring(SHOP, f"2026-09-08,9,9,{first},1", name="a.csv").error is None
    lines = "\n".join(f"{line},1" for line in f"2026-09-09,9,9,{cell}".split("\n"))
    assert "but s1 counts in" in str(bring(head, lines, name="b.csv").error)


@pytest.mark.parametrize(("one", "other"), [("HKD 5", "US$5"), ("$5", "5元")])
def test_amounts_that_can_be_of_no_one_currency_are_of_several(bring: Bring, one: str, other: str) -> None:
    report = bring(SHOP, f"2026-09-08,9,9,{one},1", f"2026-09-09,9,9,{other},1")
    assert "rows of several currencies" in str(report.error)


def test_a_cell_of_another_currency_than_the_file_says(bring: Bring) -> None:
    head = "Date,Campaign Name,Customer Search Term,Impressions,Clicks,Spend,Currency"
    assert "several currencies (CNY in row 2, column spend; USD in row 2, column currency)" in str(
        bring(head, "2026-09-08,c,k,1,1,CNY 5,USD").error
    )
    assert bring(head, "2026-09-08,c,k,1,1,$5,USD").currency == "USD"


@pytest.mark.parametrize("other", ["花费", "花费(元)"])
def test_a_heading_with_its_unit_counts_before_another_name(bring: Bring, data_dir: Path, other: str) -> None:
    bring(f"日期,推广计划,展现数,点击数,总费用(元),{other},总订单金额", "2026-09-08,甲,1,1,100,60,9")
    assert Shop.open(data_dir, "s1").table("ads_daily")["cost"].tolist() == [100]


@pytest.mark.parametrize("by", ["载体", "自卖/合作", "端口"])
def test_the_whole_beside_its_parts_counts_once(bring: Bring, data_dir: Path, by: str) -> None:
    rows = ("2026-09-08,1,30,3,9,全部", "2026-09-08,1,10,1,4,甲", "2026-09-08,1,20,2,5,乙", "2026-09-08,2,7,1,2,全部")
    report = bring(f"{DOUYIN},{by}", *rows)
    assert (report.notes, report.remarks) == ({"summary_row": 1, "joined": 1}, ())
    assert Shop.open(data_dir, "s1").table("product_daily")["paid_amount"].tolist() == [30, 7]


def test_all_of_something_in_the_first_column_is_no_total_of_the_file(bring: Bring, data_dir: Path) -> None:
    whole = bring(f"载体,{DOUYIN}", "全部,2026-09-08,1,30,3,9", "直播,2026-09-08,2,10,1,4", "全部,,,40,4,13")
    assert whole.notes == {"summary_row": 1}
    assert Shop.open(data_dir, "s1").table("product_daily")["paid_amount"].tolist() == [30, 10]
    split = bring(f"端口,{PRODUCTS}", "全部,2026-09-09,1,9,5", "APP,2026-09-09,1,4,2", name="b.csv")
    assert "several rows of one date and product_id" in str(split.error)


def test_a_review_that_is_a_word_for_totals_is_a_review(bring: Bring, data_dir: Path) -> None:
    assert bring("评价内容,评分", "Average,3", "总体：,4", "全部,5").notes == {}
    assert len(Shop.open(data_dir, "s1").table("reviews")) == 3


@pytest.mark.parametrize("by", ["小时", "SKU ID", "来源名称", "关键词", "直播间"])
def test_products_split_by_something_are_no_products(bring: Bring, by: str) -> None:
    report = bring(f"{PRODUCTS},{by}", "2026-09-08,1,9,5,x", "2026-09-08,2,8,4,x")
    assert "a part would stand for the whole" in str(report.error)


def test_products_limited_to_a_device_above_the_headings(bring: Bring) -> None:
    assert "is limited to 无线端" in str(bring("所属终端：无线端", PRODUCTS, "2026-09-08,1,9,5").error)


@pytest.mark.parametrize("group", ["PC端", "推广数据", "上周", "直播间"])
def test_headings_below_the_name_of_a_part(bring: Bring, group: str) -> None:
    lower = ",,商品访客数,支付金额,备注"
    report = bring(f"统计日期,商品ID,{group},,", lower, "2026-09-08,1,9,5,x", name="a.csv")
    assert "商品访客数 below" in str(report.error)
    assert bring(f"统计日期,商品ID,全店,,{group}", lower, "2026-09-08,1,9,5,x", name="b.csv").error is None


def test_headings_below_what_their_report_is_of(bring: Bring) -> None:
    report = bring("日期,推广计划,推广,,,", ",,展现数,点击数,总费用,总订单金额", "2026-09-08,甲,9,1,5,7")
    assert (report.error, report.kept) == (None, 1)


def test_a_line_of_an_order_is_no_whole_of_the_others(bring: Bring, data_dir: Path) -> None:
    head = "Name,Financial Status,Paid at,Total,Created at,Lineitem quantity,Vendor"
    bring(head, "#1,paid,,5,2026-09-08 10:00:00,1,Total", "#1,,,,,3,Other")
    assert Shop.open(data_dir, "s1").table("orders")["units"].tolist() == [4]


def test_semicolons_in_texts_between_commas(bring: Bring, data_dir: Path) -> None:
    bring("评价编号,评价内容,评分", "r1,很好;快;包装好;值,5", "r2,一般;慢;差;破,3")
    assert Shop.open(data_dir, "s1").table("reviews")["text"].tolist() == ["很好;快;包装好;值", "一般;慢;差;破"]


def test_products_by_sku_that_name_their_spu_are_by_sku(bring: Bring, data_dir: Path) -> None:
    rows = ("2026-09-08,11,1,9,5,7", "2026-09-08,12,1,4,2,3")
    assert bring("时间,SKU ID,SPU,成交金额,商品访客数,商品浏览量", *rows).layout == "jd_products"
    assert Shop.open(data_dir, "s1").table("product_daily")["product_id"].tolist() == ["11", "12"]
