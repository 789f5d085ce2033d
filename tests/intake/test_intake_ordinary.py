"""Files as ordinary people bring them: what stands around the figures and how they are written changes no value."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made import PRODUCTS, converted, xlsx

from sizhen.intake import FileReport, import_files
from sizhen.intake.layouts import layouts
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
PLATFORMS = Path(__file__).parent / "platforms"
HEAD = "统计日期,商品ID,商品访客数,商品浏览量,支付金额,支付转化率"
ONE = "2026-09-08,001,10,20,5.50,12.5%"
TWO = "2026-09-09,002,1234,30,6.25,50%"
ORDERS = "订单编号,总金额,买家实际支付金额,收货地址,订单创建时间,订单付款时间,退款金额"
ORDER = "A1,100,90,上海,2026-09-08 10:00:00,2026-09-08 10:01:00,0"
SHOP = "统计日期,访客数,浏览量,支付金额,支付买家数"


def figures(*lines: str, head: str = HEAD) -> list[list[Any]]:
    """Day, product, visitors and amount of the rows that are kept; none may be left out."""
    result = converted(PRODUCTS, "\n".join((head, *lines)) + "\n")
    assert result.rejected == ()
    frame = result.frames["product_daily"]
    return [[f"{d:%m-%d}", *r] for d, *r in frame[["date", "product_id", "visitors", "paid_amount"]].values.tolist()]


PLAIN = [["09-08", "001", 10, 5.5], ["09-09", "002", 1234, 6.25]]


@pytest.mark.parametrize(
    "day",
    [
        "2026.9.8",
        "2026.09.08",
        "2026–09–08",
        "２０２６-０９-０８",
        "2026-09-08 星期二",
        "2026-09-08（周二）",
        "周二 2026/9/8",
        "2026-09-08 Tuesday",
        "2026年9月8日 00:00:00",
        "Sep 8, 2026",
        "08-Sep-2026",
        "2026.09.08-2026.09.08",
        "'2026-09-08",
        '"=""2026-09-08"""',
    ],
)
def test_days_in_all_usual_shapes(day: str) -> None:
    row = ONE.replace("2026-09-08", f'"{day}"' if "," in day else day)
    assert figures(row, TWO) == PLAIN


@pytest.mark.parametrize(
    ("visitors", "paid"),
    [
        ("10人", "5.50元"),
        ("10 次", "¥ 5.50"),
        ("'10", "CNY 5.50"),
        ("\u200b10", "5.50 CNY"),
        ('"=""10"""', '"=""5.50"""'),
        ("0.001 万", "0.00055万元"),
        ("+10", "RMB5.50"),
    ],
)
def test_figures_with_their_units_and_wrappers(visitors: str, paid: str) -> None:
    assert figures(ONE.replace(",10,", f",{visitors},").replace("5.50", paid), TWO) == PLAIN


@pytest.mark.parametrize("mark", ["–", "---", "―", "n/a", "NA", "无", "暂无", "无数据", "统计中", "/", "-%"])
def test_a_figure_that_is_not_there_costs_no_row(mark: str) -> None:
    result = converted(PRODUCTS, f"{HEAD}\n{ONE.replace('5.50', mark)}\n{TWO}\n")
    assert result.rejected == ()
    assert result.frames["product_daily"]["paid_amount"].fillna(-1).tolist() == [-1, 6.25]


def test_a_name_that_is_a_mark_for_figures_is_a_name(bring: Bring, data_dir: Path) -> None:
    bring("日期,计划名字,展现量,点击量,花费", "2026-09-08,无,10,1,2")
    assert Shop.open(data_dir, "s1").table("ads_daily")["plan"].tolist() == ["无"]


@pytest.mark.parametrize("id", ["680000000001.0", "680000000001.00", "`680000000001", "‘680000000001"])
def test_an_id_that_was_stored_as_a_number_is_the_same_id(id: str) -> None:
    assert figures(ONE.replace("001", id))[0][1] == "680000000001"


def test_an_id_of_more_digits_than_a_number_keeps_is_lost_and_a_size_keeps_its_decimals() -> None:
    result = converted(PRODUCTS, f"{HEAD}\n{ONE.replace('001', '2960000000000000011.0')}\n{TWO}\n")
    assert [r.reason for r in result.rejected] == ["destroyed_id"]
    assert figures(ONE.replace("001", "42.0"))[0][1] == "42.0"


@pytest.mark.parametrize("suffix", ["（￥）", "(¥)", "（人民币）", "(CNY)", " (元)", "（个）"])
def test_units_behind_headings(suffix: str) -> None:
    head = HEAD.replace("商品访客数", f"商品访客数{suffix}").replace("支付金额", f"支付金额{suffix}")
    assert figures(ONE, TWO, head=head) == PLAIN


