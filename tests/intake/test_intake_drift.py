"""Exports change from year to year: what is needed is found, what differs is told, and another's file is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import PRODUCTS, SOURCES, converted, made

from sizhen.intake import FileReport, IntakeError, import_files, layouts
from sizhen.intake.headings import heading, places
from sizhen.intake.layouts import recognise
from sizhen.intake.origin import named_period, same_shop
from sizhen.intake.reading import read

HEAD = "统计日期,商品ID,商品访客数,商品浏览量,支付金额,支付转化率"
ONE = "2026-09-08,001,10,20,5.50,12.5%"
TRAFFIC = "一级来源,二级来源,三级来源,访客数"
SEARCH = '淘内免费,手淘搜索,汇总,"9,433"'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("退款金额（元）", "退款金额(元) "),
        ("Session – Total", "session - total"),
        ("Ｓｋｕ", "SKU"),
        ("付款  时间", " 付款 时间"),
        ("\ufeff付款时间\u200b", "付款时间"),
        ("付款\n时间\r\n（元）", "付款时间(元)"),
    ],
)
def test_headings_that_differ_in_writing_only_are_one(one: str, other: str) -> None:
    assert heading(one) == heading(other)


def found(*cells: str, aliases: dict[str, tuple[str, ...]] | None = None) -> dict[str, int]:
    return places([heading(c) for c in cells], aliases or {}, ("(元)", "(本店)"))


def test_a_suffix_that_changes_nothing_may_be_left_out_and_others_not() -> None:
    assert found("访客数（本店）")["访客数"] == 0
    assert found("支付金额(本店)（元）")["支付金额"] == found("支付金额(元)(本店)")["支付金额"] == 0
    assert "退款金额" not in found("退款金额（退款时间）")
    assert "访客数" not in found("访客数（同行同层平均）")


def test_where_two_could_be_meant_none_is() -> None:
    assert "访客数" not in found("访客数（本店）", "访客数（元）")
    assert found("访客数", "访客数（本店）")["访客数"] == 0


def test_the_own_name_counts_before_an_alias_and_aliases_in_their_order() -> None:
    aliases = {"商品id": ("宝贝id", "商品编号")}
    assert found("商品编号", "商品ID", aliases=aliases)["商品id"] == 1
    assert found("商品编号", "宝贝ID", aliases=aliases)["商品id"] == 1
    assert found("商品编号（本店）", aliases=aliases)["商品id"] == 0


def test_columns_that_are_new_or_gone_are_told() -> None:
    known = made(PRODUCTS)
    (sheet,) = read(f"统计日期,商品ID,商品访客数,新指标（元）,\n{ONE}".encode(), "x.csv")
    assert recognise(sheet, "x.csv", [known]).unread == ("新指标（元）",)
    (wrapped,) = read(f'统计日期,商品ID,"New\nname"\n{ONE}'.encode(), "x.csv")
    with pytest.raises(IntakeError, match="without 商品访客数 but with New name") as error:
        recognise(wrapped, "x.csv", [known])
    assert "\n" not in str(error.value)
    result = converted(known, "统计日期,商品ID,商品访客数\n2026-09-08,1,2\n")
    assert result.absent == ("page_views", "paid_amount", "conversion")
    assert "paid_amount" not in result.frames["product_daily"]


def test_rates_with_and_without_the_sign_are_told_apart_cell_by_cell() -> None:
    text = f"{HEAD}\n{ONE}\n2026-09-09,001,1,1,1,0.0206\n2026-09-10,001,1,1,1,2.06\n"
    result = converted(PRODUCTS, text)
    assert result.frames["product_daily"]["conversion"].tolist() == [0.125, 0.0206]
    assert [(r.row, r.reason) for r in result.rejected] == [(4, "out_of_range")]


def sums(total: str) -> tuple[str, ...]:
    result = converted(PRODUCTS, f"{HEAD}\n{ONE}\n2026-09-09,001,1,1,4.50,1%\n合计,-,11,21,{total},-\n")
    assert (result.kept, result.notes) == (2, {"summary_row": 1})
    return result.remarks


def test_a_row_of_totals_is_checked_against_the_rows_it_sums_up() -> None:
    assert sums("10.00") == ()
    assert sums('"10"') == ()
    assert sums("-") == ()
    assert sums("12.50") == ("paid_amount: the file's sum is 12.5, its rows add up to 10",)


def test_a_product_named_like_a_total_stays_a_product() -> None:
    head = HEAD.replace("商品ID", "商品ID,商品名称")
    result = converted(PRODUCTS, f"{head}\n2026-09-08,001,合计,10,20,5,1%\n")
    assert (result.kept, result.notes) == (1, {})


def test_the_day_of_a_file_without_one_is_told_above_its_headings_or_by_its_name() -> None:
    above = f"【生意参谋平台】流量来源构成\n统计日期：2026-09-08 ~ 2026-09-08\n终端：无线端\n{TRAFFIC}\n{SEARCH}\n"
    for text, file in (
        (above, "x.xls"),
        (f"{TRAFFIC}\n{SEARCH}\n", "来源_2026-09-08_2026-09-08.xls"),
        (above, "a_2026-09-08.xls"),
    ):
        frame = converted(SOURCES, text, file).frames["traffic_daily"]
        assert frame[["channel", "device", "visitors"]].values.tolist() == [["search", "mobile", 9433]]
        assert str(frame["date"][0].date()) == "2026-09-08"


@pytest.mark.parametrize(
    ("first", "file", "says"),
    [
        ("统计日期：2026-09-08", "来源_2026-09-09_2026-09-09.xls", "of 2026-09-08 by its first lines"),
        ("导出时间：2026-09-20 10:00", "来源.xls", "tells no day"),
    ],
)
def test_figures_of_no_known_day_are_refused(first: str, file: str, says: str) -> None:
    with pytest.raises(IntakeError, match=says):
        converted(SOURCES, f"{first}\n{TRAFFIC}\n{SEARCH}\n", file)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_in_a_name_is_found_however_it_is_written(day: date) -> None:
    for name in (f"商品_{day}_{day}.xls", f"商品-{day:%Y%m%d}.csv", f"{day:%Y年%m月%d日}商品.xlsx"):
        assert named_period(name) == (day, day)


def test_rows_of_a_part_are_passed_over_and_unmapped_words_counted() -> None:
    rows = f"{TRAFFIC}\n{SEARCH}\n淘内免费,手淘搜索,某细分,5\n付费流量,万相台,汇总,7\n"
    result = converted(SOURCES, rows, "x_2026-09-08.xls")
    frame = result.frames["traffic_daily"]
    assert dict(zip(frame["channel"], frame["visitors"], strict=True)) == {"search": 9433, "other": 7}
    assert result.notes == {"other_row": 1, "unmapped": 1}


def test_words_of_the_platform_may_have_full_width_brackets() -> None:
    known = SOURCES.replace('"淘宝客" =', '"关键词推广(原直通车)" = "paid_search", "淘宝客" =')
    result = converted(known, f"{TRAFFIC}\n付费流量,关键词推广（原直通车）,汇总,7\n", "x_2026-09-08.xls")
    assert (result.frames["traffic_daily"]["channel"].tolist(), result.notes) == (["paid_search"], {})


def test_a_word_without_a_meaning_is_refused_where_none_is_given() -> None:
    result = converted(
        SOURCES.replace(', otherwise = "other"', ""), f"{TRAFFIC}\nx,万相台,汇总,7\n", "x_2026-09-08.xls"
    )
    assert [(r.column, r.reason) for r in result.rejected] == [("channel", "not_allowed")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("亚麻之家旗舰店", "亚麻之家", True),
        ("Linen House", "linen house", True),
        ("亚麻之家", "亚麻之家２店", False),
        ("甲店", "乙店", False),
    ],
)
def test_names_of_one_shop(one: str, other: str, same: bool) -> None:
    assert same_shop(one, other) is same


@pytest.fixture
def bring_products(bring: Callable[..., FileReport]) -> Callable[..., FileReport]:
    """Imports lines of the made-up product layout for the shop `s1`."""
    return partial(bring, map=PRODUCTS)


def of(shop: str, day: str = "2026-09-08") -> tuple[str, str]:
    return f"店铺名称,{HEAD}", f"{shop},{day},001,10,20,5.50,1%"


def test_the_file_of_another_shop_is_refused_and_nothing_written(bring_products, data_dir: Path) -> None:
    first = bring_products(*of("亚麻之家旗舰店"))
    assert (first.error, first.shop) == (None, "亚麻之家旗舰店")
    assert bring_products(*of("亚麻之家", "2026-09-09")).error is None
    before = (data_dir / "s1" / "product_daily.parquet").read_bytes()
    other = bring_products(*of("茶角", "2026-09-10"))
    assert "is of the shop 茶角, but s1 is 亚麻之家旗舰店 (row 2, column 店铺名称); check --shop" in str(other.error)
    above = bring_products("店铺名称：茶角", HEAD, ONE)
    assert "is of the shop 茶角" in str(above.error)
    assert (data_dir / "s1" / "product_daily.parquet").read_bytes() == before
    lineage = json.loads((data_dir / "s1" / "lineage.json").read_text(encoding="utf-8"))
    assert [e["shop"] for e in lineage] == ["亚麻之家旗舰店", "亚麻之家"]


@pytest.mark.integration
def test_two_shops_in_one_call_are_told_apart_before_anything_is_written(tmp_path: Path, data_dir: Path) -> None:
    by = tmp_path / "products.toml"
    by.write_text(PRODUCTS, encoding="utf-8")
    for name, shop in (("a.csv", "甲店"), ("b.csv", "乙店")):
        (tmp_path / name).write_text("\n".join(of(shop)), encoding="utf-8")
    reports = import_files([tmp_path / "a.csv", tmp_path / "b.csv"], shop_id="s1", data_dir=data_dir, map=by)
    assert [r.error is None for r in reports] == [True, False]


def test_the_name_in_shop_toml_counts_and_a_new_name_can_be_told_there(bring_products, data_dir: Path) -> None:
    bring_products(*of("甲店"))
    profile = data_dir / "s1" / "shop.toml"
    assert 'name = "甲店"' in profile.read_text(encoding="utf-8")
    assert bring_products(*of("新名", "2026-09-09")).error is not None
    profile.write_text(profile.read_text(encoding="utf-8").replace("甲店", "新名"), encoding="utf-8")
    assert bring_products(*of("新名", "2026-09-09")).error is None


def test_a_layout_stands_in_one_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(layouts.loader.__file__).parent / "sources.toml"
    (tmp_path / "sources.toml").write_bytes(source.read_bytes())
    (tmp_path / "sources_more.toml").write_text(
        f"[layouts.made]\n{PRODUCTS.replace('[product', '[layouts.made.product')}", encoding="utf-8"
    )
    monkeypatch.setattr(layouts.loader, "__file__", str(tmp_path / "loader.py"))
    layouts._entries.cache_clear()
    try:
        assert {"made", "jd_reviews"} <= layouts._entries()[1].keys()
        (tmp_path / "sources_twice.toml").write_bytes((tmp_path / "sources_more.toml").read_bytes())
        layouts._entries.cache_clear()
        with pytest.raises(ValueError, match=r"sources_twice\.toml made: the layout stands in another file too"):
            layouts._entries()
    finally:
        layouts._entries.cache_clear()
