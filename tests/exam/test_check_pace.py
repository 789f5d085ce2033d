"""Target, presale, asking and dispatch: parts that add up, and figures worked out by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import check, figures
from sizhen.tables import Period, Shop
from small_shop import in_memory

WEEK = Period.parse("2026-10-25..2026-10-31")
BEFORE, NOW = "2026-10-20", "2026-10-27"
PROFILE = 'shop_id = "small"\nname = "小店"\nplatform = "tmall"\n[targets]\n"2026-10" = 3100\n'
PARTS = ["from_visitors", "from_conversion", "from_order_value", "from_unsplit"]
COUNT = st.none() | st.integers(0, 500)
ASKED = ["visitors", "paid_buyers", "inquiry_buyers", "inquiry_paid_buyers"]


def shop_of(folder: Path, **tables: list[dict[str, object]] | pd.DataFrame) -> Shop:
    (folder / "small").mkdir(exist_ok=True)
    (folder / "small" / "shop.toml").write_text(PROFILE, encoding="utf-8")
    return in_memory(folder / "small", tables)


def sold(date: str, visitors: float | None, buyers: float | None, amount: float | None) -> dict[str, object]:
    return {"date": date, "visitors": visitors, "paid_buyers": buyers, "paid_amount": amount}


def test_the_gap_to_the_target_by_hand(tmp_path: Path) -> None:
    """100 a day wanted; before, 5 % of visitors bought for 40: 50 visitors a day are needed."""
    days = [sold(BEFORE, 100, 5, 200), sold("2026-10-25", 25, 1.25 * 4, 200), sold("2026-10-26", 75, 0, 0)]
    gap = check.target_gap(shop_of(tmp_path, shop_daily=days), WEEK)
    assert gap["visitors_needed"].tolist() == pytest.approx([50, 50])
    assert gap["target_gap"].tolist() == pytest.approx([100, 0])
    half, twice = np.log(25 / 50), np.log(4)
    mean = 100 / np.log(2)
    assert gap.loc[0, PARTS].astype(float).tolist() == pytest.approx([mean * half, mean * twice, 0, 0])
    assert gap.loc[1, PARTS].astype(float).tolist() == pytest.approx([200 * np.log(1), 0, 0, 0], abs=1e-6)


def test_a_day_without_figures_is_not_split(tmp_path: Path) -> None:
    days = [sold(BEFORE, 100, 5, 200), sold("2026-10-25", 50, 2.5 * 2, 200), sold("2026-10-26", None, 1, 30)]
    gap = check.target_gap(shop_of(tmp_path, shop_daily=days), WEEK)
    assert gap["from_unsplit"].tolist() == pytest.approx([0, 30 - 100])


def test_without_visitors_or_target_there_is_no_split(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, shop_daily=[sold(BEFORE, None, 5, 200), sold(NOW, None, 5, 200)])
    assert check.target_gap(shop, WEEK).attrs["needs"] == ["visitors"]
    shop.profile.targets.clear()
    assert check.target_gap(shop, WEEK).attrs["needs"] == ["targets"]


@settings(max_examples=examples(15))
@given(st.lists(st.tuples(COUNT, COUNT, st.none() | st.integers(0, 9000)), min_size=1, max_size=7))
def test_the_parts_of_the_gap_add_up(rows: list[tuple[int | None, ...]]) -> None:
    dates = [f"2026-10-{25 + n}" for n in range(len(rows))]
    days = [sold("2026-10-20", 100, 5, 200), *(sold(d, *r) for d, r in zip(dates, rows, strict=True))]
    with tempfile.TemporaryDirectory() as folder:
        gap = check.target_gap(shop_of(Path(folder), shop_daily=days), WEEK)
    np.testing.assert_allclose(gap[PARTS].sum(axis=1), gap["target_gap"], atol=1e-4)


def test_days_like_a_presale(tmp_path: Path) -> None:
    usual = [
        {"date": d, "visitors": 1000, "order_buyers": 50, "paid_buyers": 48}
        for d in ("2026-10-19", BEFORE, "2026-10-26")
    ]
    days = [*usual, {"date": NOW, "visitors": 1000, "order_buyers": 60, "paid_buyers": 2}]
    table = check.order_conversion(shop_of(tmp_path, shop_daily=days), WEEK).set_index("date")
    assert table.index[table["presale"]].tolist() == [pd.Timestamp(NOW)]
    assert table.loc[NOW, ["order_conversion", "conversion"]].tolist() == pytest.approx([0.06, 0.002])
    assert pd.isna(table.loc["2026-10-28", "order_conversion"])


def test_order_conversion_names_what_it_lacks(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, shop_daily=[{"date": NOW, "visitors": 10, "paid_buyers": 1}])
    assert check.order_conversion(shop, WEEK).attrs["needs"] == ["order_buyers"]


def asked(before: tuple[float, ...], now: tuple[float, ...]) -> Shop | pd.DataFrame:
    """`inquiry_split` of one day before and one now; two later days of the desk keep both final."""
    days = [dict(zip(ASKED, c, strict=True)) | {"date": d} for d, c in ((BEFORE, before), (NOW, now))]
    later = {"date": "2026-10-29", "agent": "a", "inquiry_buyers": 1, "inquiry_paid_buyers": 0}
    desk = [{"agent": "a", **{k: d[k] for k in ("date", *ASKED[2:])}} for d in days]
    with tempfile.TemporaryDirectory() as folder:
        shop = shop_of(
            Path(folder),
            shop_daily=[{k: d[k] for k in ("date", *ASKED[:2])} for d in days],
            service_daily=[*desk, later],
        )
        return check.inquiry_split(shop, WEEK)


def test_asking_and_silence_by_hand() -> None:
    """Before: 10 % ask, half of them buy, 3 % buy silently. Now 10 %, three in ten, 3 %: all of it is the desk."""
    split = asked((1000, 80, 100, 50), (2000, 120, 200, 60)).set_index("metric")
    assert split["value"].to_dict() == pytest.approx(
        {"inquiry_rate": 0.1, "inquiry_conversion": 0.3, "silent_conversion": 0.03, "conversion": 0.06}
    )
    assert split["of_change"].tolist() == pytest.approx([0, -0.02, 0, -0.02])
    assert split["buyers_more"].tolist() == pytest.approx([0, -40, 0, -40])
    assert split["beyond_chance"].tolist() == [False, True, False, False]


def test_counts_that_contradict_are_not_split() -> None:
    frame = asked((1000, 80, 100, 50), (1000, 20, 100, 60))
    assert frame.empty and frame.attrs["empty"] == "table.contradiction"
    assert asked((1000, 20, 100, 60), (1000, 80, 100, 50))["of_change"].isna().all()


def test_nobody_asked_on_one_side() -> None:
    split = asked((1000, 30, 0, 0), (1000, 50, 100, 20)).set_index("metric")
    assert split["of_change"].tolist() == pytest.approx([0.02, 0, 0, 0.02])


@settings(max_examples=examples(15))
@given(st.lists(st.tuples(*[st.integers(0, 400)] * 4), min_size=2, max_size=2))
def test_the_parts_of_conversion_add_up(counts: list[tuple[int, ...]]) -> None:
    """Counts made so that they fit: paid ≤ visitors, asked and paid within both."""
    fit = [(a + b + c + d, b + c, c + d, c) for a, b, c, d in counts]
    split = asked(*fit)
    if split.empty or split["of_change"].isna().all():
        assert fit[0][0] == 0 or fit[1][0] == 0
        return
    parts, whole = split["of_change"].iloc[:3].sum(), split["of_change"].iloc[3]
    assert parts == pytest.approx(whole, abs=1e-12)
    assert split["value"].iloc[0] * np.nan_to_num(split["value"].iloc[1]) + split["value"].iloc[2] == pytest.approx(
        split["value"].iloc[3]
    )


def order(id: str, paid: str, sent: str | None) -> dict[str, object]:
    return {"order_id": id, "created_at": paid, "paid_at": paid, "sent_at": sent, "paid_amount": 10.0}


def test_hours_to_the_dispatch(tmp_path: Path) -> None:
    rows = [
        order("a", "2026-10-26 10:00:00", "2026-10-26 20:00:00"),
        order("b", "2026-10-26 10:00:00", "2026-10-28 09:00:00"),
        order("c", "2026-10-26 10:00:00", "2026-10-29 10:00:00"),
        order("d", "2026-10-26 10:00:00", None),
        order("not due", "2026-10-30 10:00:00", "2026-10-30 11:00:00"),
        order("before", "2026-10-20 10:00:00", "2026-10-22 10:00:00"),
    ]
    hours = check.dispatch_hours(shop_of(tmp_path, orders=rows), WEEK)
    assert hours["due_orders"].tolist() == [4, 4, 4]
    assert hours["sent_orders"].tolist() == [1, 2, 3]
    assert hours["sent_share"].tolist() == [0.25, 0.5, 0.75]
    assert hours["sent_share_before"].tolist() == [0, 1, 1]
    assert (hours["low"] < hours["sent_share"]).all() and (hours["high"] > hours["sent_share"]).all()
    assert hours.attrs["median_hours"] == pytest.approx((47 + 72) / 2)


def test_hours_without_dispatch_times_are_unknown(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, orders=[order("1", "2026-10-26 10:00:00", None)])
    assert check.dispatch_hours(shop, WEEK).attrs["needs"] == ["sent_at"]


def test_the_share_of_the_target_is_that_of_the_last_day_with_data(tmp_path: Path) -> None:
    days = [sold("2026-10-25", 100, 5, 50), sold("2026-10-26", 100, 5, 250)]
    pace = check.target(shop_of(tmp_path, shop_daily=days), WEEK)
    assert pace["target_share"].tolist()[:2] == pytest.approx([0.5, 1.5])
    share = figures.read("check.target:target_share", pace)
    assert (share.value, share.n) == pytest.approx((1.5, 300.0))
