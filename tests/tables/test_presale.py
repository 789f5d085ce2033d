"""Days of a presale: orders as usual, hardly a payment."""

from __future__ import annotations

import pandas as pd

from sizhen.tables.presale import unpaid_days


def days(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["order_buyers", "paid_buyers"], dtype="float64")


def test_orders_as_usual_and_hardly_a_payment() -> None:
    found = unpaid_days(days((100, 95), (100, 5), (120, 0), (9, 0), (100, float("nan"))), 0.95, 100)
    assert found["order_buyers"].tolist() == [100, 120]


def test_few_orders_are_another_trouble() -> None:
    assert unpaid_days(days((100, 95), (20, 1)), 0.95, 100).empty


def test_unknown_usual_figures_find_nothing() -> None:
    assert unpaid_days(days((100, 5)), float("nan"), 100).empty
    assert unpaid_days(days((100, 5)), 0.95, float("nan")).empty