def test_a_currency_behind_a_heading_is_one(bring: Bring) -> None:
    head = SHOP.replace("支付金额", "支付金额({})")
    assert bring(head.format("USD"), "2026-09-08,9,9,9,1", name="a.csv").error is None
    assert "is in CNY, but s1 counts in USD" in str(bring(head.format("CNY"), "2026-09-09,9,9,9,1", name="b.csv").error)
    assert "is in RMB, but s1" in str(bring(SHOP, "2026-09-10,9,9,RMB 9,1", name="c.csv").error)
    same = bring(head.format("$"), "2026-09-11,9,9,USD 9,1", name="d.csv")
    assert (same.error, same.currency) == (None, "USD")


@pytest.mark.parametrize("heading", ["商品 ID", '"商品\nID"', "商品　ID"])
def test_a_heading_with_a_space_beside_chinese(heading: str) -> None:
    assert figures(ONE, TWO, head=HEAD.replace("商品ID", heading)) == PLAIN


def test_ids_with_a_tab_between_semicolons() -> None:
    lines = (line.replace(",", ";").replace(";00", ";\t00") for line in (ONE, TWO))
    assert figures(*lines, head=HEAD.replace(",", ";")) == PLAIN


@pytest.mark.parametrize("label", ["时间范围", "数据日期", "统计区间"])
def test_the_day_under_other_names_above_the_headings(bring: Bring, label: str) -> None:
    lines = (f"{label}：2026-09-08 至 2026-09-08", "终端：无线端", "一级来源,二级来源,三级来源,访客数,支付金额")
    report = bring(*lines, "淘内免费,手淘搜索,汇总,9,5")
    assert (report.error, report.first) == (None, date(2026, 9, 8))


def test_a_refusal_of_all_rows_names_the_column(bring: Bring) -> None:
    head = "一级来源,二级来源,三级来源,访客数,支付金额"
    error = str(bring(head, "淘内免费,手淘搜索,汇总,9,5", name="来源_2026-09-08.csv").error)
    assert "(device: no value in a key column: 1 of 1, such as row 2)" in error


def test_headings_twice_that_nothing_is_read_from() -> None:
    lines = [f"{line},x,y" for line in (ONE, TWO)]
    assert figures(*lines, head=f"{HEAD},备注,备注") == PLAIN


def test_headings_that_end_in_empty_cells_their_rows_do_not_have() -> None:
    assert figures(ONE, TWO, head=f"{HEAD},,") == PLAIN


def test_headings_over_two_rows() -> None:
    upper = "统计日期,商品ID,流量,,交易,"
    assert figures(",,商品访客数,商品浏览量,支付金额,支付转化率", ONE, TWO, head=upper) == PLAIN


@pytest.mark.parametrize("word", ["全部", "合 计", "合计（元）", "总计：", "店铺合计", "TOTAL"])
def test_a_row_of_everything_is_no_row_of_its_own(bring: Bring, data_dir: Path, word: str) -> None:
    plans = ("2026-09-08,甲,10,1,2", "2026-09-08,乙,20,2,3")
    report = bring("日期,计划名字,展现量,点击量,花费", *plans, f"2026-09-08,{word},30,3,5")
    assert (report.rejected, report.notes) == ({}, {"summary_row": 1})
    assert Shop.open(data_dir, "s1").table("ads_daily")["cost"].sum() == 5
    assert bring(ORDERS, ORDER, f"{word},100,90,-,-,-,0", name="b.csv").notes == {"summary_row": 1}
    assert Shop.open(data_dir, "s1").table("orders")["order_id"].tolist() == ["A1"]


def test_all_devices_are_no_total(bring: Bring) -> None:
    rows = ("全部,2026-09-08,9,19,5,2", "PC端,2026-09-08,4,9,2,1")
    report = bring(f"终端,{SHOP}", *rows)
    assert (report.error, report.kept, report.notes) == (None, 1, {"other_row": 1})


def test_remarks_below_the_data_are_no_rows(bring: Bring, data_dir: Path, tmp_path: Path) -> None:
    cells = [line.split(",") for line in (ORDERS, ORDER)]
    path = tmp_path / "orders.xlsx"
    path.write_bytes(xlsx([*cells, [], ["注：以上数据仅供参考"], ["下载人：小王"]]))
    (report,) = import_files([path], shop_id="s1", data_dir=data_dir)
    assert (report.read, report.notes) == (1, {"empty_row": 1, "remark_row": 2})
    assert Shop.open(data_dir, "s1").table("orders")["order_id"].tolist() == ["A1"]
    reviews = "商品ID,用户ID,购买时间,评论时间,打分,评论内容"
    rated = "1,u1,2026-09-01 10:00:00,2026-09-08 10:00:00,5,很好"
    assert bring(reviews, rated, "共 1 条,,,,,", name="jd.csv").notes == {"remark_row": 1}
    alone = bring("评价内容,评分,昵称", "很好,,", "破了,1,小狐狸")
    assert (alone.kept, alone.notes) == (2, {})


def test_a_cell_that_is_no_day_does_not_make_days_of_weeks() -> None:
    result = converted(PRODUCTS, f"{HEAD}\n{ONE.replace('2026-09-08', '2026-09-08~2026-09-14')}\n说明,x,1,1,1,1%\n")
    assert list(result.frames) == ["totals/product_daily"]
    assert [(r.row, r.reason) for r in result.rejected] == [(3, "not_a_date")]


