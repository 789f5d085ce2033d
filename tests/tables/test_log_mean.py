"""The split by logarithmic means adds up, whatever the factors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.tables.log_mean import split

FACTORS = ["visitors", "conversion", "average_order_value"]
ABOVE = st.floats(1e-3, 1e5)
NOW = st.just(0.0) | ABOVE


def frame(*rows: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=FACTORS, dtype="float64")


def test_a_factor_alone_takes_the_whole() -> None:
    parts = split(frame((80, 0.05, 100)), frame((100, 0.05, 100)))
    assert parts.iloc[0].tolist() == pytest.approx([-100, 0, 0])


def test_two_factors_by_hand() -> None:
    """From 100 × 2 to 200 × 4: both double, so each takes half of 600."""
    parts = split(frame((200, 4, 1)), frame((100, 2, 1)))
    assert parts.iloc[0].tolist() == pytest.approx([300, 300, 0])


def test_nothing_sold_is_the_part_of_what_is_none() -> None:
    nobody = (0.0, float("nan"), float("nan"))
    no_buyer = (100.0, 0.0, float("nan"))
    parts = split(frame(nobody, no_buyer), frame(*[(100, 0.05, 100)] * 2))
    assert parts.to_numpy().tolist() == [[-500, 0, 0], [0, -500, 0]]


@given(st.lists(st.tuples(NOW, NOW, NOW, ABOVE, ABOVE, ABOVE), min_size=1, max_size=6))
def test_parts_add_up(rows: list[tuple[float, ...]]) -> None:
    now, aim = frame(*(r[:3] for r in rows)), frame(*(r[3:] for r in rows))
    whole = now.prod(axis=1) - aim.prod(axis=1)
    parts = split(now, aim)
    scale = np.maximum(now.prod(axis=1), aim.prod(axis=1)) + parts.abs().sum(axis=1)
    assert ((parts.sum(axis=1) - whole).abs() <= 1e-9 * scale).all()
