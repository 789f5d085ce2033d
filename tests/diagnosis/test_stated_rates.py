"""Rates that a report prints beside counts which make another: August of a wine shop (S3), and days of any shop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.diagnosis.data_faults import stated_rates
from sizhen.tables import Period, Shop, write_table

AUGUST, OCTOBER = Period.parse("2014-08"), Period.parse("2026-10")
COUNTS = {"visitors": 8341, "paid_buyers": 326, "paid_orders": 334, "paid_amount": 9225.30}


def month(**stated: float) -> pd.DataFrame:
    return pd.DataFrame([{"date": pd.Timestamp("2014-08-31"), **COUNTS, **stated}])


@pytest.mark.parametrize(
    ("metric", "stated", "expected"), [("average_order_value", 89.8, 9225.30 / 326), ("conversion", 0.0232, 326 / 8341)]
)
def test_august_contradicts_its_own_counts(metric: str, stated: float, expected: float) -> None:
    found = stated_rates(month(**{metric: stated}), AUGUST)
    assert found is not None and found.metric == metric
    days, held, said = found.inside(AUGUST) or ((), 0.0, 0.0)
    assert len(days) == 1
    assert (held, said) == (pytest.approx(stated), pytest.approx(expected))


@pytest.mark.parametrize(
    "stated",
    [
        {"conversion": 0.0391, "average_order_value": 28.3},
        {"conversion": 3.91},
        {"conversion": 0.039, "order_value": 27.62},
        {"conversion": float("nan"), "average_order_value": "—"},
        {"inquiry_conversion": 0.9},
    ],
)
def test_what_is_rounded_in_percent_or_not_told_contradicts_nothing(stated: dict[str, float]) -> None:
    assert stated_rates(month(**stated), AUGUST) is None


def shop_with(folder: Path, daily: pd.DataFrame, stated: np.ndarray) -> Shop:
    write_table(folder, "shop_daily", daily.assign(average_order_value=stated))
    return Shop.open(folder.parent, "tiny")


def contradictions(shop: Shop) -> list[tuple[dict[str, str], str, float]]:
    found = open_case(shop, OCTOBER).findings
    return [(f.subject, f.metric, f.observed) for f in found if f.cause == "data.inconsistent"]


def test_it_is_a_finding_about_the_report(tiny_shop: Shop) -> None:
    daily = tiny_shop.daily()
    own = (daily["paid_amount"] / daily["paid_buyers"]).round(1).to_numpy()
    wrong = np.where(daily["date"] >= "2026-10-29", own * 3, own)
    assert contradictions(shop_with(tiny_shop.folder, daily, own)) == []
    (subject, metric, observed), *more = contradictions(shop_with(tiny_shop.folder, daily, wrong))
    assert (subject, metric, more) == ({"table": "shop_daily"}, "average_order_value", [])
    assert observed == pytest.approx(wrong[-3:].mean())


def test_a_rate_that_is_always_off_counts_by_another_definition(tiny_shop: Shop) -> None:
    daily = tiny_shop.daily()
    per_order = (daily["paid_amount"] / daily["paid_orders"]).to_numpy()
    assert contradictions(shop_with(tiny_shop.folder, daily, per_order)) == []
