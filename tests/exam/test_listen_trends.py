"""Complaints week by week and rising words, on reviews small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import listen
from sizhen.exam.listen_trends import _tested, _unrest
from sizhen.exam.log_odds import log_odds
from sizhen.view import tables, use
from small_reviews import BUYER, OCTOBER, PHONE, Make, reviews, said, weekly, words_shop

# complaints week by week


def test_a_rise_beyond_chance_is_called_one(shop: Make) -> None:
    rises = listen.complaint_rises(shop(reviews=reviews(*weekly("尺码偏小", [1] * 9 + [8] * 4))), OCTOBER)
    row = rises[(rises["product_id"] == "") & (rises["aspect"] == "size")].iloc[0]
    assert row[["complaints", "review_count", "complaints_before", "review_count_before"]].to_list() == [
        32,
        112,
        9,
        190,
    ]
    assert row["ratio"] == pytest.approx((32 / 112) / (9 / 190))
    assert row["trend"] == "risen"
    assert 1 < row["ratio_low"] < row["ratio"] < row["ratio_high"]


def test_an_even_flow_and_a_few_are_not_a_rise(shop: Make) -> None:
    steady = listen.complaint_rises(shop(reviews=reviews(*weekly("尺码偏小", [3] * 13))), OCTOBER)
    assert set(steady["trend"]) == {"steady"}
    few = listen.complaint_rises(shop(reviews=reviews(*weekly("尺码偏小", [0] * 9 + [1] * 4))), OCTOBER)
    assert set(few["trend"]) == {"few"}


def test_restless_weeks_ask_for_more(shop: Make) -> None:
    calm = listen.complaint_rises(shop(reviews=reviews(*weekly("尺码偏小", [2] * 9 + [8] * 4))), OCTOBER)
    restless = [0, 9, 0, 0, 8, 0, 1, 0, 0] + [8] * 4
    wild = listen.complaint_rises(shop(reviews=reviews(*weekly("尺码偏小", restless))), OCTOBER)
    assert calm["trend"].iloc[0] == "risen"
    assert wild["trend"].iloc[0] == "steady"


def test_weeks_carry_their_series(shop: Make) -> None:
    place = shop(reviews=reviews(*weekly("尺码偏小", [1] * 9 + [8] * 4)))
    weeks = listen.complaint_weeks(place, OCTOBER)
    own = weeks[(weeks["product_id"] == "") & (weeks["aspect"] == "size")]
    assert own["complaints"].to_list() == [1.0] * 9 + [8.0] * 4
    assert own["complaint_share"].iloc[-1] == pytest.approx(8 / 28)
    assert own["when"].to_list() == ["before"] * 9 + ["period"] * 4
    assert set(own["trend"]) == {"risen"}
    assert set(weeks["product_id"]) == {"", "p1"}


def test_the_test_is_the_exact_one_where_weeks_differ_by_chance_alone() -> None:
    row = {"complaints": 9.0, "complaints_before": 4.0, "review_count": 100.0, "review_count_before": 200.0}
    table = pd.DataFrame([row | {"weeks": 4.0, "weeks_before": 9.0}])
    table["complaint_share"], table["complaint_share_before"] = 0.09, 0.02
    exact = sum(pd.Series(_binomial(13, 1 / 3))[9:])
    assert _tested(table, 0.0)["p_value"].iloc[0] == pytest.approx(exact)
    assert _tested(table, 0.3)["p_value"].iloc[0] > exact


def _binomial(n: int, p: float) -> list[float]:
    from math import comb

    return [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=9), st.integers(1, 50))
def test_unrest_is_no_less_than_none(counts: list[int], n: int) -> None:
    rows = pd.DataFrame({"week": range(len(counts)), "complaints": counts, "review_count": float(n)})
    told = _unrest(rows.astype("float64").assign(product_id="", aspect="size"))
    assert told >= 0
    assert np.isfinite(told)


# words


def test_a_new_topic_stands_out(shop: Make) -> None:
    words = listen.rising_words(words_shop(shop), OCTOBER).set_index("term")
    row = next(words.loc[t] for t in words.index if "静电" in t)
    assert row[["told", "negative_reviews", "negative_reviews_before"]].to_list() == [12, 20, 15]
    assert row["told_share"] == 0.6
    assert row["beyond_chance"]
    assert row["aspect"] == ""
    assert "发货慢" not in words.index and "慢" not in words.index


def test_no_person_is_among_the_words(shop: Make) -> None:
    text = f"静电太大 {PHONE} {BUYER} 小夏的态度"
    place = shop(
        reviews=reviews(said("2026-10-10", text, 12, rating=1), said("2026-09-10", "发货慢", 12, rating=1)),
        service_daily=pd.DataFrame({"date": ["2026-10-01"], "agent": ["shop:小夏"], "inquiry_buyers": [1]}),
    )
    told = " ".join(listen.rising_words(place, OCTOBER)["term"])
    assert told
    for secret in (PHONE, "小明", "小夏"):
        assert secret not in told


def test_too_few_bad_reviews_say_so(shop: Make) -> None:
    words = listen.rising_words(shop(reviews=reviews(said("2026-10-10", "静电", 3, rating=1))), OCTOBER)
    assert words.empty
    use("zh")
    assert "太少" in tables.show(words).html


def test_log_odds_by_hand() -> None:
    here, there = pd.Series({"a": 6.0, "b": 4.0}), pd.Series({"a": 2.0, "b": 8.0})
    marks = log_odds(here, there, here + there)
    # prior: 10 × 8/20 = 4 for a; (6+4)/(10+10-10) = 1 against (2+4)/(10+10-6) = 6/14
    assert marks.loc["a", "log_odds"] == pytest.approx(np.log(14 / 6))
    assert marks.loc["a", "z"] == pytest.approx(np.log(14 / 6) / np.sqrt(1 / 10 + 1 / 6))
    assert marks.loc["b", "log_odds"] == pytest.approx(-np.log(14 / 6))
