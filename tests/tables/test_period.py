"""Periods read as people write them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from sizhen.tables import Period


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-W45", date(2026, 11, 2), date(2026, 11, 8)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-11-01..2026-11-14", date(2026, 11, 1), date(2026, 11, 14)),
        ("2026-11-01..2026-11-01", date(2026, 11, 1), date(2026, 11, 1)),
    ],
)
def test_a_period_has_both_its_ends(text: str, start: date, end: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.label) == (start, end, text)
    assert period.days == len(period.dates())


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-13", "2026-00", "2025-W53", "2026-W00", "2026-10 ", "２０２６-10"),
        *("2026-11-14..2026-11-01", "2026-02-30..2026-03-01", "2026-10-01..", "last month", "../2026-10"),
    ],
)
def test_what_is_no_period_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period; write 2026-10, 2026-W45 or"):
        Period.parse(text)


def test_the_last_days_end_with_the_period_and_may_begin_before_it() -> None:
    month = Period.parse("2026-10")
    assert (month.last(2).start, month.last(2).end) == (date(2026, 10, 30), date(2026, 10, 31))
    assert (month.last(90).start, month.last(90).days) == (date(2026, 8, 3), 90)


def test_the_baseline_is_the_28_days_before() -> None:
    baseline = Period.parse("2026-10").baseline
    assert (baseline.start, baseline.end, baseline.days) == (date(2026, 9, 3), date(2026, 9, 30), 28)


def test_clip_keeps_the_last_day_to_its_last_second() -> None:
    at = ["2026-09-30 23:59:59", "2026-10-01", "2026-10-31 23:59:59", "2026-11-01", None]
    frame = pd.DataFrame({"paid_at": pd.to_datetime(pd.Series(at), format="ISO8601")})
    assert Period.parse("2026-10").clip(frame, "paid_at").index.tolist() == [1, 2]


@pytest.mark.parametrize("days", [[], [1, 2, 3], [3, 1, 2, 40, 2], [40, None, 2], [40, 41], [None]])
def test_clip_takes_the_days_of_the_period_in_whatever_order_they_stand(days: list[int | None]) -> None:
    first = pd.Timestamp("2026-10-01")
    dates = [pd.NaT if d is None else first + pd.Timedelta(days=d) for d in days]
    table = pd.DataFrame({"date": pd.Series(dates, dtype="datetime64[us]"), "n": range(len(days))}).add_prefix("a_")
    table.index = pd.Index(range(7, 7 + len(days)))
    kept = Period.parse("2026-10").clip(table, "a_date")
    wanted = [n for n, d in enumerate(days) if d is not None and d <= 30]
    assert kept["a_n"].tolist() == wanted
    assert kept.index.tolist() == [7 + n for n in wanted]
    assert Period.parse("2026-10").mask(table["a_date"]).sum() == len(wanted)
