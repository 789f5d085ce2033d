"""The funnel: hand-counted steps, intervals known from the literature, and what no funnel may do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import check
from sizhen.exam.check_funnel import STEPS
from sizhen.exam.proportions import gap
from sizhen.tables import Period, Shop
from small_shop import in_memory

WEEK = Period.parse("2026-10-26..2026-11-01")
BEFORE, NOW = "2026-10-20", "2026-10-27"
COUNT = st.none() | st.integers(0, 3000)
DAYS = st.lists(st.tuples(COUNT, COUNT, COUNT, COUNT, COUNT), min_size=1, max_size=10)


def shop_of(folder: Path, **tables: list[dict[str, object]] | pd.DataFrame) -> Shop:
    (folder / "small").mkdir(exist_ok=True)
    (folder / "small" / "shop.toml").write_text('shop_id = "small"\nname = "小店"\nplatform = "tmall"\n', "utf-8")
    return in_memory(folder / "small", tables)


def steps(date: str, *counts: float | None) -> dict[str, object]:
    return {"date": date, **dict(zip(STEPS, counts, strict=False))}


def of_days(rows: list[tuple[int | None, ...]], **extra: float) -> pd.DataFrame:
    daily = pd.DataFrame(rows, columns=list(STEPS), dtype="float64")
    return daily.assign(date=pd.date_range("2026-10-22", periods=len(rows)), **extra)


def funnel_of(daily: pd.DataFrame) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        return check.funnel(shop_of(Path(folder), shop_daily=daily), WEEK)


def column(*values: float) -> pd.Series:
    return pd.Series(values, dtype="float64")


def test_gap_is_newcombes_published_interval() -> None:
    """Newcombe (1998), table II, method 10: 56/70 − 48/80 is 0.0524 to 0.3339; 9/10 − 3/10 is 0.1705 to 0.8090."""
    found = gap(column(56, 9), column(70, 10), column(48, 3), column(80, 10))
    assert found["gap"].tolist() == pytest.approx([0.2, 0.6])
    assert found["gap_low"].tolist() == pytest.approx([0.0524, 0.1705], abs=5e-5)
    assert found["gap_high"].tolist() == pytest.approx([0.3339, 0.8090], abs=5e-5)


def test_more_comparisons_make_chance_wider() -> None:
    """z = 2.24 alone is more than chance, among forty that did not move it is not."""
    alone = gap(column(130), column(1000), column(98), column(1000))
    assert alone["beyond_chance"].tolist() == [True]
    many = gap(column(130, *[100] * 40), column(*[1000] * 41), column(98, *[100] * 40), column(*[1000] * 41))
    assert not many["beyond_chance"].any()


def test_gap_without_anyone_is_unknown() -> None:
    found = gap(column(0, 5), column(0, 10), column(5, float("nan")), column(10, float("nan")))
    assert found[["gap", "gap_low", "gap_high"]].isna().all(axis=None)
    assert not found["beyond_chance"].any()


def test_people_lost_and_lost_more(tmp_path: Path) -> None:
    rows = [steps(BEFORE, 2000, 1600, 400, 200, 190), steps(NOW, 1000, 800, 160, 100, 95)]
    funnel = check.funnel(shop_of(tmp_path, shop_daily=rows), WEEK).set_index("step")
    assert funnel["lost"].tolist()[1:] == [200, 640, 60, 5]
    assert funnel.loc["cart_buyers", "of_step_gap"] == pytest.approx(0.2 - 0.25)
    assert funnel.loc["cart_buyers", "lost_more"] == pytest.approx(40), "at the rate before 200 of 800 had gone on"
    assert funnel.loc["cart_buyers", "buyers_more"] == pytest.approx(-40 * 95 / 160), "95 of 160 with a cart paid"
    assert funnel.loc["order_buyers", "buyers_more"] == pytest.approx((0.625 - 0.5) * 160 * 95 / 100)
    low, high = funnel.loc["cart_buyers", ["buyers_more_low", "buyers_more_high"]]
    assert low == pytest.approx(800 * funnel.loc["cart_buyers", "gap_low"] * 95 / 160)
    assert low < -40 * 95 / 160 < high
    assert funnel["beyond_chance"].to_dict() == {
        "visitors": False,
        "product_visitors": False,
        "cart_buyers": True,
        "order_buyers": True,
        "paid_buyers": False,
    }
    assert funnel["doubt"].eq("").all()


def test_the_tier_stands_beside_the_last_step(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        shop_daily=[steps(NOW, 100, 80, 10, 5, 4), steps("2026-10-28", 300, 200, 30, 15, 12)],
        peers=[{"peer_id": "t", "kind": "tier_average"}, {"peer_id": "x", "kind": "leader"}],
        peers_daily=[
            {"date": NOW, "peer_id": "t", "conversion": 0.02},
            {"date": "2026-10-28", "peer_id": "t", "conversion": 0.06},
            {"date": "2026-10-29", "peer_id": "t", "conversion": 0.9},
            {"date": NOW, "peer_id": "x", "conversion": 0.5},
        ],
    )
    funnel = check.funnel(shop, WEEK).set_index("step")
    assert funnel.loc["paid_buyers", "tier_conversion"] == pytest.approx((100 * 0.02 + 300 * 0.06) / 400)
    assert funnel["tier_conversion"].notna().sum() == 1


def test_a_step_that_grows_is_named_and_has_no_rate(tmp_path: Path) -> None:
    rows = [steps(BEFORE, 1000, 800, 100, 60, 50), steps(NOW, 1000, 1200, 50, 60, 58)]
    funnel = check.funnel(shop_of(tmp_path, shop_daily=rows), WEEK).set_index("step")
    assert funnel.loc["product_visitors", "doubt"] == "contradiction"
    assert funnel.loc["order_buyers", "doubt"] == "skipped", "one can order without a cart"
    grown = funnel.loc[["product_visitors", "order_buyers"]]
    assert grown[["of_step", "of_step_gap", "lost", "lost_more"]].isna().all(axis=None)
    assert pd.isna(funnel.loc["product_visitors", "of_visitors"])
    assert funnel.loc["order_buyers", "of_visitors"] == pytest.approx(0.06)


def test_favourites_where_carts_are_unknown(tmp_path: Path) -> None:
    row = {"date": NOW, "visitors": 100, "favourite_buyers": 20, "order_buyers": 5, "paid_buyers": 4}
    funnel = check.funnel(shop_of(tmp_path, shop_daily=[row]), WEEK)
    assert funnel["step"].tolist() == ["visitors", "favourite_buyers", "order_buyers", "paid_buyers"]
    assert funnel["of_step"].tolist() == pytest.approx([1, 0.2, 0.25, 0.8])
    assert funnel["lost_more"].isna().all(), "nothing before to compare with"


def member(date: str, id: str, *counts: float | None, **more: object) -> dict[str, object]:
    names = ("visitors", "cart_buyers", "order_buyers", "paid_buyers")
    return {"date": date, "channel": id, "device": "mobile", **dict(zip(names, counts, strict=False)), **more}


def test_channels_most_visited_first_and_a_row_per_known_step(tmp_path: Path) -> None:
    rows = [
        member(BEFORE, "search", 2000, 400, 200, 190),
        member(NOW, "search", 1000, 200, 40, 38),
        member(NOW, "owned", 3000, 300, None, 90),
    ]
    table = check.funnel_channels(shop_of(tmp_path, traffic_daily=rows), WEEK)
    assert list(zip(table["channel"], table["step"], strict=True)) == [
        ("owned", "cart_buyers"),
        ("search", "cart_buyers"),
        ("search", "order_buyers"),
        ("search", "paid_buyers"),
    ]
    search = table[table["channel"] == "search"].set_index("step")
    assert search["of_step"].tolist() == pytest.approx([0.2, 0.2, 0.95])
    assert search["lost"].tolist() == [800, 160, 2]
    assert search["beyond_chance"].tolist() == [False, True, False]
    assert table.loc[0, "of_step"] == pytest.approx(0.1) and pd.isna(table.loc[0, "of_step_gap"])


def test_devices_and_products(tmp_path: Path) -> None:
    traffic = [member(NOW, "search", 100, 10, 4, 2), member(NOW, "search", 50, 10, 5, 5, device="desktop")]
    product = {"date": NOW, "product_id": "p", "visitors": 200, "cart_buyers": 30, "order_buyers": 12, "paid_buyers": 9}
    shop = shop_of(
        tmp_path, traffic_daily=traffic, product_daily=[product], products=[{"product_id": "p", "title": "衬衫"}]
    )
    devices = check.funnel_devices(shop, WEEK).set_index(["device", "step"])["of_step"]
    assert devices["mobile"].tolist() == pytest.approx([0.1, 0.4, 0.5])
    assert devices["desktop"].tolist() == pytest.approx([0.2, 0.5, 1.0])
    products = check.funnel_products(shop, WEEK)
    assert products["title"].unique().tolist() == ["衬衫"]
    assert products["of_step"].tolist() == pytest.approx([0.15, 0.4, 0.75])


def test_members_without_steps_are_unknown(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, traffic_daily=[member(NOW, "search", 100)])
    assert check.funnel_channels(shop, WEEK).attrs["needs"] == ["visitors"]
    assert check.funnel_products(shop, WEEK).attrs["needs"] == ["product_daily"]


@settings(max_examples=examples(15))
@given(DAYS)
def test_no_funnel_grows(rows: list[tuple[int | None, ...]]) -> None:
    funnel = funnel_of(of_days(rows))
    if funnel.empty:
        return
    for share in ("of_step", "of_step_before", "of_visitors", "of_visitors_before"):
        assert funnel[share].dropna().between(0, 1).all()
    assert (funnel["lost"].dropna() >= 0).all()
    assert funnel.loc[funnel["doubt"] != "", "of_step"].isna().all()
    known = funnel.dropna(subset=["gap_low", "gap_high"])
    assert (
        (known["gap_low"] <= known["of_step_gap"] + 1e-12) & (known["of_step_gap"] <= known["gap_high"] + 1e-12)
    ).all()


@settings(max_examples=examples(8))
@given(DAYS)
def test_row_order_and_days_outside_change_nothing(rows: list[tuple[int | None, ...]]) -> None:
    daily = of_days(rows)
    outside = pd.DataFrame([steps("2026-09-01", 9, 8, 7, 6, 5), steps("2026-11-20", 9, 8, 7, 6, 5)])
    outside["date"] = pd.to_datetime(outside["date"])
    again = funnel_of(pd.concat([outside, daily]).sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(funnel_of(daily), again)


@settings(max_examples=examples(8))
@given(DAYS)
def test_doubling_all_counts_leaves_rates_and_narrows_intervals(rows: list[tuple[int | None, ...]]) -> None:
    daily = of_days(rows)
    once, twice = funnel_of(daily), funnel_of(daily.assign(**{s: daily[s] * 2 for s in STEPS}))
    if once.empty:
        assert twice.empty
        return
    rates = ["of_visitors", "of_step", "of_step_before", "of_step_gap"]
    np.testing.assert_allclose(once[rates].to_numpy("float64"), twice[rates].to_numpy("float64"))
    wide, narrow = (f["gap_high"] - f["gap_low"] for f in (once, twice))
    assert (narrow.dropna() <= wide.dropna() + 1e-12).all()


def test_conversion_has_its_interval(tmp_path: Path) -> None:
    """Wilson (1927) for 20 of 1,000: 1.30 % to 3.07 %."""
    rows = [member(BEFORE, "search", 1000, None, None, 45), member(NOW, "search", 1000, None, None, 20)]
    rows += [member(BEFORE, "owned", 100, None, None, 5), member(NOW, "owned", 100, None, None, 4)]
    table = check.channels(shop_of(tmp_path, traffic_daily=rows), WEEK).set_index("channel")
    assert table.loc["search", ["low", "high"]].tolist() == pytest.approx([0.01299, 0.03069], abs=5e-5)
    assert table["beyond_chance"].to_dict() == {"search": True, "owned": False}


def test_more_buyers_than_visitors_has_no_interval(tmp_path: Path) -> None:
    table = check.channels(shop_of(tmp_path, traffic_daily=[member(NOW, "search", 10, None, None, 20)]), WEEK)
    assert table[["low", "high"]].isna().all(axis=None)
