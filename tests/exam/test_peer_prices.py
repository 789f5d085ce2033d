"""Same styles cut elsewhere against our own sales, price bands of the market, the pace of launches, lost buyers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import peers
from sizhen.exam.placebo import Panel
from sizhen.tables import Period, Shop
from sizhen.view import tables, use
from small_shop import shop_of

OCTOBER = Period.parse("2026-10")
DAYS = pd.date_range("2026-08-01", "2026-10-31")
CUT = pd.Timestamp("2026-10-12")
SINCE = DAYS >= CUT


def own(fallen: float = 20.0, others: int = 12) -> pd.DataFrame:
    """Every product has 1,000 visitors and 40 buyers a day; p1 has `fallen` buyers from the cut on."""
    plain = {"visitors": 1000.0, "paid_buyers": 40.0, "price": 100.0, "paid_units": 40.0}
    rows = [pd.DataFrame({"date": DAYS, "product_id": f"p{n}", **plain}) for n in range(1, others + 2)]
    rows[0]["paid_buyers"] = np.where(SINCE, fallen, 40.0)
    return pd.concat(rows)


def offers(now: float = 80.0) -> pd.DataFrame:
    price = np.where(SINCE, now, 100.0)
    item = {"date": DAYS, "peer_id": "a", "peer_product_id": "x", "product_id": "p1", "price": price}
    return pd.DataFrame(item).assign(units_sold=10.0)


def shop(folder: Path, **tables: pd.DataFrame) -> Shop:
    known = pd.DataFrame({"peer_id": ["a"], "name": ["对家"], "kind": ["similar"]})
    return shop_of(folder, **{"peers": known, "product_daily": own(), "peer_products_daily": offers(), **tables})


def test_the_fall_against_products_without_a_match(tmp_path: Path) -> None:
    rows = peers.price_effects(shop(tmp_path), OCTOBER)
    assert len(rows) == 1
    row = rows.iloc[0]
    assert row[["product_id", "name", "cut_on", "days"]].tolist() == ["p1", "对家", CUT, 20]
    assert row[["peer_price_before", "peer_price", "own_price_change"]].tolist() == [100, 80, 0]
    assert row[["visitor_days", "paid_buyers"]].tolist() == [20_000, 400]
    assert row[["conversion_before", "conversion", "conversion_effect"]].tolist() == pytest.approx([0.04, 0.02, -0.5])
    assert row["conversion_effect_low"] < -0.5 < row["conversion_effect_high"] < 0
    assert row["visitors_effect"] == pytest.approx(0)
    assert row["visitors_effect_low"] < 0 < row["visitors_effect_high"]
    assert (row["against_control"], row["evidence"]) == ("below", "comparison")


def test_a_fall_of_all_products_is_no_effect(tmp_path: Path) -> None:
    rows = own(40.0)
    rows.loc[rows["date"] >= CUT, "paid_buyers"] *= 0.5
    row = peers.price_effects(shop(tmp_path, product_daily=rows), OCTOBER).iloc[0]
    assert row["conversion"] == pytest.approx(0.02)
    assert (row["conversion_effect"], row["against_control"]) == (pytest.approx(0), "within")


def test_all_buyers_gone_has_an_interval_too(tmp_path: Path) -> None:
    row = peers.price_effects(shop(tmp_path, product_daily=own(0.0)), OCTOBER).iloc[0]
    assert (row["conversion_effect"], row["against_control"]) == (-1, "below")
    assert -1 <= row["conversion_effect_low"] < row["conversion_effect_high"] < -0.9


def test_without_unmatched_products_it_is_timing(tmp_path: Path) -> None:
    row = peers.price_effects(shop(tmp_path, product_daily=own(others=0)), OCTOBER).iloc[0]
    assert (row["against_control"], row["evidence"]) == ("alone", "timing")
    assert np.isnan(row["conversion_effect"])
    assert row["conversion"] == 0.02


def test_small_samples_say_so(tmp_path: Path) -> None:
    rows = own().assign(visitors=5.0, paid_buyers=lambda f: (f["date"].dt.day % 5 == 0) * 1.0)
    row = peers.price_effects(shop(tmp_path, product_daily=rows), OCTOBER).iloc[0]
    assert row["against_control"] == "few"


def test_only_a_cut_of_five_per_cent_counts_and_only_near_the_period(tmp_path: Path) -> None:
    assert peers.price_effects(shop(tmp_path, peer_products_daily=offers(96)), OCTOBER).attrs["empty"]
    early = offers().assign(price=np.where(DAYS >= "2026-09-10", 80.0, 100.0))
    assert peers.price_effects(shop(tmp_path, peer_products_daily=early), OCTOBER).empty
    flash = offers().assign(price=np.where((DAYS >= CUT) & (DAYS < "2026-10-15"), 80.0, 100.0))
    assert peers.price_effects(shop(tmp_path, peer_products_daily=flash), OCTOBER)["days"].tolist() == [3]


def test_days_outside_change_no_observed_figure(tmp_path: Path) -> None:
    whole = peers.price_effects(shop(tmp_path), OCTOBER)
    before = own().assign(date=lambda f: f["date"] - pd.Timedelta(days=92), paid_buyers=1.0)
    later = own().assign(date=lambda f: f["date"] + pd.Timedelta(days=92), paid_buyers=1.0)
    more = peers.price_effects(shop(tmp_path, product_daily=pd.concat([later, own(), before])), OCTOBER)
    told = ["conversion_before", "conversion", "conversion_effect", "visitors_effect", "paid_buyers"]
    pd.testing.assert_frame_equal(more[told], whole[told])


BUYERS = st.lists(st.integers(0, 60), min_size=14, max_size=14)


@settings(max_examples=examples(25))
@given(BUYERS, BUYERS, st.integers(2, 5))
def test_an_effect_is_a_ratio_of_ratios(first: list[int], second: list[int], factor: int) -> None:
    hits = pd.DataFrame({"p": first, "c": second, "d": second}, dtype=float)
    base = pd.DataFrame(100.0, index=hits.index, columns=hits.columns)
    exposed = np.array([True, False, False])
    effect = Panel(hits, base).effect(exposed, ~exposed, 7, 7, 7)
    if sum(first[:7]) and sum(second[:7]) and sum(second[7:]):
        expected = (sum(first[7:]) / sum(first[:7])) / (sum(second[7:]) / sum(second[:7]))
        assert effect.effect == pytest.approx(expected - 1)
    many = Panel(hits, base * factor).effect(exposed, ~exposed, 7, 7, 7)
    assert many.effect == pytest.approx(effect.effect, nan_ok=True)
    mirrored = Panel(hits[["d", "c", "p"]], base).effect(exposed[::-1], ~exposed[::-1], 7, 7, 7)
    assert mirrored == pytest.approx(effect, nan_ok=True) or mirrored.effect == pytest.approx(
        effect.effect, nan_ok=True
    )


def test_placebos_keep_false_alarms_near_one_in_twenty() -> None:
    dice = np.random.default_rng(7)
    alarms, told = 0, 0
    for _ in range(60):
        rate = 0.04 * np.exp(0.15 * dice.standard_normal((90, 20)))
        hits = pd.DataFrame(dice.binomial(500, rate).astype(float))
        panel = Panel(hits, hits * 0 + 500)
        exposed = np.arange(20) == 0
        reading = panel.effect(exposed, ~exposed, 70, 20, 28).reading
        told += reading != "few"
        alarms += reading in ("below", "above")
    assert told == 60
    assert alarms <= 8


def bands_shop(folder: Path) -> Shop:
    now = pd.Timestamp("2026-10-10")
    ours = pd.DataFrame({"date": now, "product_id": ["p1", "p2"], "price": [110.0, 45.0], "paid_units": [3.0, 1.0]})
    item = {"date": now, "product_id": "", "peer_id": ["a", "a", "b"]}
    theirs = pd.DataFrame({**item, "peer_product_id": list("xyz"), "price": [105.0, 900.0, 105.0]})
    theirs["units_sold"] = [6.0, 2.0, 12.0]
    return shop(folder, product_daily=ours, peer_products_daily=theirs)


def test_bands_of_the_market(tmp_path: Path) -> None:
    bands = peers.market_bands(bands_shop(tmp_path), OCTOBER)
    assert bands["kind"].fillna("").tolist() == ["own", "own", "", "similar", "similar"]
    assert bands[["price_from", "price_to"]].apply(tuple, axis=1).tolist() == [
        *((40, 50), (100, 120), (100, 120), (100, 120), (800, 1000))
    ]
    assert bands["units"].tolist() == [1, 3, 12, 6, 2]
    assert bands["amount"].tolist() == [45, 330, 1260, 630, 1800]
    assert bands["units_share"].tolist() == [0.25, 0.75, 1, 0.75, 0.25]
    assert bands["peers_share"].tolist() == [0, 0.9, 0.9, 0.9, 0.1]
    assert bands["own_absent"].tolist() == [False, False, False, False, True]


def test_bands_without_our_own_say_nothing_of_absence(tmp_path: Path) -> None:
    theirs = offers()
    bands = peers.market_bands(shop_of(tmp_path, peer_products_daily=theirs), OCTOBER)
    assert bands["own_absent"].isna().all()
    assert bands["peers_share"].sum() == 1
    unknown = peers.market_bands(shop_of(tmp_path, peer_products_daily=theirs.drop(columns="units_sold")), OCTOBER)
    assert unknown[["units", "amount", "units_share", "peers_share"]].isna().all(axis=None)


@settings(max_examples=examples(10))
@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 50)), min_size=1, max_size=12), st.integers(0, 9))
def test_shares_of_bands_add_up(items: list[tuple[int, int]], seed: int) -> None:
    rows = pd.DataFrame(items, columns=["price", "units_sold"], dtype=float)
    rows = rows.assign(date="2026-10-05", peer_id="a", peer_product_id=[str(n) for n in range(len(rows))])
    with tempfile.TemporaryDirectory() as folder:
        bands = peers.market_bands(shop_of(Path(folder), peer_products_daily=rows), OCTOBER)
        mixed = rows.sample(frac=1, random_state=seed).assign(units_sold=lambda f: 2 * f["units_sold"])
        again = peers.market_bands(shop_of(Path(folder), peer_products_daily=mixed), OCTOBER)
    assert bands["units_share"].sum() == pytest.approx(1)
    assert bands["product_count"].sum() == len(rows)
    assert (bands["price_from"] < bands["price_to"]).all()
    pd.testing.assert_series_equal(again["units_share"], bands["units_share"])


def test_launches_a_week(tmp_path: Path) -> None:
    theirs = pd.DataFrame({"date": DAYS, "peer_id": "a", "new_products": np.where(DAYS < "2026-10-01", 2.0, 1.0)})
    tier = theirs.assign(peer_id="t", new_products=9.0)
    known = pd.DataFrame({"peer_id": ["a", "t"], "name": ["对家", "同层"], "kind": ["leader", "tier_average"]})
    listed = ["2026-09-10", "2026-10-20", "2026-10-21", "2020-01-01"]
    products = pd.DataFrame({"product_id": list("wxyz"), "listed_on": listed})
    told = peers.launches(
        shop(tmp_path, peers=known, peers_daily=pd.concat([theirs, tier]), products=products), OCTOBER
    )
    assert told["kind"].tolist() == ["own", "leader"]
    assert told["new_products"].tolist() == [2, 31]
    assert told["weekly_new_products"].tolist() == pytest.approx([2 * 7 / 31, 7])
    assert told["weekly_new_products_before"].tolist() == pytest.approx([7 / 28, 14])
    assert told["half_listed_on"].tolist() == [pd.Timestamp("2026-10-20"), pd.Timestamp("2026-09-24")]
    undated = peers.launches(shop(tmp_path, peers=known, peers_daily=theirs), OCTOBER)
    assert undated["kind"].tolist() == ["leader"]


def lost(now: int, before: int) -> pd.DataFrame:
    counts = np.where(DAYS >= "2026-10-01", now, before)
    return pd.DataFrame({"date": DAYS, "peer_id": "a", "lost_buyers": counts})


@pytest.mark.parametrize(("now", "before", "moved"), [(6, 4, "more"), (4, 6, "fewer"), (5, 5, "unclear")])
def test_lost_buyers_change_with_an_interval(tmp_path: Path, now: int, before: int, moved: str) -> None:
    row = peers.lost_buyers(shop(tmp_path, lost_buyers_daily=lost(now, before)), OCTOBER).iloc[0]
    assert row["moved"] == moved
    assert row["lost_buyers_change"] == pytest.approx(now / before - 1)
    assert row["change_low"] < row["lost_buyers_change"] < row["change_high"]


def test_uneven_days_widen_the_interval_and_few_buyers_say_so(tmp_path: Path) -> None:
    even = peers.lost_buyers(shop(tmp_path, lost_buyers_daily=lost(6, 4)), OCTOBER).iloc[0]
    rough = lost(6, 4)
    rough["lost_buyers"] *= np.where(np.arange(len(rough)) % 2, 2, 0)
    wide = peers.lost_buyers(shop(tmp_path, lost_buyers_daily=rough), OCTOBER).iloc[0]
    assert wide["change_high"] - wide["change_low"] > even["change_high"] - even["change_low"]
    sparse = lost(6, 4).iloc[[-40, -1]]
    assert peers.lost_buyers(shop(tmp_path, lost_buyers_daily=sparse), OCTOBER).iloc[0]["moved"] == "few"


def test_an_index_is_rebased_and_not_a_count(tmp_path: Path) -> None:
    index = pd.DataFrame({"date": DAYS, "peer_id": "a", "visitors_index": np.where(DAYS < "2026-10-01", 40.0, 60.0)})
    counts = pd.DataFrame({"date": DAYS, "peer_id": "b", "visitors": 500.0, "paid_amount": 100.0})
    side = shop(tmp_path, peers_daily=pd.concat([index, counts]))
    table = peers.peers(side, OCTOBER).set_index("peer_id")
    assert table["visitors_basis"].to_dict() == {"a": "index", "b": "counts"}
    assert table["visitors_level"].to_dict() == pytest.approx({"a": 150, "b": 100})
    assert np.isnan(table.loc["a", "daily_visitors"])
    assert table["paid_basis"].to_dict() == {"a": "", "b": "counts"}
    days = peers.peer_days(side, OCTOBER)
    assert days.groupby("peer_id")["basis"].first().to_dict() == {"a": "index", "b": "counts"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_label(tmp_path: Path, language: str) -> None:
    use(language)
    theirs = pd.DataFrame({"date": DAYS, "peer_id": "a", "new_products": 1.0})
    whole = shop(tmp_path, peers_daily=theirs, lost_buyers_daily=lost(5, 4))
    for name in ("price_effects", "market_bands", "launches", "lost_buyers", "peers"):
        assert "<table" in tables.show(getattr(peers, name)(whole, OCTOBER)).html, name


@pytest.mark.parametrize("name", ["price_effects", "market_bands", "launches"])
def test_what_is_missing_is_said(tmp_path: Path, name: str) -> None:
    assert getattr(peers, name)(shop_of(tmp_path), OCTOBER).attrs["needs"]
    theirs = pd.DataFrame({"date": DAYS, "peer_id": "a", "new_products": 1.0})
    frame = getattr(peers, name)(shop(tmp_path, peers_daily=theirs), Period.parse("2020-01"))
    assert frame.empty
    assert frame.attrs["needs"] == []
