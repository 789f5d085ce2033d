"""The expectation: right where the answer is known, and calibrated where only chance is at work."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from sizhen.diagnosis.baseline import read
from sizhen.diagnosis.panel import grid, panel
from sizhen.diagnosis.reading import Readings
from sizhen.diagnosis.rhythm import Rhythm
from sizhen.tables import Period

END = date(2026, 9, 13)
DAYS = 112


def days() -> pd.DatetimeIndex:
    return pd.date_range(END - timedelta(days=DAYS - 1), END, unit="us")


def ordinary(label: np.ndarray | None = None) -> Rhythm:
    labels = np.full(DAYS, "", dtype=object) if label is None else label
    return Rhythm(days(), labels, np.zeros(DAYS, dtype=bool), ())


def of(
    values: np.ndarray, rhythm: Rhythm | None = None, period: str = "2026-09-07..2026-09-13", metric: str = "visitors"
) -> Readings:
    frame = pd.DataFrame({"date": days(), metric: values})
    made = panel(frame, grid(frame), metric)
    assert made is not None
    readings = read(made, Period.parse(period), rhythm or ordinary())
    assert readings is not None
    return readings


WEEK = np.array([1.0, 0.9, 0.95, 1.0, 1.05, 1.3, 1.4])


def shaped(level: float = 1000.0) -> np.ndarray:
    return level * WEEK[days().day_of_week.to_numpy()]


def test_a_steady_week_is_expected_as_it_comes() -> None:
    reading = of(shaped())["-"]
    assert reading.expected == pytest.approx(reading.observed, rel=1e-6)
    assert reading.p > 0.9


def test_weekdays_are_expected_each_at_its_level() -> None:
    weekend = of(shaped(), period="2026-09-12..2026-09-13")["-"]
    assert weekend.expected == pytest.approx(2700.0, rel=0.01)


def test_a_step_is_found_with_its_size_and_day() -> None:
    values = shaped()
    values[-5:] *= 0.7
    reading = of(np.random.default_rng(1).poisson(values).astype(float))["-"]
    assert reading.p < 0.001
    assert reading.since.date() == END - timedelta(days=4)
    assert reading.ratio == pytest.approx((2 + 5 * 0.7) / 7, abs=0.05)


def test_promotion_days_do_not_raise_the_level() -> None:
    label = np.full(DAYS, "", dtype=object)
    label[-20:-15] = "promotion"
    values = shaped()
    values[-20:-15] *= 3
    assert of(values, ordinary(label))["-"].expected == pytest.approx(shaped()[-7:].sum(), rel=0.01)


def test_a_promotion_is_expected_to_lift_as_earlier_ones_did() -> None:
    label = np.full(DAYS, "", dtype=object)
    label[30:33], label[60:63], label[-3:] = "promotion", "promotion", "promotion"
    values = shaped()
    for part in (slice(30, 33), slice(60, 63), slice(-3, None)):
        values[part] *= 2
    assert of(values, ordinary(label))["-"].ratio == pytest.approx(1.0, abs=0.01)


def test_without_a_week_of_history_there_is_no_expectation() -> None:
    frame = pd.DataFrame({"date": days()[-10:], "visitors": 100.0})
    made = panel(frame, grid(frame), "visitors")
    assert made is not None
    rhythm = Rhythm(days()[-10:], np.full(10, "", dtype=object), np.zeros(10, dtype=bool), ())
    assert read(made, Period.parse("2026-09-07..2026-09-13"), rhythm) is None


@pytest.mark.slow
@pytest.mark.parametrize("level", [40.0, 2000.0])
def test_chance_alone_alarms_as_rarely_as_it_says(level: float) -> None:
    """Overdispersed days that drift a little: at p < 0.05 no more than 8 % of 200 shops, and not none at all."""
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(200):
        drift = np.exp(np.cumsum(rng.normal(0, 0.005, DAYS)))
        mean = shaped(level) * drift * rng.gamma(100, 0.01, DAYS)
        alarms += of(rng.poisson(mean).astype(float))["-"].p < 0.05
    assert 0.01 <= alarms / 200 <= 0.10


MONTH = "2026-08-14..2026-09-13"


def test_a_score_that_slides_for_three_weeks_is_seen() -> None:
    """A platform's score is a mean over months: 4.86 that ends at 4.78 is a large event."""
    values = 4.86 + np.random.default_rng(3).normal(0, 0.0005, DAYS).cumsum()
    assert of(values, period=MONTH, metric="dsr_service")["-"].p > 0.05
    values[-20:] -= np.linspace(0, 0.08, 20)
    reading = of(values, period=MONTH, metric="dsr_service")["-"]
    assert reading.p < 0.01 and reading.ratio < 0.998


@pytest.mark.slow
@pytest.mark.parametrize("period", ["2026-09-07..2026-09-13", MONTH])
@pytest.mark.parametrize("votes", [2, 20])
def test_a_score_that_walks_alarms_rarely(votes: int, period: str) -> None:
    """A mean of the last 180 days' votes, shown with two decimals: at p < 0.01 no more than 4 % of 100 shops."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(100):
        cast = rng.poisson(votes, DAYS + 180)
        points = pd.Series([rng.choice([1.0, 3.0, 4.0, 5.0], n, p=[0.02, 0.04, 0.1, 0.84]).sum() for n in cast])
        score = (points.rolling(180).sum() / pd.Series(cast).rolling(180).sum()).round(2).to_numpy()[-DAYS:]
        reading = of(score, period=period, metric="dsr_service")["-"]
        alarms += reading.p < 0.01 and reading.ratio < 0.998
    assert alarms <= 4
