"""What listening counts, on shops small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sizhen.exam import listen
from sizhen.tables import Period
from sizhen.view import tables, use
from small_reviews import Make
from small_shop import shop_of

OCTOBER = Period.parse("2026-10")
PHONE, BUYER = "13912345678", "小明老师"
COUNTED = (
    *("complaints", "leading_bad_reviews", "leading_products", "review_counts", "review_weeks", "score_days", "scores"),
    *("refund_products", "refund_reasons", "refund_weeks"),
)
SHOP = 'shop_id = "small"\nname = "小店"\nplatform = "taobao"\n'


@pytest.fixture
def shop(tmp_path: Path) -> Make:
    return lambda **frames: shop_of(tmp_path, SHOP, gross_margin=None, **frames)


def reviews(*rows: tuple[str, str, float | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["reviewed_at", "product_id", "rating", "text"])
    return frame.assign(review_id=[f"r{n}" for n in range(len(rows))], buyer=BUYER)


TALK = reviews(
    ("2026-08-01", "p1", 5, "好"),
    ("2026-09-10", "p1", 1, "尺码偏小"),
    ("2026-09-20", "p1", 5, "很好"),
    ("2026-09-21", "p2", 4, "不错"),
    ("2026-09-30", "p2", 5, "此用户没有填写评价。"),
    ("2026-10-05", "p1", 2, f"尺码不准<script>，{BUYER}的电话 {PHONE}"),
    ("2026-10-06", "p1", 1, "掉色，差评"),
    ("2026-10-06", "p1", 1, "掉色，差评"),
    ("2026-10-20", "p2", 5, "喜欢"),
    ("2026-10-31", "p2", None, "起球，穿不下"),
)
REFUNDS = pd.DataFrame(
    {
        "refund_id": ["a", "b", "c", "d"],
        "product_id": ["p1", "p1", "p2", "p1"],
        "paid_on": ["2026-09-05", "2026-10-02", "2026-10-03", "2026-10-28"],
        "refunded_on": ["2026-09-10", "2026-10-08", "2026-10-09", "2026-10-31"],
        "amount": [100.0, 50.0, 30.0, 20.0],
        "reason": ["质量问题", "尺码不合适", "质量问题", "尺码不合适"],
    }
)


def daily() -> pd.DataFrame:
    days = pd.date_range("2026-08-01", "2026-10-31")
    falling = [4.8] * 75 + [4.7] * (len(days) - 75)
    return pd.DataFrame({"date": days, "visitors": 100, "paid_amount": 100.0, "dsr_description": falling})


def test_reviews_of_the_period_beside_before(shop) -> None:
    counts = listen.review_counts(shop(reviews=TALK), OCTOBER).set_index("when")
    assert counts.loc["period", ["days", "review_count", "with_text", "rated_reviews", "bad_reviews"]].to_list() == [
        31,
        4,
        4,
        3,
        2,
    ]
    assert counts.loc["before", ["days", "review_count", "with_text", "bad_reviews"]].to_list() == [28, 4, 3, 1]
    assert counts.loc["period", "bad_review_share"] == pytest.approx(2 / 3)
    assert counts.loc["period", "rating"] == pytest.approx(8 / 3)
    assert counts.loc["before", ["low", "high"]].to_list() == pytest.approx([0.0456, 0.6994], abs=1e-3)


def test_weeks_end_with_the_period_and_begin_with_the_data(shop) -> None:
    weeks = listen.review_weeks(shop(reviews=TALK), OCTOBER)
    assert weeks["week"].iloc[-1] == pd.Timestamp("2026-10-25")
    assert weeks["week"].iloc[0] >= pd.Timestamp("2026-08-01")
    assert weeks["review_count"].sum() == 8
    assert weeks.loc[weeks["review_count"] == 0, "bad_review_share"].isna().all()
    assert weeks["when"].to_list().count("period") == 4


def test_complaints_are_shares_of_all_reviews(shop) -> None:
    found = listen.complaints(shop(reviews=TALK), OCTOBER).set_index("aspect")
    assert found.loc["size", ["complaints", "review_count"]].to_list() == [2, 4]
    assert found.loc["size", "complaint_share_before"] == 0.25
    assert found.loc["quality", "complaint_share"] == 0.5
    assert "price" not in found.index
    assert found.index[0] == "any"
    assert found.loc["any", ["complaints", "review_count"]].to_list() == [3, 4]


def test_where_nobody_complains_the_share_is_none_of_all(shop) -> None:
    found = listen.complaints(shop(reviews=reviews(("2026-10-02", "p", 5, "很好"))), OCTOBER)
    assert found[["aspect", "complaints", "review_count"]].to_dict("records") == [
        {"aspect": "any", "complaints": 0, "review_count": 1}
    ]


def test_a_bad_smell_is_a_complaint_about_quality_too(shop) -> None:
    talk = reviews(("2026-10-02", "p", 1, "质量差，起球"), ("2026-10-03", "p", 2, "有股胶水味，刺鼻"))
    found = listen.complaints(shop(reviews=talk), OCTOBER).set_index("aspect")["complaints"]
    assert found[["any", "quality", "smell"]].to_list() == [2, 2, 1]


def test_the_desk_lists_bad_reviews_newest_first_and_nobody(shop) -> None:
    desk = listen.leading_bad_reviews(shop(reviews=TALK), OCTOBER)
    assert desk["age_days"].to_list() == [0, 25, 26]
    assert desk["product_id"].to_list() == ["p2", "p1", "p1"]
    assert "buyer" not in desk
    use("zh")
    html = tables.show(desk).html
    for secret in (PHONE, BUYER, "<script"):
        assert secret not in html
    assert "●●●" in html


def test_long_texts_are_cut(shop) -> None:
    desk = listen.leading_bad_reviews(shop(reviews=reviews(("2026-10-02", "p", 1, "很差" * 200))), OCTOBER)
    assert desk["text"].str.len().to_list() == [80]


def test_leading_products_are_those_with_most_visitors(shop) -> None:
    visits = pd.DataFrame({"date": "2026-10-10", "product_id": ["p2", "p1", "p3"], "visitors": [50, 10, 70]})
    leading = listen.leading_products(shop(reviews=TALK, product_daily=visits), OCTOBER)
    *products, whole = leading.to_dict("records")
    assert [p["product_id"] for p in products] == ["p3", "p2", "p1"]
    leading = leading.iloc[:-1]
    assert leading["visitor_days"].to_list() == [70, 50, 10]
    assert leading["review_count"].to_list() == [0, 2, 2]
    assert leading["bad_review_share"].isna().to_list() == [True, False, False]
    assert leading["new_bad_reviews"].to_list() == [0, 1, 0]
    assert leading["oldest_bad_days"].fillna(-1).to_list() == [-1, 0, 26]
    assert (whole["product_id"], whole["title"], whole["review_count"], whole["oldest_bad_days"]) == ("", "", 4, 26)
    by_reviews = listen.leading_products(shop(reviews=TALK), OCTOBER)
    assert set(by_reviews["product_id"]) == {"p1", "p2", ""}


def test_without_visitors_the_most_reviewed_lead(shop) -> None:
    talk = pd.concat([TALK, reviews(("2026-10-09", "p2", 5, "好看"))]).assign(review_id=lambda f: range(len(f)))
    leading = listen.leading_products(shop(reviews=talk.astype({"review_id": "str"})), OCTOBER)
    assert leading["product_id"].to_list() == ["p2", "p1", ""]


def test_scores_stand_beside_the_tier(shop) -> None:
    peers = pd.DataFrame({"peer_id": ["t"], "name": ["tier"], "kind": ["tier_average"]})
    tier = pd.DataFrame({"date": pd.date_range("2026-09-01", "2026-10-31"), "peer_id": "t", "dsr_description": 4.75})
    beside = listen.scores(shop(shop_daily=daily(), peers=peers, peers_daily=tier), OCTOBER)
    assert beside["metric"].to_list() == ["dsr_description"]
    row = beside.iloc[0]
    assert row[["own_score", "own_score_before", "tier_score"]].to_list() == [4.7, 4.8, 4.75]
    assert row[["difference", "tier_gap"]].to_list() == pytest.approx([-0.1, -0.05])


def test_refunds_before_stand_for_as_many_days(shop) -> None:
    reasons = listen.refund_reasons(shop(refunds=REFUNDS), OCTOBER).set_index("reason")
    assert reasons.loc["尺码不合适", ["refund_count", "refund_count_before", "refund_amount"]].to_list() == [2, 0, 70]
    covered = 31 / 21  # the table begins on 10 September, so 21 days of the baseline are known
    assert reasons.loc["质量问题", "refund_count_before"] == pytest.approx(covered)
    bare = pd.concat([REFUNDS, REFUNDS.assign(refund_id=lambda f: f["refund_id"] + "x", reason=None)])
    silent = listen.refund_reasons(shop(refunds=bare), OCTOBER)
    assert silent["reason"].iloc[-1] == ""
    assert silent["refund_count"].sum() == 2 * reasons["refund_count"].sum()
    products = listen.refund_products(shop(refunds=REFUNDS), OCTOBER).set_index("product_id")
    assert products.loc["p1", ["refund_count", "reason", "leading_share"]].to_list() == [2, "尺码不合适", 1.0]


def test_the_refund_rate_is_by_payment_and_says_when_it_is_not_final(shop) -> None:
    weeks = listen.refund_weeks(shop(refunds=REFUNDS, shop_daily=daily()), OCTOBER).set_index("week")
    first = weeks.loc["2026-09-27"]  # 27 September to 3 October
    assert first["refund_rate"] == pytest.approx(80 / 700)
    assert not first["not_final"]
    assert weeks.loc["2026-10-04", "refund_amount"] == 80
    assert weeks.index[weeks["not_final"]].to_list() == list(pd.to_datetime(["2026-10-11", "2026-10-18", "2026-10-25"]))


def test_orders_alone_give_a_refund_rate(shop) -> None:
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2"],
            "paid_at": ["2026-10-02 10:00", "2026-10-03 10:00"],
            "amount": [100.0, 300.0],
            "paid_amount": [100.0, 200.0],
            "refund_amount": [0.0, 100.0],
        }
    )
    weeks = listen.refund_weeks(shop(orders=orders), Period.parse("2026-10-01..2026-10-08"))
    assert weeks["refund_rate"].to_list() == pytest.approx([0.25])
    assert "refund_count" not in weeks


@pytest.mark.parametrize("name", [n for n in listen.__all__ if n != "refund_weeks"])
def test_a_missing_table_is_named(shop, name: str) -> None:
    frame = getattr(listen, name)(shop(), OCTOBER)
    assert frame.empty
    assert frame.attrs["needs"]


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_label(shop, name: str, language: str) -> None:
    frame = getattr(listen, name)(shop(reviews=TALK, refunds=REFUNDS, shop_daily=daily()), OCTOBER)
    assert len(frame)
    use(language)
    assert "<table" in tables.show(frame).html


@pytest.mark.parametrize("name", listen.__all__)
def test_a_period_without_rows_is_empty(shop, name: str) -> None:
    events = pd.DataFrame({"starts_on": ["2026-10-05"], "name": ["page"], "kind": ["page"]})
    place = shop(reviews=TALK, refunds=REFUNDS, shop_daily=daily(), events=events)
    frame = getattr(listen, name)(place, Period.parse("2020-01"))
    assert frame.empty
    assert frame.attrs["needs"] == []
