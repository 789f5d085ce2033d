"""The tables every shop keeps, on published figures (S3) and on any days."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import ledger
from sizhen.tables import Period, Shop, measure
from small_shop import in_memory

APRIL, AUGUST, WEEK = map(Period.parse, ("2014-04", "2014-08", "2026-10-26..2026-11-01"))
PROFILE = 'shop_id = "small"\nname = "小店"\nplatform = "tmall"\n'
COUNTS = ("visitors", "page_views", "paid_buyers", "paid_orders", "paid_amount")
DAYS = st.lists(st.tuples(*[st.none() | st.integers(0, 5000)] * len(COUNTS)), min_size=1, max_size=14)


def shop_of(folder: Path, **tables: pd.DataFrame | list[dict[str, object]]) -> Shop:
    (folder / "small").mkdir(exist_ok=True)
    (folder / "small" / "shop.toml").write_text(PROFILE, encoding="utf-8")
    return in_memory(folder / "small", tables)


def april(folder: Path) -> Shop:
    """S3's month: desktop and mobile apart, and together."""
    day = {"date": "2014-04-30", "channel": "search"}
    desktop = {"page_views": 2500, "visitors": 711, "paid_buyers": 19, "paid_amount": 2618.50}
    mobile = {"page_views": 567, "visitors": 220, "paid_buyers": 2, "paid_amount": 190.42}
    both = {k: desktop[k] + mobile[k] for k in desktop}
    return shop_of(
        folder,
        traffic_daily=[{**day, "device": "desktop", **desktop}, {**day, "device": "mobile", **mobile}],
        shop_daily=[{"date": day["date"], **both}],
    )


def test_april_by_device(tmp_path: Path) -> None:
    review = ledger.monthly_review(april(tmp_path), APRIL).set_index("metric")
    assert review.loc["visitor_days", ["desktop", "mobile", "all"]].tolist() == [711, 220, 931]
    assert review.loc["page_views", ["desktop", "mobile", "all"]].tolist() == [2500, 567, 3067]
    assert review.loc["paid_buyers", ["desktop", "mobile", "all"]].tolist() == [19, 2, 21]
    assert review.loc["paid_amount", "desktop"] == 2618.50
    assert round(review.loc["conversion", "desktop"], 4) == 0.0267
    assert review.loc["average_order_value", ["desktop", "mobile"]].round(2).tolist() == [137.82, 95.21]
    assert review.loc["depth.visitor", "desktop"] == 2500 / 711
    assert review.loc["paid_orders", ["desktop", "all"]].isna().all(), "unknown, not 0"


def test_april_desktop_by_day(tmp_path: Path) -> None:
    """The desktop's figures spread over days: the ratio of totals is S3's, the mean of the days another figure."""
    days = pd.DataFrame(
        {
            "date": pd.to_datetime(["2014-04-01", "2014-04-02", "2014-04-03"]),
            "visitors": [600, 91, 20],
            "page_views": [2000, 400, 100],
            "paid_units": [17, 6, 3],
            "paid_buyers": [12, 5, 2],
            "paid_amount": [1900.00, 568.50, 150.00],
        }
    )
    shop = shop_of(tmp_path, shop_daily=days)
    review = ledger.monthly_review(shop, APRIL).set_index("metric")["all"]
    assert (review["page_views"], review["visitor_days"], review["paid_units"]) == (2500, 711, 26)
    assert round(review["conversion"], 4) == 0.0267
    assert round(review["average_order_value"], 2) == 137.82
    kept = ledger.shop_days(shop, APRIL)
    assert review["conversion.mean_of_days"] == pytest.approx(np.mean([12 / 600, 5 / 91, 2 / 20]))
    assert review["conversion.mean_of_days"] == measure.value(kept, "conversion.mean_of_days") != review["conversion"]
    assert review["average_order_value.mean_of_days"] == pytest.approx(np.mean([1900 / 12, 568.5 / 5, 75]))
    assert [c for c in kept if c.endswith(".mean_of_days")] == []


def test_august_on_the_month_before(tmp_path: Path) -> None:
    """9,225.30 is +283.75 % and 334 orders are +2,126.27 %."""
    july = {"date": "2014-07-15", "paid_amount": 9225.30 / 3.8375, "paid_orders": 15}
    august = {"date": "2014-08-15", "paid_amount": 9225.30, "paid_orders": 334}
    review = ledger.monthly_review(shop_of(tmp_path, shop_daily=[july, august]), AUGUST).set_index("metric")
    assert round(review.loc["paid_amount", "all_change"], 4) == 2.8375
    assert round(review.loc["paid_orders", "all_change"], 3) == 21.267
    assert review.loc["paid_orders", ["all", "all_before"]].tolist() == [334, 15]


