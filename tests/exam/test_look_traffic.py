"""Look at channels, days, visitors: the numbers of each frame, worked out by hand, and what holds for any traffic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import look
from sizhen.tables import Shop
from sizhen.tables.profile import Profile
from sizhen.vocab import load
from small_shop import BEFORE, NOW, WEEK, shop_of, source


def test_a_branch_is_the_sum_of_those_below(tmp_path: Path) -> None:
    rows = [
        source(BEFORE, "search", "手淘搜索", visitors=100, paid_buyers=4, paid_amount=400),
        source(NOW, "search", "手淘搜索", visitors=60, paid_buyers=3, paid_amount=240),
        source(NOW, "search", "天猫搜索", "desktop", visitors=40, paid_buyers=1, paid_amount=60),
        source(NOW, "recommend", "首页", visitors=20, paid_buyers=1, paid_amount=50),
        source(NOW, "paid_search", "直通车", visitors=80, paid_buyers=2, paid_amount=160, cost=40),
    ]
    shop = shop_of(tmp_path, traffic_daily=rows)
    tree = look.channel_tree(shop, WEEK)
    assert list(zip(tree["level"], tree["visitor_days"], strict=True)) == [
        *(("group", 120), ("channel", 100), ("source", 60), ("source", 40), ("channel", 20), ("source", 20)),
        *(("group", 80), ("channel", 80), ("source", 80)),
    ]
    free, paid = tree.iloc[0], tree.iloc[6]
    assert (free["visitor_days_share"], free["visitor_days_before"], free["paid_amount"]) == (0.6, 100, 350)
    assert free["conversion"] == pytest.approx(5 / 120)
    assert free["visitor_value"] == pytest.approx(350 / 120)
    assert paid["visitor_cost"] == pytest.approx(0.5)
    assert tree["worth_naming"].tolist() == [True, True, True, True, True, False, True, False, False]
    assert look.channel_tree(shop, WEEK, named=True)["level"].tolist() == [
        *("group", "channel", "source", "source", "channel", "group"),
    ]


def test_devices_are_not_counted_twice_in_the_tree(tmp_path: Path) -> None:
    rows = [
        source(NOW, "search", "搜索", device, visitors=v) for device, v in (("all", 9), ("mobile", 6), ("desktop", 4))
    ]
    tree = look.channel_tree(shop_of(tmp_path, traffic_daily=rows), WEEK)
    assert tree["visitor_days"].tolist() == [9, 9, 9]


CHANNELS = st.sampled_from(["search", "recommend", "paid_search", "paid_display", "owned", "activity"])
DAYS = st.sampled_from([BEFORE, "2026-10-21", NOW, "2026-10-28"])
KEYS = st.tuples(DAYS, CHANNELS, st.sampled_from(["mobile", "desktop", "all"]))
FIGURES = st.fixed_dictionaries(
    {
        "channel_raw": st.sampled_from(["", "a", "b"]),
        "visitors": st.integers(0, 500),
        "paid_buyers": st.integers(0, 40),
        "paid_amount": st.integers(0, 4000).map(float),
        "cost": st.one_of(st.none(), st.integers(0, 300).map(float)),
    }
)
TRAFFIC = st.dictionaries(KEYS, FIGURES, min_size=1, max_size=12)
Made = dict[tuple[str, str, str], dict[str, object]]


def traffic_rows(made: Made) -> list[dict[str, object]]:
    return [{"date": d, "channel": c, "device": v, **figures} for (d, c, v), figures in made.items()]


def examined(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The frame of a shop that lies in no folder."""
    traffic = pd.DataFrame(rows).reindex(columns=load().tables["traffic_daily"].names)
    counts = [c.name for c in load().tables["traffic_daily"].columns if c.kind in ("count", "money")]
    traffic = traffic.assign(date=pd.to_datetime(traffic["date"])).astype(dict.fromkeys(counts, "float64"))
    shop = Shop(Path("small"), Profile("small", "S", "tmall", gross_margin=0.5), {"traffic_daily": traffic})
    frame: pd.DataFrame = getattr(look, name).__wrapped__(shop, WEEK)
    return frame


