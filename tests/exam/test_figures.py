"""Each rule's number has one home: named in rules.toml, registered once, read off the frame that shows it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sizhen.exam import figures
from sizhen.vocab import Rule, load

NAMED = sorted({r.figure for r in load().rules.values() if r.figure})


def test_every_registered_figure_is_named_by_a_rule() -> None:
    for part in figures.HOMES:
        figures.builder(f"{part}.__name__")
    assert sorted(figures.FIGURES) == NAMED


@pytest.mark.parametrize("rule", load().rules.values(), ids=lambda r: r.id)
def test_a_rule_names_the_frame_that_shows_it_and_a_number_where_it_has_a_metric(rule: Rule) -> None:
    assert callable(figures.builder(rule.frame))
    assert bool(rule.figure) == (rule.metric is not None)


def test_a_second_home_is_refused() -> None:
    with pytest.raises(ValueError, match="has a home already"):
        figures.figure(NAMED[0])(lambda frame: figures.UNKNOWN)


def test_a_frame_without_its_columns_is_named() -> None:
    with pytest.raises(ValueError, match=r"look\.traffic_groups:paid_share cannot be read off this frame"):
        figures.read("look.traffic_groups:paid_share", pd.DataFrame({"other": [1.0]}))


def test_words_where_numbers_should_be_are_said_in_one_line() -> None:
    words = pd.DataFrame({"group": ["paid", "free"], "visitor_days": ["many", "few"]})
    with pytest.raises(ValueError, match=r"^look\.traffic_groups:paid_share cannot be read off this frame: [^\n]+$"):
        figures.read("look.traffic_groups:paid_share", words)


PACE = pd.DataFrame({"date": pd.date_range("2026-10-01", periods=3), "paid_to_date": [1.0, 3.0, 6.0]})
FUNNEL = pd.DataFrame(
    {"step": ["visitors", "cart_buyers", "paid_buyers"], "people": [500.0, 50.0, 10.0], "of_visitors": [1.0, 0.1, 0.02]}
)


@pytest.mark.parametrize(
    ("id", "frame", "value", "n"),
    [
        ("check.target:target_share", PACE.assign(target_to_date=[4.0, 8.0, 12.0]), 0.5, 6.0),
        ("check.funnel:conversion", FUNNEL, 0.02, 500.0),
    ],
)
def test_the_order_of_rows_changes_no_number(id: str, frame: pd.DataFrame, value: float, n: float) -> None:
    for rows in (frame, frame.iloc[::-1], frame.iloc[[1, 2, 0]]):
        assert figures.read(id, rows) == figures.Figure(value, n)


@pytest.mark.parametrize(
    ("id", "frame"),
    [
        ("look.stock:in_stock_share", pd.DataFrame({"in_stock_share": [np.nan], "daily_demand": [2.0]})),
        ("expected.sales:paid_amount", pd.DataFrame({"observed": [np.nan], "n": [np.nan]})),
        ("look.new_product_pace:own_to_peer", pd.DataFrame(columns=["own_new_products", "peer_new_products"])),
    ],
)
def test_what_no_row_tells_is_unknown(id: str, frame: pd.DataFrame) -> None:
    assert figures.read(id, frame) is figures.UNKNOWN
