"""Trends, words, stars, praise, votes, and complaints beside refunds, on reviews small enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sizhen.exam import listen
from sizhen.exam.listen_trends import _tested, _unrest
from sizhen.exam.log_odds import log_odds
from sizhen.tables import Period, Shop
from sizhen.view import tables, use
from small_shop import shop_of

OCTOBER = Period.parse("2026-10")
PHONE, BUYER = "13912345678", "小明老师"
NEW = ["complaint_events", "complaint_refund_weeks", "complaint_rises", "complaint_weeks", "complaints_refunds"]
NEW += ["praised", "ratings_and_texts", "rising_words", "score_votes"]

Make = Callable[..., Shop]


@pytest.fixture
def shop(tmp_path: Path) -> Make:
    return lambda **frames: shop_of(tmp_path, **frames)


def said(day: str, text: str, count: int = 1, product: str = "p1", rating: float | None = 5) -> pd.DataFrame:
    row = {"reviewed_at": day, "product_id": product, "rating": rating, "text": text}
    return pd.DataFrame([row] * count)


def reviews(*parts: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True)
    ids = [f"r{n}" for n in range(len(rows))]
    return rows.assign(review_id=ids, buyer=[f"{BUYER}{n}" for n in range(len(rows))])


def weekly(text: str, per_week: list[int], praise: int = 20, product: str = "p1") -> list[pd.DataFrame]:
    """Reviews of the weeks that end on 31 October, so many of `text` and `praise` kind ones each."""
    days = pd.date_range(end="2026-10-31", periods=len(per_week), freq="7D").strftime("%Y-%m-%d")
    first = said("2026-08-02", "很好", 1, product)
    each = (
        (said(d, "很好", praise, product), said(d, text, n, product, 1)) for d, n in zip(days, per_week, strict=True)
    )
    return [first, *(part for parts in each for part in parts if len(part))]


def days(first: str = "2026-09-01", last: str = "2026-10-31", product: str = "p1", **figures: float) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(first, last), "product_id": product, **figures})


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


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=9), st.integers(1, 50))
def test_unrest_is_no_less_than_none(counts: list[int], n: int) -> None:
    rows = pd.DataFrame({"week": range(len(counts)), "complaints": counts, "review_count": float(n)})
    told = _unrest(rows.astype("float64").assign(product_id="", aspect="size"))
    assert told >= 0
    assert np.isfinite(told)


# words


def words_shop(shop: Make) -> Shop:
    now = [
        said("2026-10-10", f"静电 {PHONE}", 12, rating=1),
        said("2026-10-12", "发货慢", 8, rating=1),
    ]
    before = [said("2026-09-15", "发货慢", 14, rating=1), said("2026-09-16", "静电", 1, rating=1)]
    return shop(reviews=reviews(*now, *before, said("2026-10-11", "很好", 30), said("2026-09-11", "很好", 30)))


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


# stars and texts


def test_stars_beside_texts(shop: Make) -> None:
    hidden = f"发货慢<script>，{BUYER}0 的电话 {PHONE}"
    rows = [said("2026-10-05", "很好", 7), said("2026-10-20", hidden, 1), said("2026-10-06", "质量太差", 3, rating=1)]
    rows += [said("2026-10-07", "就这样", 1, rating=2), said("2026-10-08", "质量太差", 1, rating=None)]
    rows += [said("2026-10-09", "很好", 1, rating=None), said("2026-09-09", "发货慢", 1), said("2026-09-10", "很好", 1)]
    place = shop(reviews=reviews(*rows).assign(buyer=BUYER))
    table = listen.ratings_and_texts(place, OCTOBER).set_index("mismatch")
    kinds = ["praised_complains", "bad_without_complaint", "unstarred_bad"]
    assert table.index.to_list() == kinds
    assert table.loc[kinds[0], ["found", "of_reviews"]].to_list() == [1, 2]  # equal texts of a buyer count once
    assert table.loc[kinds[0], "found_share_before"] == 0.5
    assert table.loc[kinds[2], ["found", "of_reviews", "judged_by"]].to_list() == [1, 2, "words"]
    use("zh")
    html = tables.show(table.reset_index()).html
    for secret in (PHONE, BUYER, "<script"):
        assert secret not in html


def test_with_enough_stars_a_model_is_learnt(shop: Make) -> None:
    good = pd.concat(
        [said("2026-10-02", f"很好，面料{n}舒服") for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地人"]
    )
    bad = pd.concat(
        [said("2026-10-03", f"质量太差{n}", rating=1) for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地人"]
    )
    table = listen.ratings_and_texts(
        shop(reviews=reviews(good, bad, said("2026-10-04", "质量太差", rating=None))), OCTOBER
    )
    row = table.set_index("mismatch").loc["unstarred_bad"]
    assert row[["found", "judged_by"]].to_list() == [1, "stars"]


def test_complaints_around_an_event(shop: Make) -> None:
    before = [said("2026-09-20", "很好", 38), said("2026-09-21", "发货慢", 2)]
    after = [said("2026-10-10", "很好", 20), said("2026-10-11", "发货慢", 20)]
    events = pd.DataFrame(
        {"starts_on": ["2026-10-01", "2026-10-02"], "name": ["改价<b>", "促销"], "kind": ["price", "promotion"]}
    )
    rows = reviews(said("2026-09-01", "很好"), *before, *after)
    table = listen.complaint_events(shop(reviews=rows, events=events), OCTOBER)
    assert len(table) == 1  # a promotion is not among them
    row = table.iloc[0]
    assert row[["days", "complaints_before", "review_count_before", "complaints", "review_count"]].to_list() == [
        28,
        2,
        40,
        20,
        40,
    ]
    assert row["moved"] == "worse"
    assert 0.2 < row["moved_low"] < 0.45 < row["moved_high"]
    few = listen.complaint_events(
        shop(reviews=reviews(*before, said("2026-10-10", "发货慢", 5)), events=events), OCTOBER
    )
    assert few["moved"].to_list() == ["few_reviews"]


# praise


def test_praise_of_the_leading_product(shop: Make) -> None:
    mine = [
        said("2026-10-02", "尺码很准，显瘦", 6),
        said("2026-10-03", "物流很快", 9),
        said("2026-10-04", "尺码偏小", 3, rating=1),
    ]
    other = said("2026-10-05", "颜色很正，没有色差", 8, "p2")
    praised = listen.praised(shop(reviews=reviews(*mine, other)), OCTOBER).set_index(["product_id", "aspect"])
    assert praised.loc[("p1", "size"), ["praises", "review_count"]].to_list() == [6, 18]
    assert praised.loc[("p1", "size"), "praise_share"] == pytest.approx(1 / 3)
    assert "logistics" not in praised.index.get_level_values("aspect")
    assert praised.loc[("p2", "colour"), "praises"] == 8
    assert (
        "显瘦" in praised.loc[("p1", "size"), "praise_words"] or "尺码" in praised.loc[("p1", "size"), "praise_words"]
    )


# scores in votes


def test_votes_by_hand(shop: Make) -> None:
    falling = [4.8] * 30 + [4.7] * 31
    daily = pd.DataFrame(
        {"date": pd.date_range("2026-09-01", "2026-10-31"), "dsr_service": falling, "paid_buyers": 10.0}
    )
    table = listen.score_votes(
        shop(shop_daily=daily, reviews=reviews(said("2026-09-03", "很好"), *weekly("差", [0, 59]))), OCTOBER
    )
    row = table.iloc[0]
    rated = 180 * (1 + 20 * 2 + 59) / 59
    assert row["votes_low"] == pytest.approx(rated)
    assert row["votes_high"] == 1800
    assert row["bad_votes_low"] == np.floor(0.09 * rated / 3.8)
    assert row["bad_votes_high"] == np.ceil(0.11 * 1800 / 2.8)
    assert row["votes_step_high"] == np.ceil(0.01 * 1800 / 3.8)
    assert row["bad_reviews"] == 59


def test_a_score_that_rose_took_no_bad_votes(shop: Make) -> None:
    rising = [4.7] * 30 + [4.8] * 31
    daily = pd.DataFrame(
        {"date": pd.date_range("2026-09-01", "2026-10-31"), "dsr_service": rising, "paid_buyers": 10.0}
    )
    row = listen.score_votes(shop(shop_daily=daily), OCTOBER).iloc[0]
    assert np.isnan(row["bad_votes_low"]) and np.isnan(row["bad_reviews"])
    assert row["votes_low"] == row["votes_high"] == 1800


# complaints beside refunds and conversion


def joined_shop(shop: Make, **more: pd.DataFrame) -> Shop:
    now = [said("2026-10-10", "尺码偏小", 20, rating=1), said("2026-10-11", "很好", 80)]
    before = [said("2026-09-10", "尺码偏小", 4, rating=1), said("2026-09-11", "很好", 96)]
    sizes = {"product_id": "p1", "reason": "尺码不合适", "paid_on": "2026-10-02", "refunded_on": "2026-10-05"}
    back = [sizes | {"amount": 100.0}] * 20 + [sizes | {"amount": 50.0, "reason": "买贵了"}]
    back += [sizes | {"amount": 100.0, "paid_on": "2026-09-02", "refunded_on": "2026-09-05"}] * 4
    back += [
        sizes | {"amount": 100.0, "paid_on": "2026-09-25", "refunded_on": "2026-10-05"}
    ] * 9  # not yet by 30 September
    refunds = pd.DataFrame(back).assign(refund_id=[f"f{n}" for n in range(len(back))])
    sold = [
        days("2026-08-31", "2026-09-30", visitors=1000.0, paid_buyers=50.0, paid_amount=5000.0),
        days("2026-10-01", "2026-10-31", visitors=1000.0, paid_buyers=25.0, paid_amount=2500.0),
        days("2026-08-31", "2026-09-30", "p2", visitors=500.0, paid_buyers=20.0, paid_amount=1000.0),
        days("2026-10-01", "2026-10-31", "p2", visitors=500.0, paid_buyers=16.0, paid_amount=800.0),
    ]
    tables_ = {"reviews": reviews(*now, *before), "refunds": refunds, "product_daily": pd.concat(sold)} | more
    return shop(**tables_)


def test_a_pair_side_by_side(shop: Make) -> None:
    row = listen.complaints_refunds(joined_shop(shop), OCTOBER).iloc[0]
    assert row[["product_id", "aspect", "complaints", "review_count"]].to_list() == ["p1", "size", 20, 100]
    assert row[["complaint_share", "complaint_share_before"]].to_list() == [0.2, 0.04]
    assert row["refund_count"] == 20
    assert row["reason_refund_share"] == pytest.approx(2000 / 77500)
    assert row["reason_refund_share_before"] == pytest.approx(400 / 155000)
    assert row["refunds_above"] == pytest.approx(2000 - 77500 * 400 / 155000)
    assert row[["conversion", "conversion_before"]].to_list() == [0.025, 0.05]
    assert row["conversion_expected"] == pytest.approx(0.04)  # the other product fell by a fifth too
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


# every frame


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(shop: Make, random: object) -> None:
    plain = joined_shop(shop)
    mixed = plain.table("reviews").sample(frac=1, random_state=np.random.RandomState(random.randint(0, 99)))  # type: ignore[attr-defined]
    other = joined_shop(shop, reviews=mixed)
    for name in ("complaint_weeks", "complaint_rises", "rising_words", "complaints_refunds", "praised"):
        one, two = (getattr(listen, name)(s, OCTOBER) for s in (plain, other))
        pd.testing.assert_frame_equal(one, two, check_dtype=False)


@pytest.mark.parametrize(
    "name", [n for n in NEW if n not in ("complaint_weeks", "complaint_rises", "complaint_refund_weeks")]
)
def test_a_day_outside_period_and_baseline_changes_nothing(shop: Make, name: str) -> None:
    place = joined_shop(shop)
    far = reviews(said("2026-11-20", "掉色，起球", 9, rating=1)).assign(review_id=lambda f: "x" + f["review_id"])
    more = joined_shop(shop, reviews=pd.concat([place.table("reviews"), far]))
    pd.testing.assert_frame_equal(getattr(listen, name)(place, OCTOBER), getattr(listen, name)(more, OCTOBER))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NEW)
def test_every_column_has_a_label(shop: Make, name: str, language: str) -> None:
    events = pd.DataFrame({"starts_on": ["2026-10-01"], "name": ["改价"], "kind": ["price"]})
    score = pd.DataFrame({"date": pd.date_range("2026-09-03", "2026-10-31"), "dsr_service": 4.7, "paid_buyers": 1.0})
    place = joined_shop(shop, events=events, shop_daily=score)
    rows = pd.concat(
        [place.table("reviews"), words_shop(shop).table("reviews"), reviews(said("2026-10-11", "尺码很准，显瘦", 9))]
    )
    rows = rows.assign(review_id=[f"r{n}" for n in range(len(rows))])
    frame = getattr(listen, name)(joined_shop(shop, events=events, shop_daily=score, reviews=rows), OCTOBER)
    assert len(frame)
    use(language)
    assert "<table" in tables.show(frame).html
