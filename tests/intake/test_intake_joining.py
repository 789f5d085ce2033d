"""Rows of one key that a layout adds up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import converted, made

from sizhen.intake import FileReport
from sizhen.intake.joining import joined
from sizhen.intake.layouts import Layout, layouts
from sizhen.tables import Shop
from sizhen.vocab import VocabError

SOURCES = """
title = { zh = "流量来源", en = "traffic by source" }
platform = "taobao"
required = ["日期", "来源", "访客数"]
adds = ["visitors", "paid_amount"]
additive = ["visitors"]
[traffic_daily]
date = "日期"
channel = { from = "来源", map = { "推荐" = "recommend", "逛逛" = "recommend" }, otherwise = "other" }
device = { value = "all" }
channel_raw = "来源"
visitors = "访客数"
paid_amount = "支付金额"
"""
ORDERS = """
title = { zh = "订单", en = "orders" }
platform = "shopify"
required = ["Name", "Created", "Quantity"]
adds = ["units"]
[orders]
order_id = "Name"
created_at = "Created"
units = "Quantity"
paid_amount = "Total"
"""
HEAD = "日期,来源,访客数,支付金额"


def test_sources_of_one_channel_add_up_and_are_noted() -> None:
    rows = ("推荐,10,5.50", "逛逛,4,-", "百度,-,-", "微博,-,-")
    result = converted(SOURCES, "\n".join([HEAD, *(f"2026-09-08,{r}" for r in rows), "合计,-,14,-"]) + "\n")
    frame = result.frames["traffic_daily"].set_index("channel")
    assert frame["visitors"].to_dict() == {
        "recommend": 14,
        "other": pytest.approx(float("nan"), nan_ok=True),
    }
    assert frame.loc["recommend", "paid_amount"] == 5.5
    assert pd.isna(frame.loc["other", "paid_amount"])
    assert frame.loc["recommend", "channel_raw"] == "推荐"
    assert (result.read, result.kept, result.rejected) == (4, 4, ())
    assert result.remarks == ("channel: no meaning known of 百度, 微博; read as other",)
    assert result.notes == {"summary_row": 1, "unmapped": 2, "joined": 2, "partly_known": 1}


def test_lines_of_an_order_are_one_order_and_its_total_counts_once() -> None:
    lines = ("#2,2026-09-08 10:00:00,1,30", "#1,2026-09-08 09:00:00,2,64.70", "#1,,3,", "#1,,3,", "#1,,1,")
    result = converted(ORDERS, "\n".join(["Name,Created,Quantity,Total", *lines]) + "\n")
    frame = result.frames["orders"].set_index("order_id")
    assert frame["units"].to_dict() == {"#1": 9, "#2": 1}
    assert frame["paid_amount"].sum() == pytest.approx(94.7)
    assert str(frame.loc["#1", "created_at"]) == "2026-09-08 09:00:00"
    assert result.rejected == ()
    assert (result.kept, result.notes) == (5, {"equal_line": 1, "joined": 3})


def test_a_layout_that_adds_nothing_refuses_a_key_that_comes_again() -> None:
    text = f"{HEAD}\n2026-09-08,推荐,10,5.50\n2026-09-08,逛逛,4,1\n"
    result = converted(SOURCES.replace('adds = ["visitors", "paid_amount"]', ""), text)
    assert [(r.row, r.reason) for r in result.rejected] == [(3, "repeated_key")]


LINES = st.lists(st.sampled_from(["#1,1", "#1,2", "#2,1"]), min_size=1, max_size=6)


@given(st.lists(LINES, min_size=1, max_size=3))
def test_equal_lines_are_units_and_a_block_pasted_again_adds_none(blocks: list[list[str]]) -> None:
    rows = [f"{name},2026-09-08 10:00:00,{units},1" for line in blocks[0] for name, units in [line.split(",")]]
    for block in blocks[1:]:
        rows.append("Name,Created,Quantity,Total")
        rows += [f"{name},2026-09-08 10:00:00,{units},1" for line in block for name, units in [line.split(",")]]
    result = converted(ORDERS, "\n".join(["Name,Created,Quantity,Total", *rows]) + "\n")
    most = {line: max(block.count(line) for block in blocks) for line in {line for block in blocks for line in block}}
    expected: dict[str, int] = {}
    for line, times in most.items():
        name, units = line.split(",")
        expected[name] = expected.get(name, 0) + int(units) * times
    assert result.frames["orders"].set_index("order_id")["units"].to_dict() == expected
    assert sum(r.reason == "exact_duplicate" for r in result.rejected) == sum(map(len, blocks)) - sum(most.values())


@given(st.lists(st.integers(1, 3), min_size=12, max_size=16), st.integers(0, 2), st.booleans())
def test_a_long_stretch_pasted_again_without_its_headings_adds_none(units: list[int], from_: int, more: bool) -> None:
    lines = [f"#{n},2026-09-08 10:00:00,1,1" for n, times in enumerate(units) for _ in range(times)]
    rows = [*lines, *lines[from_:], *(["#99,2026-09-08 10:00:00,1,1"] * 2 if more else [])]
    result = converted(ORDERS, "\n".join(["Name,Created,Quantity,Total", *rows]) + "\n")
    expected = {f"#{n}": times for n, times in enumerate(units)} | ({"#99": 2} if more else {})
    assert result.frames["orders"].set_index("order_id")["units"].to_dict() == expected


def test_equal_lines_of_every_layout_that_adds_are_added() -> None:
    adding = {x.id: x for x in layouts().values() if x.adds}
    assert {"shopify_orders", "jd_ads", "douyin_products", "ga4_traffic"} <= adding.keys()
    for id, known in adding.items():
        above = [f"{s.label}:{next(iter(s.map))}" for s in known.sources if s.label]
        head, line = (",".join(cells) for cells in (known.required.values(), (cell(known, h) for h in known.required)))
        once, twice = (
            converted(known, "\n".join([*above, head, *[line] * times, ""]), "x_2026-09-08.csv") for times in (1, 2)
        )
        assert (twice.notes["equal_line"], twice.rejected) == (1, ()), id
        for column in set(known.adds) & set(twice.frames[known.main]):
            one, two = (read.frames[known.main][column].tolist() for read in (once, twice))
            assert two == [2 * n for n in one], (id, column)


def cell(known: Layout, heading: str) -> str:
    """A cell that can stand under a heading of the layout."""
    if heading in known.only:
        return sorted(known.only[heading])[0]
    if wanted := [values for s in known.sources for h, values in s.where.items() if h == heading]:
        return sorted(wanted[0])[0]
    kinds = {s.kind for s in known.sources if heading in s.headings and not s.map}
    return "2026-09-08" if kinds & {"date", "datetime"} else "3" if kinds & {"count", "money"} else "a1"


@pytest.mark.parametrize("column", ["channel_raw", "bounced", "date"])
def test_what_is_no_amount_cannot_be_added(column: str) -> None:
    with pytest.raises(VocabError, match=f"'{column}'.*main table cannot be added up"):
        made(SOURCES.replace('adds = ["visitors"', f'adds = ["{column}"'))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 10**6)), min_size=1))
def test_what_is_known_is_kept_to_the_last_unit(rows: list[tuple[str, int | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["key", "n"]).astype({"n": "float64"}).sort_values("key", kind="stable")
    out, notes = joined(frame.reset_index(drop=True), ["key"], ["n"])
    expected = {k: [n for key, n in rows if key == k and n is not None] for k, _ in rows}
    assert {k: None if pd.isna(n) else n for k, n in zip(out["key"], out["n"], strict=True)} == {
        k: sum(known) if known else None for k, known in expected.items()
    }
    assert notes.get("joined", 0) == len(rows) - len(expected)


def test_joined_rows_come_again_without_change(bring: Callable[..., FileReport], data_dir: Path) -> None:
    lines = (HEAD, "2026-09-08,推荐,10,0.1", "2026-09-08,逛逛,4,0.2")
    first = bring(*lines, map=SOURCES)
    before = (data_dir / "s1" / "traffic_daily.parquet").read_bytes()
    again = bring(*lines, map=SOURCES)
    assert (first.notes, first.rejected, first.tables) == ({"joined": 1}, {}, {"traffic_daily": 1})
    assert (again.changed, again.error) == ({}, None)
    assert (data_dir / "s1" / "traffic_daily.parquet").read_bytes() == before
    assert Shop.open(data_dir, "s1").table("traffic_daily")["visitors"].tolist() == [14]
