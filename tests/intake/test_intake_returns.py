"""Rows of orders with negative amounts: what they give back is never lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import converted

from sizhen.intake import FileReport, canonical
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
HEAD = "order_id,created_at,paid_at,units,amount,paid_amount"
LINES = """
title = { zh = "订单", en = "orders" }
platform = "other"
required = ["Invoice", "Day", "Quantity"]
adds = ["units", "paid_amount"]
[orders]
order_id = "Invoice"
created_at = "Day"
units = "Quantity"
paid_amount = "Paid"
"""


def row(id: str, units: str, paid: str, day: int = 1) -> str:
    return f"{id},2026-10-{day:02} 12:00:00,2026-10-{day:02} 12:00:00,{units},{paid},{paid}"


def test_returns_become_refunds_and_are_told(bring: Bring, data_dir: Path) -> None:
    report = bring(
        HEAD, row("A1", "1", "50"), row("A2", "1", "30"), row("R1", "-1", "-50", 3), row("A2", "", "-10.5", 4)
    )
    assert (report.error, report.read, report.kept, report.rejected) == (None, 4, 4, {})
    assert report.tables == {"orders": 2, "refunds": 2}
    assert report.remarks == (
        "2 rows with negative amounts are returns (such as row 4): 60.50 in all, kept as refunds; orders and amounts "
        "paid are told without them",
    )
    shop = Shop.open(data_dir, "s1")
    assert shop.table("orders")["paid_amount"].sum() == 80
    told = shop.table("refunds").set_index("refund_id")
    first, second = "R1 2026-10-03", "A2 2026-10-04"
    assert told["amount"].to_dict() == {first: 50, second: 10.5}
    assert {id: str(day.date()) for id, day in told["refunded_on"].items()} == {first: first[3:], second: second[3:]}
    assert told["order_id"].fillna("").to_dict() == {first: "", second: "A2"}
    assert told["kind"].to_dict() == {first: "return", second: ""}
    again = bring(
        HEAD, row("A1", "1", "50"), row("A2", "1", "30"), row("R1", "-1", "-50", 3), row("A2", "", "-10.5", 4)
    )
    assert (again.changed, again.notes) == ({}, {})


def test_a_file_of_returns_only_comes_in(bring: Bring, data_dir: Path) -> None:
    report = bring(HEAD, row("R1", "-1", "-50"), row("R2", "-2", "¥-20"))
    assert (report.error, report.tables) == (None, {"refunds": 2})
    assert Shop.open(data_dir, "s1").table("refunds")["amount"].sum() == 70


def test_another_return_of_an_order_is_one_more(bring: Bring, data_dir: Path) -> None:
    bring(HEAD, row("A2", "1", "30"), row("A2", "-1", "-10.5", 4), name="a.csv")
    report = bring(HEAD, row("A2", "-1", "-5", 6), name="b.csv")
    assert (report.error, report.changed) == (None, {})
    assert Shop.open(data_dir, "s1").table("refunds")["amount"].to_list() == [10.5, 5]


@pytest.mark.parametrize(
    "cell", ["-50", "\u221250", "\uff0d50", "(50.00)", "\uff0850\uff09", "-$50", "$-50", "$ (50.00)", "(50元)"]
)
def test_an_amount_below_zero_in_any_writing_is_a_return(cell: str) -> None:
    frames = converted(canonical.tables()["orders"], f"{HEAD}\n{row('A1', '-1', cell)}\n").frames
    assert frames["refunds"]["amount"].to_list() == [50]


@pytest.mark.parametrize("cells", [("1", "-50"), ("-1", "50")])
def test_a_row_that_is_both_is_left_out(cells: tuple[str, str]) -> None:
    text = "\n".join([HEAD, row("A1", "1", "50"), row("A2", *cells)]) + "\n"
    result = converted(canonical.tables()["orders"], text)
    column = "units" if cells[0] == "-1" else "amount"
    assert [(r.row, r.column, r.reason) for r in result.rejected] == [(3, column, "out_of_range")]
    assert result.remarks == (
        "1 rows are negative in one figure and positive in another (such as row 3): 50.00 in all, left out; correct "
        "them",
    )
    assert set(result.frames) == {"orders"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-9, 9).filter(bool)), min_size=1, max_size=8))
def test_nothing_of_a_files_amounts_is_lost(lines: list[tuple[str, int]]) -> None:
    text = "\n".join(["Invoice,Day,Quantity,Paid", *(f"{id},2026-10-01,{n},{10 * n}" for id, n in lines)]) + "\n"
    frames = converted(LINES, text).frames
    paid = frames["orders"]["paid_amount"].sum() if "orders" in frames else 0
    refunded = frames["refunds"]["amount"].sum() if "refunds" in frames else 0
    assert paid - refunded == sum(10 * n for _, n in lines)
    assert paid == sum(10 * n for _, n in lines if n > 0)
