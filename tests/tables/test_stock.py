"""A sku's part in its product's demand, by what left the shelf."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.tables import stock

LEVELS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.none() | st.integers(0, 40)), min_size=1)


def shelf(**levels: list[float | None]) -> pd.DataFrame:
    """stock_daily of product a, each sku's on_hand by day."""
    parts = [
        pd.DataFrame({"date": pd.date_range("2026-10-01", periods=len(v)), "product_id": "a", "sku": k, "on_hand": v})
        for k, v in levels.items()
    ]
    return pd.concat(parts, ignore_index=True).astype({"on_hand": "float64"})


def test_a_size_that_was_out_weighs_what_it_sold_while_there() -> None:
    weights = stock.demand(shelf(M=[10, 4, 0, 0, 0, 0], L=[30, 27, 24, 21, 18, 15]))
    assert weights.to_dict() == {("a", "M"): 5.0, ("a", "L"): 2.5}
    assert stock.shares(weights).to_dict() == pytest.approx({("a", "M"): 2 / 3, ("a", "L"): 1 / 3})


def test_refills_are_no_negative_sales() -> None:
    assert stock.movements(shelf(M=[5, 3, 20, 18]))["per_day"].iloc[0] == 1.0


def test_what_never_moved_counts_by_its_stock_and_nothing_equally() -> None:
    assert stock.shares(stock.demand(shelf(M=[6, 6], L=[2, 2]))).tolist() == [0.25, 0.75]
    assert stock.shares(stock.demand(shelf(M=[0, 0], L=[0, 0]))).tolist() == [0.5, 0.5]


def test_what_was_there_by_day() -> None:
    rows = shelf(M=[10, 4, 0], L=[30, 27, None])
    days = stock.on_hand_by_day(rows, stock.shares(stock.demand(rows)))
    assert days["demand_on_hand"].tolist() == pytest.approx([1, 1, 0])
    assert days["demand"].tolist() == pytest.approx([1, 1, 5 / 6.5])
    assert days["skus_out"].tolist() == [0, 0, 1]


@pytest.mark.slow
@given(LEVELS)
def test_shares_make_up_the_product_in_any_order(levels: list[tuple[int, int, int | None]]) -> None:
    rows = shelf(S=[a for a, _, _ in levels], M=[b for _, b, _ in levels], L=[c for _, _, c in levels])
    shares = stock.shares(stock.demand(rows))
    assert shares.sum() == pytest.approx(1.0)
    mixed = stock.shares(stock.demand(rows.sample(frac=1, random_state=2)))
    assert shares.to_dict() == pytest.approx(mixed.to_dict())
    assert shares.to_dict() == pytest.approx(
        stock.shares(stock.demand(rows.assign(on_hand=rows["on_hand"] * 2))).to_dict()
    )
    days = stock.on_hand_by_day(rows, shares)
    assert (days["demand_on_hand"] <= days["demand"] + 1e-12).all()
