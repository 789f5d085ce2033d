"""Days on which shops trade otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from sizhen.vocab.calendar import occasions


def one(id: str, year: int) -> tuple[date, date]:
    found = [o for o in occasions(date(year, 1, 1), date(year, 12, 31)) if o.id == id and o.end.year == year]
    assert len(found) == 1, found
    return found[0].start, found[0].end


@pytest.mark.parametrize(
    ("year", "first_day_of_the_lunar_year"),
    [
        (2024, date(2024, 2, 10)),
        (2025, date(2025, 1, 29)),
        (2026, date(2026, 2, 17)),
        (2027, date(2027, 2, 6)),
        (2028, date(2028, 1, 26)),
    ],
)
def test_spring_festival_moves_with_the_moon(year: int, first_day_of_the_lunar_year: date) -> None:
    start, end = one("spring_festival", year)
    assert start <= first_day_of_the_lunar_year <= end
    assert 3 <= (end - start).days + 1 <= 10


@pytest.mark.parametrize("year", range(2024, 2029))
def test_the_year_end_sale_ends_before_spring_festival(year: int) -> None:
    _, end = one("new_year_goods", year)
    assert 1 <= (one("spring_festival", year)[0] - end).days <= 14


@pytest.mark.parametrize(
    ("id", "day"),
    [
        ("double_11", date(2026, 11, 11)),
        ("double_12", date(2026, 12, 12)),
        ("mid_year", date(2026, 6, 18)),
        ("queen_day", date(2026, 3, 8)),
        ("national_day", date(2026, 10, 1)),
        ("labour_day", date(2026, 5, 1)),
        ("new_year", date(2026, 1, 1)),
        ("dragon_boat", date(2026, 6, 19)),
        ("mid_autumn", date(2026, 9, 25)),
        ("qingming", date(2026, 4, 5)),
    ],
)
def test_a_day_belongs_to_its_occasion(id: str, day: date) -> None:
    assert id in {o.id for o in occasions(day, day)}


def test_ordinary_days_have_none() -> None:
    assert occasions(date(2026, 7, 6), date(2026, 7, 19)) == ()


def test_occasions_come_in_order_and_touch_the_days_asked_for() -> None:
    found = occasions(date(2026, 10, 5), date(2026, 11, 5))
    assert [o.start for o in found] == sorted(o.start for o in found)
    assert all(o.start <= date(2026, 11, 5) and o.end >= date(2026, 10, 5) for o in found)
    assert {"national_day", "double_11"} <= {o.id for o in found}
    assert {o.kind for o in found} == {"holiday", "festival"}
