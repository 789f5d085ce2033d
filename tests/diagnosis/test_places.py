"""Which table is wrong when they disagree, and which product falls slowly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sizhen.diagnosis.causes.products import _slopes
from sizhen.diagnosis.data_faults import find_faults
from sizhen.tables import Period, Shop

WEEK = Period.parse("2026-W43")


def contradicted(shop: Shop, factors: dict[str, float], days: Period | None = None) -> set[str]:
    """Tables named when their paid amounts are multiplied, on `days` or on all."""
    tables = {}
    for table, factor in factors.items():
        frame = shop.table(table).copy()
        here = days.mask(frame["date"]) if days else pd.Series(True, index=frame.index)
        frame.loc[here, "paid_amount"] *= factor
        tables[table] = frame
    return set(find_faults(Shop(shop.folder, shop.profile, tables), WEEK).contradictions)


@pytest.fixture
def shop(sample_dir: Path) -> Shop:
    return Shop.open(sample_dir, "tea-corner")


@pytest.mark.parametrize("table", ["product_daily", "traffic_daily", "shop_daily"])
def test_the_table_that_disagrees_with_the_others_is_named(shop: Shop, table: str) -> None:
    assert contradicted(shop, {}) == set()
    assert contradicted(shop, {table: 0.5}, WEEK) == {table}


def test_a_table_that_never_adds_up_counts_by_another_definition(shop: Shop) -> None:
    assert contradicted(shop, {"product_daily": 0.8}) == set()


def test_a_slow_fall_is_told_from_a_step_and_from_the_others() -> None:
    rng = np.random.default_rng(3)
    shares = rng.normal(-3.0, 0.05, (70, 20))
    shares[:, 0] -= np.maximum(np.arange(70) - 35, 0) * 0.02
    shares[50:, 1] -= 0.7
    slow, step, *others = _slopes(shares)
    assert slow.slow and slow.z > 4 and slow.fall == pytest.approx(0.68, abs=0.15) and abs(slow.knot - 35) <= 6
    assert not step.slow
    assert max(o.z for o in others) < 4