@settings(max_examples=examples(15))
@given(TRAFFIC)
def test_children_add_up_to_their_parent(made: Made) -> None:
    tree = examined("channel_tree", traffic_rows(made))
    if tree.empty:
        return
    for child, parent in (("source", ["group", "channel"]), ("channel", ["group"])):
        above = tree[tree["level"] == ("channel" if child == "source" else "group")].set_index(parent)
        below = tree[tree["level"] == child].groupby(parent)
        for column in ("visitor_days", "visitor_days_before", "visitor_days_share", "paid_amount"):
            added = below[column].sum(min_count=1).reindex(above.index)
            pd.testing.assert_series_equal(added, above[column], check_names=False)
    groups = tree[tree["level"] == "group"]
    if groups["visitor_days"].sum() > 0:
        assert groups["visitor_days_share"].sum() == pytest.approx(1)


@settings(max_examples=examples(15))
@given(TRAFFIC, st.sampled_from(["channel_tree", "channel_places"]), st.randoms(use_true_random=False))
def test_row_order_and_days_outside_change_nothing(made: Made, name: str, random: object) -> None:
    rows = traffic_rows(made)
    devices = {device for _, channel, device in made if channel == "search"} or {"mobile"}
    mixed = [*rows, *(source("2026-08-01", "search", device=v, visitors=9999, paid_buyers=99) for v in devices)]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(examined(name, rows), examined(name, mixed))


@settings(max_examples=examples(15))
@given(TRAFFIC)
def test_doubled_counts_leave_rates(made: Made) -> None:
    def twice(figures: dict[str, object]) -> dict[str, object]:
        return {k: v * 2 if isinstance(v, int | float) else v for k, v in figures.items()}

    once, double = (
        examined("channel_tree", traffic_rows(m)) for m in (made, {key: twice(f) for key, f in made.items()})
    )
    for column in ("conversion", "visitor_value", "visitor_cost", "visitor_days_share"):
        if len(once):
            pd.testing.assert_series_equal(once[column], double[column])


PLACED = [
    source(NOW, "search", visitors=10_000, paid_buyers=500, paid_amount=50_000),
    source(NOW, "recommend", visitors=10_000, paid_buyers=200, paid_amount=20_000),
    source(NOW, "paid_search", visitors=10_000, paid_buyers=100, paid_amount=10_000, cost=20_000),
    source(NOW, "paid_display", visitors=1_000, paid_buyers=20, paid_amount=2_000, cost=1_000),
    source(NOW, "paid_other", visitors=1_000, paid_buyers=20, paid_amount=2_000),
    source(NOW, "owned", visitors=5_000, paid_buyers=500, paid_amount=50_000),
    source(NOW, "external", visitors=100, paid_buyers=20, paid_amount=2_000),
]


def test_which_channel_to_grow_and_which_to_cut(tmp_path: Path) -> None:
    places = look.channel_places(shop_of(tmp_path, traffic_daily=PLACED), WEEK).set_index("channel")
    assert places[["verdict", "why"]].agg(tuple, axis=1).to_dict() == {
        "search": ("grow", "above"),
        "recommend": ("keep", "earns"),
        "paid_search": ("cut", "loses"),
        "paid_display": ("watch", "may_lose"),
        "paid_other": ("watch", "not_known"),
        "owned": ("keep", "not_steered"),
        "external": ("watch", "too_few"),
    }
    assert places["average_value"].iloc[0] == pytest.approx(86_000 / 32_100)
    assert places.loc["search", "tenth_amount"] == pytest.approx(0.1 * 10_000 * 5 * 0.5)
    assert places.loc["paid_search", "visitor_margin"] == pytest.approx(1 * 0.5 - 2)
    assert places.loc["paid_search", "tenth_amount"] == pytest.approx(0.1 * 10_000 * 1.5)
    assert places["tenth_amount"].notna().sum() == 2
    low, high = places.loc["search", ["low", "high"]]
    assert (low, high) == pytest.approx((0.04590, 0.05445), abs=1e-4)
    assert places.loc["search", "value_low"] == pytest.approx(low * 100)


