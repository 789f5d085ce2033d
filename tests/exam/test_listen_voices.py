"""Stars, praise and votes on reviews small enough to count by hand; what holds for every new frame of listening."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sizhen.exam import listen
from sizhen.tables import Shop
from sizhen.view import tables, use
from small_reviews import BUYER, OCTOBER, PHONE, Make, joined_shop, reviews, said, weekly, words_shop
from small_shop import shop_of

NEW = ["complaint_events", "complaint_refund_weeks", "complaint_rises", "complaint_weeks", "complaints_refunds"]
NEW += ["praised", "ratings_and_texts", "rising_words", "score_votes"]


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


def test_what_most_praise_can_be_a_selling_point(shop: Make) -> None:
    rows = reviews(
        said("2026-10-02", "物流很快", 6),
        said("2026-10-03", "质量很好", 4),
        said("2026-10-04", "质量差，起球", 4, rating=1),
        said("2026-10-05", "尺码很合身", 4),
    )
    aspects = listen.praised_aspects(shop(reviews=rows), OCTOBER).set_index("aspect")
    assert aspects.index.to_list() == ["logistics", "quality"]  # four reviews name size
    assert aspects[["named", "praises", "selling_point"]].to_numpy().tolist() == [[6, 6, True], [8, 4, False]]
    assert set(aspects["review_count"]) == {18}


def test_what_the_authors_of_bad_reviews_came_back_to_say(shop: Make) -> None:
    bad = reviews(
        said("2026-10-02", "质量差", 3, rating=1), said("2026-10-03", "很好", 1), said("2026-07-01", "差", 1, rating=1)
    )
    bad["follow_up_text"] = ["客服补发了，满意", "还是很差，电话13800138000", None, "追评", "后悔"]
    later = listen.follow_ups(shop(reviews=bad), OCTOBER)
    assert later["still_complains"].to_list() == [False, True]
    assert "13800138000" not in " ".join(later["follow_up"])
    assert "质量差" not in " ".join(later["follow_up"])
    assert listen.follow_ups(shop(reviews=bad.assign(follow_up_text=None)), OCTOBER).empty


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


# every frame


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("talked")

    def shop(**frames: pd.DataFrame) -> Shop:
        return shop_of(folder, **frames)

    events = pd.DataFrame({"starts_on": ["2026-10-01"], "name": ["改价"], "kind": ["price"]})
    score = pd.DataFrame({"date": pd.date_range("2026-09-03", "2026-10-31"), "dsr_service": 4.7, "paid_buyers": 1.0})
    place = joined_shop(shop, events=events, shop_daily=score)
    rows = pd.concat(
        [place.table("reviews"), words_shop(shop).table("reviews"), reviews(said("2026-10-11", "尺码很准，显瘦", 9))]
    )
    rows = rows.assign(review_id=[f"r{n}" for n in range(len(rows))])
    return joined_shop(shop, events=events, shop_daily=score, reviews=rows)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NEW)
def test_every_column_has_a_label(talked: Shop, name: str, language: str) -> None:
    frame = getattr(listen, name)(talked, OCTOBER)
    assert len(frame)
    use(language)
    assert "<table" in tables.show(frame).html
