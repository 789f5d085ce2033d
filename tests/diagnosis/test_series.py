"""The line beside a finding shows the figure the finding is about, up to the end of its period."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sizhen.diagnosis import Case, open_case, series
from sizhen.diagnosis.series import DAYS
from sizhen.tables import Period, Shop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def case(sample_dir: Path) -> Case:
    return open_case(Shop.open(sample_dir, "linen-house"), Period.parse("2026-10"))


def test_lines_are_of_what_asks_for_something_and_end_with_the_period(case: Case) -> None:
    lines = series(case)
    assert {"stock.sold_out:p0001", "service.slow", "review.size:p0002"} <= set(lines)
    assert set(lines) <= {f.id for f in case.findings if f.state in ("act", "watch")}
    for id, line in lines.items():
        assert list(line.columns) == ["date", "value"] and 2 <= len(line) <= DAYS, id
        assert line["date"].is_monotonic_increasing
        last = pd.Timestamp(case.chart.period.end)
        assert last - pd.Timedelta(days=6) <= line["date"].iloc[-1] <= last


def test_a_line_turns_on_the_day_its_finding_names(case: Case) -> None:
    finding = next(f for f in case.findings if f.cause == "stock.sold_out")
    line = series(case)[finding.id].set_index("date")["value"]
    since = pd.Timestamp(finding.since)
    assert (line[line.index < since] > 0.99).all()
    assert (line[line.index >= since] < 0.5).all()


def test_what_reviews_tell_is_told_by_weeks(case: Case) -> None:
    days = series(case)["review.size:p0002"]["date"].diff().dropna()
    assert set(days) == {pd.Timedelta(days=7)}
    assert (series(case)["review.size:p0002"]["value"].dropna().between(0, 1)).all()


def test_a_shop_without_findings_has_no_lines(sample_dir: Path) -> None:
    assert series(open_case(Shop.open(sample_dir, "orders-only"), Period.parse("2026-10"))) == {}
