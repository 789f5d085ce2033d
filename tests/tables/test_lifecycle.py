"""Stages of a life and the week a trend turned, on weekly sales written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.tables import Period
from sizhen.tables.lifecycle import lives, stages, turned_on, weekly_sales

MONTH = Period.parse("2026-10")
END = pd.Timestamp("2026-10-31")
DAYS = pd.date_range("2026-07-01", END)
SALES = st.lists(st.lists(st.integers(0, 900), min_size=3, max_size=3), min_size=8, max_size=20)


def weekly(**lives: list[float]) -> pd.DataFrame:
    """product_daily in which each product sells its weekly amount in seven equal days, the last week ends the month."""
    parts = []
    for product, amounts in lives.items():
        days = pd.date_range(end=END, periods=7 * len(amounts))
        parts.append(pd.DataFrame({"date": days, "product_id": product, "paid_amount": np.repeat(amounts, 7) / 7}))
    return pd.concat(parts, ignore_index=True)


def test_stages_of_a_life() -> None:
    week = (len(DAYS) - 1 - np.arange(len(DAYS))) // 7
    shapes = {
        "steady": np.full(len(DAYS), 10.0),
        "falling": np.minimum(week + 1.0, 9.0),
        "rising": np.maximum(12.0 - week, 2.0),
        "young": np.where(week < 5, 10.0, 0.0),
        "once": np.where(week == 6, 50.0, 10.0),
        "none": np.zeros(len(DAYS)),
    }
    frame = pd.concat([pd.DataFrame({"date": DAYS, "product_id": p, "paid_amount": a}) for p, a in shapes.items()])
    assert stages(frame, MONTH).to_dict() == {
        "steady": "peak",
        "falling": "decline",
        "rising": "growth",
        "young": "introduction",
        "once": "peak",
        "none": "",
    }


def test_a_straight_fall_in_figures() -> None:
    row = lives(weekly(a=[100.0] * 5 + [90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0]), MONTH).loc["a"]
    assert (row.week_amount, row.peak_amount, row.weeks_on_sale) == pytest.approx((20, 100, 13))
    assert (row.slope, row.slope_low, row.slope_high) == pytest.approx((-0.1, -0.1, -0.1))
    assert row.stage == "decline"


def test_days_after_the_period_are_not_seen() -> None:
    sold = weekly(a=[50.0] * 10)
    more = pd.DataFrame({"date": [END + pd.Timedelta(days=n) for n in range(1, 8)], "product_id": "a"})
    longer = pd.concat([sold, more.assign(paid_amount=900.0)])
    pd.testing.assert_frame_equal(lives(sold, MONTH), lives(longer, MONTH))
    assert len(weekly_sales(longer, MONTH)) == 10


def test_a_turn_is_dated_and_chance_is_not() -> None:
    wave = np.tile([1.05, 0.95], 10)[:18]
    turned = turned_on(weekly(turned=[*(100 * wave[:12]), 80, 62, 50, 39, 31, 25], steady=list(100 * wave)), MONTH)
    assert turned["turned"] in pd.date_range("2026-09-06", "2026-09-20", freq="7D")
    assert turned.isna()["steady"]


def test_few_weeks_and_weeks_without_sales_tell_no_turn() -> None:
    assert turned_on(weekly(a=[100.0] * 6 + [50, 25, 12, 6, 3.0]), MONTH).isna().all()
    assert turned_on(weekly(a=[100.0] * 9 + [50, 25, 0.0, 6, 3.0]), MONTH).isna().all()


@settings(max_examples=examples(60))
@given(SALES)
def test_order_of_rows_and_size_of_sales_do_not_matter(amounts: list[list[int]]) -> None:
    frame = weekly(**{f"p{n}": [float(week[n]) for week in amounts] for n in range(3)})
    mixed = frame.sample(frac=1, random_state=1)
    doubled = frame.assign(paid_amount=2 * frame["paid_amount"])
    assert stages(frame, MONTH).to_dict() == stages(mixed, MONTH).to_dict() == stages(doubled, MONTH).to_dict()
    pd.testing.assert_series_equal(turned_on(frame, MONTH), turned_on(doubled, MONTH))
    told = lives(frame, MONTH)
    assert ((told["slope_low"] <= told["slope"]) | told["slope"].isna()).all()