def test_without_a_margin_only_sure_losses_are_cut(tmp_path: Path) -> None:
    places = look.channel_places(shop_of(tmp_path, gross_margin=None, traffic_daily=PLACED), WEEK).set_index("channel")
    assert places["visitor_margin"].isna().all()
    assert places.loc["paid_search", ["verdict", "why"]].tolist() == ["cut", "loses"]
    assert places.loc["paid_display", ["verdict", "why"]].tolist() == ["watch", "no_margin"]
    assert places.loc["search", "tenth_amount"] == pytest.approx(0.1 * 50_000)


def shop_day(date: str, **figures: float) -> dict[str, object]:
    return {"date": date, **figures}


def test_a_day_beside_the_same_weekday(tmp_path: Path) -> None:
    tuesdays = {"2026-09-29": 100.0, "2026-10-06": 120.0, "2026-10-13": 80.0, BEFORE: 110.0, NOW: 210.0}
    rows = [shop_day(d, paid_amount=v) for d, v in {**tuesdays, "2026-10-28": 50.0}.items()]
    sale = {"starts_on": "2026-10-27", "name": "周年庆", "ends_on": "2026-10-28", "kind": "promotion"}
    days = look.calendar(shop_of(tmp_path, shop_daily=rows, events=[sale]), WEEK).set_index("date")
    assert len(days) == 35
    now = days.loc[NOW]
    assert (now["usual_amount"], now["times_usual"], now["promotion"]) == (105.0, 2.0, "周年庆")
    assert (now["weekday"], now["week"]) == (1, pd.Timestamp("2026-10-26"))
    assert days.loc["2026-10-28", "promotion"] == "周年庆"
    assert np.isnan(days.loc["2026-10-28", "times_usual"])
    assert days["paid_amount"].count() == 6
    assert days.loc["2026-10-31", "occasion"] == "double_11"


def people(
    date: str, visitors: int, new: int, buyers: int, again: int, amount: float, back: float
) -> dict[str, object]:
    figures = {"new_visitors": new, "paid_buyers": buyers, "returning_paid_buyers": again, "paid_amount": amount}
    return shop_day(date, visitors=visitors, returning_paid_amount=back, **figures)


def test_new_and_returning(tmp_path: Path) -> None:
    rows = [people(BEFORE, 100, 80, 5, 1, 500, 100), people(NOW, 100, 60, 6, 4, 700, 500)]
    table = look.new_and_returning(shop_of(tmp_path, shop_daily=rows), WEEK).set_index("visitor_kind")
    new, back = table.loc["new"], table.loc["returning"]
    assert (new["visitor_days"], back["visitor_days"], back["visitor_days_share_before"]) == (60, 40, 0.2)
    assert (new["paid_buyers"], back["paid_buyers"], back["paid_amount_share"]) == (2, 4, pytest.approx(5 / 7))
    assert (new["average_order_value"], back["average_order_value"]) == (100, 125)
    assert (new["conversion_least"], new["conversion_most"]) == (0, pytest.approx(2 / 60))
    assert (back["conversion_least"], back["conversion_most"]) == (0.1, pytest.approx(6 / 40))
    assert table["paid_buyers_share"].sum() == 1


def test_what_new_and_returning_lack_is_unknown(tmp_path: Path) -> None:
    rows = [shop_day(NOW, visitors=100, new_visitors=120, paid_buyers=6, returning_paid_buyers=2)]
    table = look.new_and_returning(shop_of(tmp_path, shop_daily=rows), WEEK)
    assert table["visitor_days"].isna().all()
    assert table["conversion_most"].isna().all()
    assert table["paid_buyers"].tolist() == [4, 2]
    (tmp_path / "other").mkdir()
    none = look.new_and_returning(shop_of(tmp_path / "other", shop_daily=[shop_day(NOW, visitors=100)]), WEEK)
    assert none.attrs["needs"] == ["new_visitors", "returning_paid_buyers"]
