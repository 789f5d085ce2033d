"""Daily listings of many shops: the shelf, the cuts, and what the cheaper items sold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import market
from sizhen.intake import import_files
from sizhen.tables import Period, Shop
from sizhen.view import tables, use
from small_shop import shop_of

SPAN = Period.parse("2026-10-10..2026-10-20")
DAYS = pd.date_range("2026-10-01", "2026-10-20")
CUT = pd.Timestamp("2026-10-14")
UNKNOWN = float("nan")


def item(name: str, peer: str = "x", price: float = 100.0, units: float = 20.0, days=DAYS) -> pd.DataFrame:
    rows = {"date": days, "peer_id": peer, "peer_product_id": name, "price": price, "units_sold": units}
    return pd.DataFrame(rows)


def shelf(*, times: float = 3.0, others: int = 12) -> pd.DataFrame:
    """Shop x halves the price of `a` on the 14th and sells `times` as many from then on; the items of y stand."""
    a = item("a")
    a.loc[a["date"] >= CUT, ["price", "units_sold"]] = [50.0, 20.0 * times]
    return pd.concat([a, *(item(f"b{n}", "y") for n in range(others))])


def test_the_cut_and_what_it_did(tmp_path: Path) -> None:
    rows = market.cuts(shop_of(tmp_path, peer_products_daily=shelf()), SPAN)
    assert len(rows) == 1
    row = rows.iloc[0]
    assert (row["name"], row["cut_on"], row["cheaper"], row["cheaper_share"]) == ("x", CUT, 1, 1)
    assert row[["median_cut", "days", "units_ratio", "uncut_ratio", "units_times"]].tolist() == [-0.5, 7, 3, 1, 3]
    assert 1 < row["times_low"] < 3 < row["times_high"]
    assert (row["against_control"], row["evidence"]) == ("above", "comparison")


def test_a_cut_that_did_nothing_is_within(tmp_path: Path) -> None:
    row = market.cuts(shop_of(tmp_path, peer_products_daily=shelf(times=1.0)), SPAN).iloc[0]
    assert (row["units_times"], row["against_control"]) == (1, "within")
    assert row["times_low"] < 1 < row["times_high"]


def test_without_items_that_stood_there_is_timing_only(tmp_path: Path) -> None:
    row = market.cuts(shop_of(tmp_path, peer_products_daily=shelf(others=0)), SPAN).iloc[0]
    assert (row["units_ratio"], row["against_control"], row["evidence"]) == (3, "alone", "timing")
    assert row[["units_times", "times_low", "times_high"]].isna().all()


def test_few_items_that_stood_give_no_interval(tmp_path: Path) -> None:
    row = market.cuts(shop_of(tmp_path, peer_products_daily=shelf(others=1)), SPAN).iloc[0]
    assert row["against_control"] == "few"
    assert np.isnan(row["times_low"])


def test_a_cut_of_one_day_is_read_on_that_day(tmp_path: Path) -> None:
    rows = shelf(times=1.0)
    flash = (rows["peer_product_id"] == "a") & (rows["date"] == CUT)
    rows.loc[rows["peer_product_id"] == "a", "price"] = 100.0
    rows.loc[flash, ["price", "units_sold"]] = [80.0, 100.0]
    row = market.cuts(shop_of(tmp_path, peer_products_daily=rows), SPAN).iloc[0]
    assert row[["days", "units_ratio"]].tolist() == [1, 5]


def test_the_shelf_by_day(tmp_path: Path) -> None:
    looks = pd.to_datetime(["2026-10-09", "2026-10-10", "2026-10-12"])
    rows = pd.concat(
        [
            item("stays", days=looks).assign(price=[10.0, 9.0, 9.0]),
            item("goes", days=looks[:2]).assign(price=[10.0, 11.0]),
            item("comes", days=looks[2:]),
            item("other", "z", days=looks[:1]),
        ]
    )
    days = market.days(shop_of(tmp_path, peer_products_daily=rows), SPAN)
    assert days["date"].tolist() == list(looks[1:])
    assert days[["listed", "new_items", "gone_items", "priced_twice", "cheaper", "dearer"]].values.tolist() == [
        [2, 0, 0, 2, 1, 1],
        [2, 1, 1, 1, 0, 0],
    ], "a shop not looked at that day has not lost its items"
    assert days["median_cut"].tolist() == pytest.approx([-0.1, UNKNOWN], nan_ok=True)


def test_a_first_look_compares_nothing(tmp_path: Path) -> None:
    days = market.days(shop_of(tmp_path, peer_products_daily=item("a", days=DAYS[-1:])), SPAN)
    row = days.iloc[0]
    assert row["listed"] == 1
    assert row[["new_items", "gone_items", "priced_twice", "cheaper", "dearer"]].isna().all()


def test_units_of_several_days_are_no_days_units(tmp_path: Path) -> None:
    rows = item("a", days=pd.to_datetime(["2026-10-10", "2026-10-11", "2026-10-14"]))
    rows = rows.assign(units_sold=[None, 5, 30], units_sold_counter=[100, 105, 135])
    days = market.days(shop_of(tmp_path, peer_products_daily=rows), SPAN).set_index("date")
    assert days["units"].tolist() == pytest.approx([UNKNOWN, 5, UNKNOWN], nan_ok=True)
    assert days["units_known"].tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", ["days", "cuts"])
def test_what_is_missing_is_said(tmp_path: Path, name: str) -> None:
    examine = getattr(market, name)
    assert examine(shop_of(tmp_path), SPAN).attrs["needs"] == ["peer_products_daily"]
    shop = shop_of(tmp_path, peer_products_daily=item("a"))
    assert examine(shop, Period.parse("2020-01")).empty
    bare = shop_of(tmp_path, peer_products_daily=item("a").drop(columns=["price", "units_sold"]))
    frame = examine(bare, SPAN)
    assert frame.empty or frame[["median_cut", "units", "units_times"]].isna().all(axis=None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_label(tmp_path: Path, language: str) -> None:
    use(language)
    shop = shop_of(tmp_path, peer_products_daily=shelf())
    for frame in (market.days(shop, SPAN), market.cuts(shop, SPAN)):
        assert "<table" in tables.show(frame).html
    assert market.cuts(shop_of(tmp_path, peer_products_daily=item("a")), SPAN).attrs["empty"] == "market_cuts.none"


LINES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(1, 5), st.integers(0, 9)),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:2],
)


@pytest.mark.slow
@settings(max_examples=examples(10))
@given(LINES, st.integers(0, 99))
def test_the_shelf_adds_up_in_any_order(lines: list[tuple[str, int, int, int]], seed: int) -> None:
    rows = pd.DataFrame(lines, columns=["peer_product_id", "day", "price", "units_sold"])
    rows = rows.assign(date=DAYS[9] + pd.to_timedelta(rows["day"], unit="D"), peer_id="x").drop(columns="day")
    with tempfile.TemporaryDirectory() as folder:
        shop = shop_of(Path(folder), peer_products_daily=rows)
        days = market.days(shop, SPAN)
        assert (days["listed"].diff() - (days["new_items"] - days["gone_items"])).iloc[1:].abs().sum() == 0
        assert (days["cheaper"] + days["dearer"] <= days["priced_twice"]).iloc[1:].all()
        assert days["units"].sum() == rows["units_sold"].sum()
        mixed = shop_of(Path(folder), peer_products_daily=rows.sample(frac=1, random_state=seed))
        pd.testing.assert_frame_equal(market.days(mixed, SPAN), days)
        pd.testing.assert_frame_equal(market.cuts(mixed, SPAN), market.cuts(shop, SPAN))
        twice = shop_of(Path(folder), peer_products_daily=rows.assign(units_sold=2 * rows["units_sold"]))
        counted = ["listed", "cheaper", "dearer", "units_ratio", "uncut_ratio"]
        pd.testing.assert_frame_equal(market.days(twice, SPAN)[counted], days[counted])


@pytest.fixture(scope="module")
def beauty(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    file = shared_data / "real" / "beauty_listings.csv"
    folder = tmp_path_factory.mktemp("beauty")
    (report,) = import_files([file], shop_id="beauty", data_dir=folder)
    assert report.error is None
    return Shop.open(folder, "beauty")


DOUBLE = Period.parse("2016-11-06..2016-11-14")


@pytest.mark.integration
def test_the_facts_of_the_real_listings(beauty: Shop, shared_data: Path) -> None:
    raw = pd.read_csv(shared_data / "real" / "beauty_listings.csv", encoding="utf-8-sig", usecols=["update_time"])
    rows = raw["update_time"].value_counts()
    assert (rows["2016/11/10"], rows["2016/11/11"]) == (3_183, 2_332)
    days = market.days(beauty, DOUBLE).set_index("date")
    eve, day = days.loc["2016-11-10"], days.loc["2016-11-11"]
    assert (eve["listed"], day["listed"]) == (3_182, 2_331), "one row of each day is an exact duplicate"
    assert day[["priced_twice", "cheaper", "dearer"]].tolist() == [2_249, 787, 20]
    assert day["median_cut"] == pytest.approx(-0.25)
    assert day["listed"] - eve["listed"] == day["new_items"] - day["gone_items"]
    assert not (beauty.table("peer_products_daily")["units_sold"] < 0).any()
    assert (days["units"] >= 0).all()


@pytest.mark.integration
def test_cuts_of_the_real_listings_by_brand(beauty: Shop) -> None:
    cuts = market.cuts(beauty, DOUBLE)
    day = cuts[cuts["cut_on"] == "2016-11-11"]
    assert day["cheaper"].sum() == 787
    assert cuts["name"].iloc[0] == "佰草集"
    known = cuts[cuts["times_low"].notna()]
    assert (known["times_low"] <= known["units_times"]).all()
    assert (known["units_times"] <= known["times_high"]).all()
