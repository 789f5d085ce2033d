"""Complaints beside refunds and conversion, on a shop small enough to count by hand."""

from __future__ import annotations

import pytest

from sizhen.exam import listen
from sizhen.tables import Period
from small_reviews import OCTOBER, Make, joined_shop, reviews, said


def test_a_pair_side_by_side(shop: Make) -> None:
    row = listen.complaints_refunds(joined_shop(shop), OCTOBER).iloc[0]
    assert row[["product_id", "aspect", "complaints", "review_count"]].to_list() == ["p1", "size", 20, 100]
    assert row[["complaint_share", "complaint_share_before"]].to_list() == [0.2, 0.04]
    assert row["refund_count"] == 20
    assert row["reason_refund_share"] == pytest.approx(2000 / 77500)
    assert row["reason_refund_share_before"] == pytest.approx(400 / 155000)
    assert row["refunds_above"] == pytest.approx(2000 - 77500 * 400 / 155000)
    assert row[["conversion", "conversion_before"]].to_list() == [0.025, 0.05]
    assert row["conversion_as_others"] == pytest.approx(0.04)  # the other product fell by a fifth too
    assert row["conversion_lost"] == pytest.approx(0.015 * 31000 * 100)
    assert row["tied"] == "timing"


def test_one_aspect_and_none(shop: Make) -> None:
    place = joined_shop(shop)
    assert listen.complaints_refunds(place, OCTOBER, aspect="size")["aspect"].to_list() == ["size"]
    none = listen.complaints_refunds(place, OCTOBER, aspect="colour")
    assert none.empty
    assert none.attrs["empty"] == "complaints_refunds.none"


def test_without_refunds_and_products_they_are_unknown(shop: Make) -> None:
    now = [said("2026-10-10", "尺码偏小", 20, rating=1), said("2026-09-11", "很好", 80)]
    place = shop(reviews=reviews(*now))
    row = listen.complaints_refunds(place, OCTOBER).iloc[0]
    assert row[["refund_count", "conversion", "refunds_above", "conversion_lost"]].isna().all()
    weeks = listen.complaint_refund_weeks(place, OCTOBER)
    assert weeks[["refund_count", "conversion"]].isna().all(axis=None)


def test_a_pair_week_by_week(shop: Make) -> None:
    weeks = listen.complaint_refund_weeks(joined_shop(shop), OCTOBER).set_index("week")
    assert weeks.loc["2026-10-04", "complaint_share"] == 1.0  # 4 to 10 October
    assert weeks.loc["2026-10-11", "complaint_share"] == 0.0
    assert weeks.loc["2026-10-04", "refund_count"] == 29
    assert weeks.loc["2026-10-11", "conversion"] == 0.025
    assert set(weeks["period_share"]) == {0.2}


def test_a_product_without_refunds_has_none(shop: Make) -> None:
    place = joined_shop(shop)
    others = place.table("refunds").assign(product_id="p2")
    weeks = listen.complaint_refund_weeks(joined_shop(shop, refunds=others), OCTOBER)
    assert set(weeks["refund_count"]) == {0.0}


def test_a_week_stands_beside_four(shop: Make) -> None:
    now, before = said("2026-10-28", "尺码偏小", 5, rating=1), said("2026-10-01", "尺码偏小", 3, rating=1)
    early = said("2026-09-26", "尺码偏小", 9, rating=1)
    place = shop(reviews=reviews(now, before, early, said("2026-10-02", "很好", 7)))
    row = listen.complaints_refunds(place, Period.parse("2026-10-25..2026-10-31")).iloc[0]
    assert row["complaint_share_before"] == 0.3  # 27 September to 24 October