@pytest.mark.parametrize("order", [slice(None, None, -1), slice(None)])
def test_the_order_of_columns_does_not_tell_parts_from_wholes(order: slice) -> None:
    export = tomllib.loads((PLATFORMS / "sycm.toml").read_text(encoding="utf-8"))["sycm_sources"]
    rows = list(csv.reader(export["lines"]))
    sink = io.StringIO()
    numbered = [["序号", *rows[5]], *([str(n), *row] for n, row in enumerate(rows[6:]))]
    csv.writer(sink).writerows([*rows[:5], *(row[order] for row in numbered)])
    frame = converted(layouts()["sycm_sources"], sink.getvalue(), export["file"]).frames["traffic_daily"]
    found = dict(zip(frame["channel"], frame["visitors"], strict=True))
    assert found == {r["channel"]: r["visitors"] for r in export["traffic_daily"]}


def test_a_glossary_beside_the_reviews_is_no_review(bring: Bring, data_dir: Path) -> None:
    reviews = [["评价编号", "评价内容", "评分"], ["r1", "很好", 5]]
    glossary = [["字段", "口径"], ["评价内容", "买家写的文字"], ["评分", "1 到 5"]]
    assert bring(data=xlsx(glossary, reviews), name="reviews.xlsx").layout == "reviews_with_id"
    assert Shop.open(data_dir, "s1").table("reviews")["text"].tolist() == ["很好"]


def test_a_title_that_is_a_heading_elsewhere_is_a_title(bring: Bring) -> None:
    report = bring("评价内容", "评价编号,评价内容,评分", "r1,很好,5")
    assert (report.error, report.layout, report.kept) == (None, "reviews_with_id", 1)


def test_several_tables_of_the_contract_in_one_workbook(bring: Bring, tmp_path: Path, data_dir: Path) -> None:
    days = [["date", "visitors"], ["2026-09-08", 9]]
    products = [["date", "product_id", "visitors"], ["2026-09-08", "p1", 5]]
    path = tmp_path / "tables.xlsx"
    path.write_bytes(xlsx(days, products))
    reports = import_files([path], shop_id="s1", data_dir=data_dir)
    assert [r.table for r in reports] == ["shop_daily", "product_daily"]


@pytest.mark.parametrize("day", ["2026/9/8", "2026年9月8日", "2026.09.08", "２０２６-０９-０８"])
def test_a_review_is_the_same_however_its_day_is_written(bring: Bring, data_dir: Path, day: str) -> None:
    head = "评价内容,评分,评价时间"
    bring(head, "很好,5,2026-09-08", name="a.csv")
    assert bring(head, f"很好,5,{day}", name="b.csv").changed == {}
    (tmp := data_dir / "c.xlsx").write_bytes(xlsx([head.split(","), ["很好", 5, date(2026, 9, 8)]]))
    import_files([tmp], shop_id="s1", data_dir=data_dir)
    assert len(Shop.open(data_dir, "s1").table("reviews")) == 1


@pytest.mark.parametrize(
    ("head", "row", "layout"),
    [
        (ORDERS.replace("收货地址,", ""), ORDER.replace("上海,", ""), "tmall_order_report"),
        (
            "订单编号,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间,宝贝总数量",
            "A1,100,90,交易成功,2026-09-08 10:00:00,,2",
            "qianniu_orders",
        ),
        ("统计日期,商品ID,商品访客数,支付金额", "2026-09-08,1,9,5", "sycm_products"),
        (
            "日期,所属终端,商品ID,访客数,支付金额,支付商品件数,下单商品件数",
            "2026-09-08,所有终端,1,9,5,3,4",
            "sycm_products",
        ),
        ("时间,SKU ID,成交金额,商品访客数,商品浏览量,成交人数", "2026-09-08,1,9,5,7,2", "jd_products"),
        ("日期,计划名称,展现量,点击量,花费,总订单金额", "2026-09-08,甲,9,5,7,2", "jd_ads"),
        ("统计日期,商品ID,成交金额,成交人数,商品点击人数", "2026-09-08,1,9,5,7", "douyin_products"),
        (
            "Name,Financial Status,Paid at,Total,Created at,Lineitem quantity",
            "#1,paid,,5,2026-09-08 10:00:00,1",
            "shopify_orders",
        ),
    ],
)
def test_columns_that_are_not_needed_may_be_gone_and_have_older_names(
    bring: Bring, head: str, row: str, layout: str
) -> None:
    report = bring(head, row)
    assert (report.error, report.layout, report.kept, report.unread) == (None, layout, 1, ())


def test_orders_without_their_state_keep_buyer_and_units(bring: Bring, data_dir: Path) -> None:
    bring(f"{ORDERS},买家会员名,宝贝总数量,店铺名称", f"{ORDER},小狐狸,3,甲店")
    orders = Shop.open(data_dir, "s1").table("orders")
    assert orders["units"].tolist() == [3]
    assert orders["buyer_id"].str.fullmatch("[0-9a-f]{20}").all()
