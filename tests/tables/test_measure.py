"""A rate over days is a ratio of totals, and unknown is never zero."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.tables import measure
from sizhen.vocab import load

DAYS = pd.date_range("2026-10-01", periods=4)
COUNTS = st.none() | st.integers(0, 10_000)
AMOUNTS = st.none() | st.integers(0, 10_000_000).map(lambda cents: cents / 100)
ROWS = st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=1, max_size=12)


def frame(**columns: list[float | None]) -> pd.DataFrame:
    some = next(iter(columns.values()))
    return pd.DataFrame({"date": DAYS[: len(some)], **{k: pd.Series(v, dtype="float64") for k, v in columns.items()}})


def test_a_rate_weighs_days_by_their_visitors() -> None:
    assert measure.value(frame(visitors=[100, 300], paid_buyers=[10, 3]), "conversion") == 13 / 400


def test_a_day_that_lacks_one_part_counts_in_neither() -> None:
    assert measure.value(frame(visitors=[100, 300, None], paid_buyers=[10, None, 5]), "conversion") == 0.1


def test_nothing_known_is_unknown() -> None:
    empty = frame(visitors=[None, None], paid_buyers=[None, 1])
    assert math.isnan(measure.value(empty, "conversion"))
    assert math.isnan(measure.value(empty, "visitors"))
    assert math.isnan(measure.value(empty.iloc[:0], "visitors"))


def test_nobody_came_is_no_rate() -> None:
    assert math.isnan(measure.value(frame(visitors=[0, 0], paid_buyers=[0, 0]), "conversion"))


def test_a_mean_is_weighted_by_its_count() -> None:
    table = frame(dwell_seconds=[60, 120, None], visitors=[100, 300, 50])
    assert measure.value(table, "dwell_seconds") == (60 * 100 + 120 * 300) / 400


def test_by_day_and_channel() -> None:
    table = pd.DataFrame(
        {
            "date": DAYS[[0, 0, 1, 1]],
            "channel": ["search", "owned", "search", "owned"],
            "visitors": [100.0, 50.0, 200.0, np.nan],
            "paid_buyers": [5.0, 5.0, 4.0, 1.0],
        }
    )
    by_day = measure.daily(table, "conversion", ["channel"])
    assert by_day["channel"].tolist() == ["owned", "search", "owned", "search"]
    np.testing.assert_allclose(by_day["value"], [0.1, 0.05, np.nan, 0.02])
    total = measure.total(table, "conversion", ["channel"]).set_index("channel")["value"]
    assert total.to_dict() == {"owned": 0.1, "search": 9 / 300}


@settings(max_examples=examples(25))
@given(ROWS)
def test_row_order_is_irrelevant(rows: list[tuple[int | None, ...]]) -> None:
    table = pd.DataFrame(rows, columns=["visitors", "paid_buyers", "paid_amount"], dtype="float64")
    table.insert(0, "date", DAYS[np.arange(len(rows)) % len(DAYS)])
    shuffled = table.sample(frac=1, random_state=7)
    for metric in ("visitors", "conversion", "average_order_value"):
        for tell in (measure.daily, measure.total):
            pd.testing.assert_frame_equal(tell(table, metric), tell(shuffled, metric))


@settings(max_examples=examples(25))
@given(ROWS)
def test_doubling_the_counts_doubles_sums_and_leaves_rates(rows: list[tuple[int | None, ...]]) -> None:
    table = pd.DataFrame(rows, columns=["visitors", "paid_buyers", "paid_amount"], dtype="float64")
    for metric, factor in (("visitors", 2), ("paid_amount", 2), ("conversion", 1), ("average_order_value", 1)):
        once, twice = measure.value(table, metric), measure.value(table * 2, metric)
        assert math.isnan(once) == math.isnan(twice)
        assert math.isnan(once) or twice == pytest.approx(factor * once)


@settings(max_examples=examples(50))
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from("ab")), min_size=1, max_size=40), st.booleans())
def test_a_figure_is_the_same_alone_and_among_others(rows: list[tuple[object, ...]], apart: bool) -> None:
    table = pd.DataFrame(rows, columns=["visitors", "paid_buyers", "paid_amount", "channel"])
    table = table.astype(dict.fromkeys(["visitors", "paid_buyers", "paid_amount"], "float64"))
    metrics, by = ["paid_amount", "visitors", "conversion", "average_order_value"], ["channel"] if apart else []
    together = measure.totals(table, metrics, by)
    for metric in metrics:
        alone = measure.total(table, metric, by)
        assert together.index.tolist() == (alone["channel"].tolist() if apart else [0])
        np.testing.assert_array_equal(together[metric].to_numpy(), alone["value"].to_numpy())


@pytest.mark.parametrize("metric", load().metrics.values(), ids=lambda m: m.id)
def test_a_metric_is_well_defined(metric: object) -> None:
    assert (metric.kind == "ratio") <= (metric.denominator is not None)  # type: ignore[attr-defined]
    assert metric.kind in ("sum", "ratio", "mean", "level")  # type: ignore[attr-defined]
