"""Days on which shops trade otherwise, by market."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sizhen.vocab import load
from sizhen.vocab.calendar import Occasion, market_of, occasions

CHINA = {"platform": "tmall", "currency": "CNY"}
STATES = {"platform": "shopify", "currency": "USD"}
AMAZON = {"platform": "amazon", "currency": "USD"}
BRITAIN = {"platform": "other", "currency": "GBP"}
EUROPE = {"platform": "shopify", "currency": "EUR"}


def of_year(year: int, shop: dict[str, str]) -> tuple[Occasion, ...]:
    return occasions(date(year, 1, 1), date(year, 12, 31), **shop)


def one(id: str, year: int, shop: dict[str, str] = CHINA) -> tuple[date, date]:
    found = [o for o in of_year(year, shop) if o.id == id and o.end.year == year]
    assert len(found) == 1, found
    return found[0].start, found[0].end


@pytest.mark.parametrize(
    ("platform", "currency", "market"),
    [
        ("tmall", "CNY", "cn"),
        ("jd", "USD", "cn"),
        ("other", "CNY", "cn"),
        ("shopify", "USD", "us"),
        ("amazon", "GBP", "uk"),
        ("amazon", "EUR", "eu"),
        ("shopify", "JPY", ""),
    ],
)
def test_a_shop_is_of_the_market_of_its_platform_else_of_its_currency(
    platform: str, currency: str, market: str
) -> None:
    assert market_of(platform, currency) == market


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
    assert id in {o.id for o in occasions(day, day, **CHINA)}
    assert occasions(day, day, platform="shopify", currency="JPY") == ()


@pytest.mark.parametrize(
    ("shop", "id", "first", "last"),
    [
        (STATES, "thanksgiving", date(2026, 11, 26), date(2026, 11, 26)),
        (STATES, "thanksgiving", date(2024, 11, 28), date(2024, 11, 28)),
        (STATES, "black_friday", date(2026, 11, 27), date(2026, 11, 30)),
        (BRITAIN, "black_friday", date(2025, 11, 28), date(2025, 12, 1)),
        (STATES, "labor_day", date(2026, 9, 5), date(2026, 9, 7)),
        (STATES, "memorial_day", date(2026, 5, 23), date(2026, 5, 25)),
        (STATES, "independence_day", date(2026, 7, 4), date(2026, 7, 4)),
        (STATES, "mothers_day", date(2026, 5, 4), date(2026, 5, 10)),
        (BRITAIN, "mothering_sunday", date(2026, 3, 9), date(2026, 3, 15)),
        (BRITAIN, "summer_bank_holiday", date(2026, 8, 29), date(2026, 8, 31)),
        (EUROPE, "easter", date(2026, 4, 3), date(2026, 4, 6)),
        (EUROPE, "christmas", date(2026, 12, 24), date(2026, 12, 26)),
        (AMAZON, "prime_day", date(2025, 7, 8), date(2025, 7, 11)),
    ],
)
def test_each_market_keeps_its_own_days(shop: dict[str, str], id: str, first: date, last: date) -> None:
    assert one(id, first.year, shop) == (first, last)


def test_nobody_keeps_the_days_of_another_market() -> None:
    ids = {shop: {o.id for o in of_year(2025, about)} for shop, about in {"cn": CHINA, "us": STATES}.items()}
    assert not ids["cn"] & ids["us"]
    assert not {"mid_autumn", "double_11", "double_12", "mid_year"} & ids["us"]
    assert not {"thanksgiving", "black_friday", "christmas"} & ids["cn"]
    assert "prime_day" not in ids["us"] and "prime_day" in {o.id for o in of_year(2025, AMAZON)}


def test_a_year_that_is_not_known_has_no_such_day() -> None:
    assert "prime_day" not in {o.id for o in of_year(2040, AMAZON)}
    assert "easter" not in {o.id for o in of_year(2040, EUROPE)}


def test_every_occasion_has_a_name_where_codes_are_shown() -> None:
    every: set[Any] = {o for shop in (CHINA, AMAZON, BRITAIN, EUROPE) for o in of_year(2025, shop)}
    assert all(load().labels[o.id].zh == o.zh and load().labels[o.id].en == o.en for o in every)


def test_ordinary_days_have_none() -> None:
    assert occasions(date(2026, 7, 6), date(2026, 7, 19), **CHINA) == ()


def test_occasions_come_in_order_and_touch_the_days_asked_for() -> None:
    found = occasions(date(2026, 10, 5), date(2026, 11, 5), **CHINA)
    assert [o.start for o in found] == sorted(o.start for o in found)
    assert all(o.start <= date(2026, 11, 5) and o.end >= date(2026, 10, 5) for o in found)
    assert {"national_day", "double_11"} <= {o.id for o in found}
    assert {o.kind for o in found} == {"holiday", "festival"}
