"""The exact split: at every level the parts add up to the whole, whatever the figures are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.diagnosis import split

amount = st.floats(0, 1e6, allow_nan=False)
figure = st.one_of(st.just(0.0), st.floats(1e-3, 1e5))
pairs = st.dictionaries(st.sampled_from("abc"), st.tuples(figure, figure), min_size=3, max_size=3)
members = st.lists(st.tuples(amount, amount, amount, amount), min_size=1, max_size=12)


@given(pairs)
def test_factors_add_up(pairs: dict[str, tuple[float, float]]) -> None:
    before, after = {k: a for k, (a, _) in pairs.items()}, {k: b for k, (_, b) in pairs.items()}
    whole, base = np.prod(list(after.values())), np.prod(list(before.values()))
    rounding = 1e-12 * max(a for a, _ in pairs.values()) ** 3 + 1e-12 * max(b for _, b in pairs.values()) ** 3
    assert sum(split.factors(before, after).values()) == pytest.approx(whole - base, rel=1e-9, abs=rounding + 1e-9)


def test_a_factor_that_alone_moves_takes_everything() -> None:
    parts = split.factors({"v": 100.0, "c": 0.05, "a": 200.0}, {"v": 80.0, "c": 0.05, "a": 200.0})
    assert parts == {"v": pytest.approx(-200.0), "c": pytest.approx(0.0), "a": pytest.approx(0.0)}


def test_an_undefined_factor_keeps_its_other_side() -> None:
    parts = split.factors({"v": 10.0, "c": 0.1, "a": 50.0}, {"v": 10.0, "c": 0.0, "a": float("nan")})
    assert parts["a"] == 0.0
    assert sum(parts.values()) == pytest.approx(-50.0)


@given(members, st.floats(-1e6, 1e6), st.floats(0.01, 100))
def test_members_of_a_volume_add_up(rows: list[tuple[float, ...]], total: float, unit: float) -> None:
    frame = pd.DataFrame(rows, dtype="float64")
    parts = split.by_volume(total, frame[0], frame[1], unit)
    assert parts.sum() == pytest.approx(total, rel=1e-6, abs=1e-3)


@given(members, st.floats(-1e6, 1e6), st.floats(0.0, 1e6))
def test_mix_and_rate_add_up(rows: list[tuple[float, ...]], total: float, unit: float) -> None:
    frame = pd.DataFrame(rows, dtype="float64")
    volume = (frame[0], frame[1])
    paid = (frame[2].clip(upper=frame[0]), frame[3].clip(upper=frame[1]))
    mix, rate = split.mix_and_rate(total, volume, paid, unit)
    assert mix.sum() + rate.sum() == pytest.approx(total, rel=1e-6, abs=1e-2)


def test_both_channels_up_and_the_shop_down_is_all_mix() -> None:
    """Simpson's paradox: each channel converts better, more visitors come from the one that converts badly."""
    volume = (pd.Series({"search": 900.0, "feed": 100.0}), pd.Series({"search": 300.0, "feed": 700.0}))
    paid = (pd.Series({"search": 90.0, "feed": 1.0}), pd.Series({"search": 33.0, "feed": 14.0}))
    before, after = 91 / 1000, 47 / 1000
    mix, rate = split.mix_and_rate((after - before) * 1000, volume, paid, 1000.0)
    assert mix.sum() < 0 < rate.sum()
    assert mix.sum() + rate.sum() == pytest.approx(-44.0)


def test_a_new_member_counts_as_mix_alone() -> None:
    volume = (pd.Series({"a": 100.0, "b": 0.0}), pd.Series({"a": 100.0, "b": 100.0}))
    paid = (pd.Series({"a": 10.0, "b": 0.0}), pd.Series({"a": 10.0, "b": 2.0}))
    mix, rate = split.mix_and_rate((12 / 200 - 10 / 100) * 150, volume, paid, 150.0)
    assert rate.to_dict() == {"a": pytest.approx(0.0, abs=1e-9), "b": pytest.approx(0.0, abs=1e-9)}
    assert mix.sum() == pytest.approx(-6.0)