def test_days_without_data_are_unknown(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, shop_daily=[{"date": "2026-10-28", "visitors": 50, "paid_buyers": 0}])
    days = ledger.shop_days(shop, WEEK).set_index("date")
    assert len(days) == 7
    assert days.loc["2026-10-27"].isna().all()
    assert days.loc["2026-10-28", "conversion"] == 0
    assert pd.isna(days.loc["2026-10-28", "average_order_value"])


def test_a_shorter_time_before_is_compared_per_day(tmp_path: Path) -> None:
    rows = [{"date": d, "paid_orders": n} for d, n in (("2026-10-24", 4), ("2026-10-26", 5), ("2026-10-27", 7))]
    review = ledger.monthly_review(shop_of(tmp_path, shop_daily=rows), WEEK).set_index("metric")
    assert review.loc["paid_orders", ["all", "all_before", "all_change"]].tolist() == [12, 8, 0.5]
    assert review.loc["days_with_data", ["all", "all_before"]].tolist() == [2, 1]


def test_scores_stand_beside_the_tier(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        shop_daily=[{"date": d, "dsr_service": s} for d, s in (("2026-10-20", 4.8), ("2026-10-27", 4.68))],
        peers=[{"peer_id": "t", "name": "同层", "kind": "tier_average"}],
        peers_daily=[{"date": "2026-10-27", "peer_id": "t", "dsr_service": 4.75}],
    )
    score = ledger.monthly_review(shop, WEEK).set_index("metric").loc["dsr_service.last"]
    assert score[["all", "all_before", "tier_score"]].tolist() == [4.68, 4.8, 4.75]
    assert score[["all_change", "tier_gap"]].tolist() == pytest.approx([-0.12, -0.07])


def test_products_over_the_period(tmp_path: Path) -> None:
    row = {"visitors": 100, "paid_buyers": 5, "paid_units": 6, "paid_amount": 300.0, "price": 50.0}
    now = {**row, "paid_buyers": 4, "paid_amount": 240.0, "refund_amount": 30.0, "price": 60.0}
    shop = shop_of(
        tmp_path,
        product_daily=[{"date": "2026-10-20", "product_id": "a", **row}]
        + [{"date": d, "product_id": "a", **now} for d in ("2026-10-26", "2026-10-27")]
        + [{"date": "2026-10-26", "product_id": "b", "visitors": 10}],
        products=[{"product_id": "a", "title": "风衣", "role": "profit"}],
        stock_daily=[{"date": d, "product_id": "a", "sku": "m", "on_hand": n} for d, n in (("2026-10-26", 3),)],
    )
    first, second = ledger.product_days(shop, WEEK).to_dict("records")
    assert (first["title"], first["visitor_days"], first["paid_units"]) == ("风衣", 200, 12)
    assert (first["conversion"], first["refund_amount"], first["in_stock_share"]) == (0.04, 60.0, 1.0)
    assert [first[f"{c}_change"] for c in ("conversion", "paid_amount", "price")] == pytest.approx([-0.01, -0.2, 0.2])
    assert second["title"] == "b" and np.isnan(second["paid_amount"])


def test_peers_rates_are_ratios_of_totals_or_unknown(tmp_path: Path) -> None:
    peer = {"conversion": 0.02, "average_order_value": 100.0, "visitors_index": 80.0, "new_products": 2}
    shop = shop_of(
        tmp_path,
        shop_daily=[
            {"date": "2026-10-26", "visitors": 100, "paid_buyers": 10, "paid_amount": 500.0},
            {"date": "2026-10-27", "visitors": 300, "paid_buyers": 3, "paid_amount": 300.0},
        ],
        peers=[{"peer_id": p, "name": p, "kind": k} for p, k in (("x", "similar"), ("y", "leader"))],
        peers_daily=[
            {"date": "2026-10-26", "peer_id": "x", **peer, "promotion": "减"},
            {"date": "2026-10-27", "peer_id": "x", **peer, "conversion": 0.04},
            {"date": "2026-10-26", "peer_id": "y", **peer, "visitors": 1000},
            {"date": "2026-10-27", "peer_id": "y", **peer, "visitors": 3000, "conversion": 0.04},
        ],
        events=[{"starts_on": "2026-10-25", "name": "秋促", "ends_on": "2026-10-27", "kind": "promotion"}],
        products=[{"product_id": "a", "listed_on": "2026-10-30"}, {"product_id": "b", "listed_on": "2026-01-01"}],
    )
    table = ledger.peers_side_by_side(shop, WEEK).set_index("name")
    assert table["kind"].tolist() == ["own", "leader", "similar"]
    assert table["conversion"].tolist()[:2] == pytest.approx([13 / 400, 0.035])
    assert pd.isna(table.loc["x", "conversion"]) and table.loc["x", "conversion.mean_of_days"] == pytest.approx(0.03)
    assert table["average_order_value"].tolist()[:2] == pytest.approx([800 / 13, 100.0])
    assert table["promotion_days"].tolist() == [2, 0, 1]
    assert table["new_products"].tolist() == [1, 4, 4]
    assert table.loc["x", "visitors_index"] == 80


