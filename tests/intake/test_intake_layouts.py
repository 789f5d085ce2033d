"""A platform is a section of TOML: made-up ones here show what a section can say."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from sizhen.intake import IntakeError
from sizhen.intake.convert import Converted, convert
from sizhen.intake.grid import Grid
from sizhen.intake.layouts import Layout, common, layout, layouts, recognise
from sizhen.intake.reading import read
from sizhen.intake.rules import Context

ADS = """
title = { zh = "推广", en = "ads" }
platform = "other"
required = ["日期", "计划", "展现量", "花费（元）"]
dates = ["%d.%m.%Y"]
[ads_daily]
date = "日期"
kind = { value = "search" }
plan = "计划"
impressions = "展现量"
clicks = "点击量"
cost = "花费（元）"
"""
SERVICE = """
title = { zh = "客服", en = "service" }
platform = "other"
required = ["日期", "客服"]
[service_daily]
date = "日期"
agent = "客服"
satisfaction = "满意率"
inquiry_buyers = "询单人数"
"""


def made(text: str, id: str = "made") -> Layout:
    entry: dict[str, Any] = tomllib.loads(text)
    return layout(id, entry, ["%Y-%m-%d"])


def grid(*lines: str) -> Grid:
    (sheet,) = read("\n".join(lines).encode(), "x.csv")
    return sheet


def converted(known: Layout, *lines: str) -> Converted:
    rows = grid(*lines)
    return convert(rows, Context(recognise(rows, "x.csv", [known]), common(), b"k" * 32))


def test_constants_own_dates_empty_keys_and_columns_the_file_lacks() -> None:
    result = converted(made(ADS), "日期,计划,展现量,花费(元)", '31.10.2026,p1,"1,200",9.5')
    frame = result.frames["ads_daily"]
    assert frame[["kind", "plan", "keyword", "product_id"]].values.tolist() == [["search", "p1", "", ""]]
    assert (str(frame["date"][0].date()), frame["impressions"][0], frame["cost"][0]) == ("2026-10-31", 1200, 9.5)
    assert "clicks" not in frame


def test_rates_are_fractions_and_unknown_stays_unknown() -> None:
    lines = ("日期,客服,满意率,询单人数", "2026-10-01,a,78.15%,暂无数据", "2026-10-02,a,—,0", "2026-10-03,a,178.15%,5")
    result = converted(made(SERVICE), *lines)
    frame = result.frames["service_daily"]
    assert frame["satisfaction"].fillna(-1).tolist() == [0.7815, -1]
    assert frame["inquiry_buyers"].fillna(-1).tolist() == [-1, 0]
    assert [(r.row, r.column, r.reason) for r in result.rejected] == [(4, "satisfaction", "out_of_range")]


def test_the_most_specific_layout_wins() -> None:
    general, special = made(SERVICE), made(SERVICE.replace('"客服"]', '"客服", "满意率"]'), "special")
    rows = grid("日期,客服,满意率", "2026-10-01,a,1")
    assert recognise(rows, "x.csv", [general, special]).layout.id == "special"


def test_two_layouts_that_fit_alike_are_refused() -> None:
    with pytest.raises(IntakeError, match="fits two layouts"):
        recognise(grid("日期,客服", "2026-10-01,a"), "x.csv", [made(SERVICE), made(SERVICE, "again")])


def test_the_nearest_layout_and_its_missing_headings_are_named() -> None:
    with pytest.raises(IntakeError, match="nearest is ads, without 展现量, 花费（元）"):
        recognise(grid("日期,计划,花费", "2026-10-01,p1,2"), "x.csv", [made(SERVICE), made(ADS)])


@pytest.mark.parametrize(("right", "wrong"), [("[ads_daily]", "[ads_dayly]"), ("clicks =", "klicks =")])
def test_a_misspelt_table_or_column_is_refused(right: str, wrong: str) -> None:
    with pytest.raises(KeyError):
        made(ADS.replace(right, wrong))


@pytest.mark.parametrize("id", layouts())
def test_a_file_with_all_columns_of_a_layout_is_of_no_other(id: str) -> None:
    known = layouts()[id]
    names = {*known.required, *known.ignored, *(h for s in known.sources for h in s.headings)}
    assert recognised_as(sorted(names)) == id
    for name in names & known.aliases.keys():  # of what another layout lends, some is not read here
        for other in known.aliases[name]:
            assert recognised_as(sorted({*names, other} - {name})) == id


def recognised_as(names: list[str]) -> str:
    (sheet,) = read(",".join(f'"{n}"' for n in names).encode(), "x.csv")
    refused = {x.title.en: x.id for x in layouts().values() if x.passed_over}
    try:
        return recognise(sheet, "x.csv").layout.id
    except IntakeError as error:
        return next((id for title, id in refused.items() if title in error.problem), error.problem)
