"""What a counter that adds up tells between two looks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.tables.counter import added

UNKNOWN = float("nan")


def seen(item: str, counts: dict[int, float]) -> pd.DataFrame:
    days = [pd.Timestamp("2026-10-01") + pd.Timedelta(days=d) for d in counts]
    return pd.DataFrame({"item": item, "date": days, "count": list(counts.values())})


def test_first_look_fall_gap_and_unknown_counter() -> None:
    rows = seen("a", {0: 10, 1: 25, 2: 20, 3: UNKNOWN, 4: 30, 5: 30})
    told = added(rows, ["item"], "date", "count")
    assert told["added"].tolist() == pytest.approx([UNKNOWN, 15, UNKNOWN, UNKNOWN, 10, 0], nan_ok=True)
    assert told["days"].tolist() == pytest.approx([UNKNOWN, 1, 1, UNKNOWN, 2, 1], nan_ok=True)


def test_items_do_not_mix() -> None:
    rows = pd.concat([seen("a", {0: 1, 1: 2}), seen("b", {0: 100, 1: 150})], ignore_index=True)
    assert added(rows, ["item"], "date", "count")["added"].dropna().tolist() == [1, 50]


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_never_negative_sums_to_the_rise_and_any_order(counts: list[int], dice) -> None:
    rows = seen("a", dict(enumerate(map(float, counts))))
    told = added(rows, ["item"], "date", "count")["added"]
    assert not (told < 0).any()
    assert told.sum() == np.maximum(np.diff(counts), 0).sum()
    mixed = rows.sample(frac=1, random_state=dice.randrange(1000))
    pd.testing.assert_series_equal(added(mixed, ["item"], "date", "count")["added"].sort_index(), told)