def test_service_and_care(tmp_path: Path) -> None:
    asked = {"inquiry_buyers": 10, "replied_buyers": 9, "inquiry_paid_buyers": 4, "inquiry_paid_amount": 200.0}
    desk = [
        {"date": "2026-10-27", "agent": a, **asked, "first_response_seconds": s} for a, s in (("甲", 30), ("乙", 60))
    ]
    shop = shop_of(
        tmp_path,
        service_daily=[*desk, {"date": "2026-10-31", "agent": "甲", **asked, "inquiry_paid_buyers": 0}],
        reviews=[{"review_id": str(n), "reviewed_at": "2026-10-28", "rating": r} for n, r in enumerate((1, 5, 4, 5))],
        refunds=[{"refund_id": "r", "refunded_on": "2026-10-29", "amount": 80.0, "dispute": True}],
    )
    care = ledger.service_care(shop, WEEK).set_index("desk")
    assert care.index.tolist() == ["whole", "1", "2"]
    assert care["inquiry_buyers"].tolist() == [30, 20, 10]
    assert care["replied_share"].tolist() == pytest.approx([0.9] * 3)
    assert care["inquiry_conversion"].tolist() == pytest.approx([0.4] * 3), "the last days are not final"
    assert care["inquiry_paid_amount"].tolist() == [600, 400, 200]
    whole = care.loc["whole"]
    assert whole[["bad_reviews", "bad_review_share", "refund_count", "disputes"]].tolist() == [1, 0.25, 1, 1]
    assert care.loc[["1", "2"], "bad_reviews"].isna().all()


def test_a_shop_has_the_tables_it_can_have(tmp_path: Path) -> None:
    orders = shop_of(tmp_path, orders=[{"order_id": "1", "created_at": "2026-10-27", "paid_amount": 5.0}])
    kept = ledger.tables(orders, WEEK)
    assert list(kept) == ["shop_days", "product_days", "peers_side_by_side", "service_care", "monthly_review"]
    assert [id for id, frame in kept.items() if len(frame)] == ["shop_days", "monthly_review"]
    assert kept["service_care"].attrs["needs"] == ["service_daily", "reviews", "refunds"]


def days_of(rows: list[tuple[int | None, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COUNTS), dtype="float64")
    return table.assign(date=pd.date_range("2026-10-19", periods=len(rows)))


def both(days: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    with tempfile.TemporaryDirectory() as folder:
        shop = shop_of(Path(folder), shop_daily=days)
        return ledger.shop_days(shop, WEEK), ledger.monthly_review(shop, WEEK)


@settings(max_examples=examples(12))
@given(DAYS)
def test_row_order_and_days_outside_change_nothing(rows: list[tuple[int | None, ...]]) -> None:
    days = days_of(rows)
    outside = pd.DataFrame({"date": pd.to_datetime(["2026-09-27", "2026-11-02"]), **dict.fromkeys(COUNTS, 7.0)})
    shuffled = pd.concat([days, outside]).sample(frac=1, random_state=3)
    for known, again in zip(both(days), both(shuffled), strict=True):
        pd.testing.assert_frame_equal(known, again)


@settings(max_examples=examples(12))
@given(DAYS)
def test_doubling_the_counts_leaves_rates(rows: list[tuple[int | None, ...]]) -> None:
    days = days_of(rows)
    (once, review), (twice, doubled) = both(days), both(days.assign(**{c: days[c] * 2 for c in COUNTS}))
    if once.empty:
        assert twice.empty
        return
    rates = ["conversion", "average_order_value", "depth.visitor"]
    pd.testing.assert_frame_equal(once[rates], twice[rates])
    np.testing.assert_allclose(once["visitors"] * 2, twice["visitors"])
    means = [*rates, "conversion.mean_of_days", "average_order_value.mean_of_days"]
    told, again = (r.set_index("metric").loc[means, ["all", "all_before", "all_change"]] for r in (review, doubled))
    np.testing.assert_allclose(told.to_numpy("float64"), again.to_numpy("float64"))
