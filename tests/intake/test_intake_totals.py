"""Files of several days: kept whole beside the daily tables, and never anybody's day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from made import PRODUCTS, SOURCES, converted
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.intake import FileReport, IntakeError
from sizhen.tables import Shop, read_table
from sizhen.tables.inspect import kept_totals
from sizhen.vocab import TOTALS, load

WITH_TITLES = f'{PRODUCTS}[products]\nproduct_id = "商品ID"\ntitle = "商品名称"\n'
HEAD = "统计日期,商品ID,商品名称,商品访客数,支付金额"
WEEK = "2026-09-08~2026-09-14"
ROWS = (f"{WEEK},001,亚麻衬衫,70,700.5", f"{WEEK},002,帆布包,7,-")
SAID = "kept as a total of 7 days: not examined, export one file per day"
TRAFFIC = "一级来源,二级来源,三级来源,访客数"
SEARCH = '淘内免费,手淘搜索,汇总,"9,433"'


@pytest.fixture
def bring_week(bring: Callable[..., FileReport]) -> Callable[..., FileReport]:
    return partial(bring, map=WITH_TITLES)


def test_a_week_goes_beside_the_daily_table_and_titles_come_in(bring_week, data_dir: Path) -> None:
    report = bring_week(HEAD, *ROWS)
    assert (report.error, report.kept, report.rejected) == (None, 2, {})
    assert report.tables == {"totals/product_daily": 2, "products": 2}
    assert report.remarks == (SAID,)
    assert (str(report.first), str(report.last)) == ("2026-09-08", "2026-09-14")
    shop = Shop.open(data_dir, "s1")
    assert not shop.has("product_daily")
    assert shop.table("products")["title"].tolist() == ["亚麻衬衫", "帆布包"]
    frame = read_table(data_dir / "s1" / "totals" / "product_daily.parquet", "totals/product_daily")
    assert list(frame)[:3] == ["first_day", "last_day", "product_id"]
    assert frame["visitors"].tolist() == [70, 7]
    assert frame["paid_amount"].fillna(-1).tolist() == [700.5, -1]
    assert {f"{d:%m-%d}" for d in (*frame["first_day"], *frame["last_day"])} == {"09-08", "09-14"}


def test_the_same_week_again_changes_nothing_and_another_is_added(bring_week, data_dir: Path) -> None:
    def stored() -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in data_dir.rglob("*.parquet")}

    bring_week(HEAD, *ROWS)
    before = stored()
    assert bring_week(HEAD, *ROWS).changed == {}
    assert stored() == before
    fingerprint = Shop.open(data_dir, "s1").fingerprint()
    bring_week(HEAD, "2026-09-08~2026-09-20,001,亚麻衬衫,120,1000", name="b.csv")
    assert Shop.open(data_dir, "s1").fingerprint() == fingerprint
    found = kept_totals(Shop.open(data_dir, "s1"))
    assert found[["table", "rows", "days"]].to_dict("records") == [
        {"table": "totals/product_daily", "rows": 3, "days": "7, 13"}
    ]


def test_a_range_of_one_day_is_that_day(bring_week, data_dir: Path) -> None:
    report = bring_week(HEAD, "2026-09-08~2026-09-08,001,亚麻衬衫,10,100")
    assert (report.tables, report.remarks) == ({"product_daily": 1, "products": 1}, ())
    assert not (data_dir / "s1" / "totals").exists()


def test_a_week_among_days_is_refused_as_a_row() -> None:
    result = converted(WITH_TITLES, "\n".join([HEAD, "2026-09-08,001,a,10,100", *ROWS]) + "\n")
    assert list(result.frames) == ["product_daily", "products"]
    assert [(r.row, r.reason) for r in result.rejected] == [(3, "several_days"), (4, "several_days")]


@pytest.mark.parametrize(
    ("first", "file"),
    [
        ("统计日期：2026-09-08 ~ 2026-09-14", "x.xls"),
        ("# Start date: 20260908\n# End date: 20260914", "x.csv"),
        ("终端：无线端", "来源_2026-09-08_2026-09-14.xls"),
    ],
)
def test_the_days_may_stand_above_the_headings_or_in_the_name(first: str, file: str) -> None:
    result = converted(SOURCES, f"{first}\n{TRAFFIC}\n{SEARCH}\n", file)
    (frame,) = result.frames.values()
    assert list(result.frames) == ["totals/traffic_daily"]
    assert frame[["channel", "device", "visitors"]].values.tolist() == [["search", "mobile", 9433]]
    assert [f"{d:%m-%d}" for d in frame.loc[0, ["first_day", "last_day"]]] == ["09-08", "09-14"]
    assert result.remarks == (SAID,)


def test_weeks_outside_the_stated_days_and_turned_round_are_refused() -> None:
    text = f"统计日期：2026-09-08 ~ 2026-09-14\n{HEAD}\n{ROWS[0]}\n2026-09-08~2026-09-30,002,b,1,1\n"
    assert [(r.row, r.column, r.reason) for r in converted(WITH_TITLES, text).rejected] == [
        (4, "last_day", "outside_period")
    ]
    turned = converted(WITH_TITLES, f"{HEAD}\n2026-09-14~2026-09-08,001,a,10,100\n")
    assert [(r.column, r.reason) for r in turned.rejected] == [("date", "not_a_date")]


@pytest.mark.parametrize("day", ["2026-09-08", "2026-09-14"])
def test_a_week_under_the_name_of_its_first_or_last_day_is_refused(day: str) -> None:
    head = f"统计日期：2026-09-08 ~ 2026-09-14\n{HEAD}\n"
    with pytest.raises(
        IntakeError, match=f"covers 2026-09-08 to 2026-09-14, but all its rows are of {day}; export one"
    ):
        converted(WITH_TITLES, f"{head}{day},001,a,70,700\n{day},002,b,7,70\n")
    assert converted(WITH_TITLES, f"{head}2026-09-10,001,a,70,700\n").kept == 1
    assert converted(WITH_TITLES, f"{head}2026-09-08,001,a,70,700\n2026-09-14,001,a,7,70\n").kept == 2


def test_totals_have_the_daily_columns_with_two_days_for_one() -> None:
    for name, spec in load().tables.items():
        if "date" in spec.keys:
            whole = load().table(TOTALS + name)
            assert whole.keys[:2] == ["first_day", "last_day"]
            assert set(whole.names) == {*spec.names, "first_day", "last_day"} - {"date"}
            assert set(whole.keys) == {*spec.keys, "first_day", "last_day"} - {"date"}


def test_check_data_lists_what_is_kept_as_totals(bring_week, data_dir: Path) -> None:
    bring_week(HEAD, *ROWS)
    run = CliRunner().invoke(app, ["check-data", "s1", "--data", str(data_dir)])
    assert run.exit_code == 0, run.output
    assert "totals/product_daily: 2 rows, 2026-09-08 to 2026-09-14, totals of 7 days, not examined" in " ".join(
        run.output.split()
    )
    (data_dir / "s1" / "totals" / "product_daily.parquet").write_bytes(b"no parquet")
    found = kept_totals(Shop.open(data_dir, "s1"))
    assert pd.isna(found.loc[0, "rows"])
    assert "not a readable parquet file" in found.loc[0, "note"]
