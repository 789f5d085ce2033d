"""The rows that count are the same for every figure: traffic, orders, promotions, violations, peers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.diagnosis import open_case
from sizhen.diagnosis.chart import open_chart
from sizhen.exam import check, look
from sizhen.explore.drill import Part
from sizhen.tables import Period, prepared
from small_shop import NOW, WEEK, shop_of, source

DAY = pd.Timedelta(days=1)
KEYS = st.tuples(st.integers(1, 4), st.sampled_from(["search", "owned"]), st.sampled_from(["mobile", "desktop", "all"]))


def traffic(*rows: tuple[int, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "channel", "device", "visitors"])
    return frame.assign(date=pd.Timestamp("2026-10-01") + frame["date"] * DAY)


def by_day(*rows: tuple[int, str, str, float]) -> list[float]:
    return prepared.channel_totals(traffic(*rows)).groupby("date")["visitors"].sum().tolist()


def test_all_devices_are_taken_where_every_day_of_the_channel_has_them() -> None:
    parts = [(d, "search", v, n) for d in (1, 2) for v, n in (("mobile", 60), ("desktop", 40))]
    assert by_day(*parts, (1, "search", "all", 90), (2, "search", "all", 91)) == [90, 91]


def test_an_export_that_begins_to_give_all_devices_is_no_fall_of_visitors() -> None:
    parts = [(d, "search", v, n) for d in (1, 2) for v, n in (("mobile", 60), ("desktop", 40))]
    assert by_day(*parts, (2, "search", "all", 90)) == [100, 100]


def test_where_neither_covers_all_days_each_day_is_told_by_what_it_has() -> None:
    assert by_day((1, "search", "mobile", 60), (2, "search", "all", 90), (3, "search", "all", 91)) == [60, 90, 91]
    mixed = [(1, "search", "mobile", 60), (2, "search", "all", 90), (2, "search", "mobile", 70)]
    assert by_day(*mixed, (3, "search", "all", 91)) == [60, 90, 91]


def test_one_channel_s_devices_say_nothing_of_another_s() -> None:
    rows = [
        (1, "search", "mobile", 60),
        (1, "search", "desktop", 40),
        (1, "owned", "all", 9),
        (1, "owned", "mobile", 8),
    ]
    assert by_day(*rows) == [109]


@settings(max_examples=examples(60))
@given(st.dictionaries(KEYS, st.integers(0, 99), min_size=1, max_size=12))
def test_a_channel_s_day_is_told_once_and_never_lost(made: dict[tuple[int, str, str], int]) -> None:
    frame = traffic(*((*key, float(count)) for key, count in made.items()))
    kept = prepared.channel_totals(frame)
    day = ["date", "channel"]
    assert set(map(tuple, kept[day].to_numpy())) == set(map(tuple, frame[day].to_numpy()))
    assert (kept["device"].eq("all").groupby([kept[c] for c in day]).nunique() == 1).all(), "never both"


def test_devices_apart_are_mobile_and_desktop_and_all_only_alone() -> None:
    rows = [(1, "search", "mobile", 60), (1, "search", "all", 90), (1, "owned", "all", 9)]
    assert prepared.devices_apart(traffic(*rows))["visitors"].tolist() == [60]
    assert prepared.devices_apart(traffic(*rows[1:]))["visitors"].tolist() == [90, 9]


SHARED = [
    source(NOW, channel, device=device, visitors=visitors, paid_amount=9.0)
    for channel, counts in {"search": (600, 500, 550), "paid_search": (400, 300, 600)}.items()
    for device, visitors in zip(("mobile", "desktop", "all"), counts, strict=True)
]


def test_the_paid_share_of_table_sentence_and_explorer_is_one_number(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, traffic_daily=SHARED)
    table = look.traffic_sources(shop, WEEK).set_index("group")["visitor_days_share"]
    said = open_case(shop, WEEK).judge("look.paid-share")
    seen = {c: Part(shop, "channel", c).daily()["visitors"].sum() for c in ("search", "paid_search")}
    assert said.observed == pytest.approx(table["paid"]) == pytest.approx(600 / 1150)
    assert seen["paid_search"] / sum(seen.values()) == pytest.approx(table["paid"])


def moment(text: str | None) -> pd.Timestamp:
    return pd.NaT if text is None else pd.Timestamp(f"2026-{text}")


def order(paid: str | None, sent: str | None = None, received: str | None = None, amount: float = 9.0) -> dict:
    return {
        "created_at": moment(paid),
        "paid_at": moment(paid),
        "sent_at": moment(sent),
        "received_at": moment(received),
        "paid_amount": amount,
        "status": "",
    }


LAST = [
    *(order("10-31 09:00", "11-01 09:00") for _ in range(3)),  # paid in the week's last two days
    order("10-31 10:00"),
    order("10-31 11:00", None, "11-05 11:00"),
    order("11-05 12:00"),
]


def orders(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows).assign(order_id=[f"o{n}" for n in range(len(rows))])


def test_an_order_is_due_by_the_last_moment_the_file_knows() -> None:
    due = prepared.orders_due(orders(*LAST), WEEK)
    assert due["took"].isna().tolist() == [False, False, False, True], "received but without a dispatch time: unknown"
    assert len(prepared.orders_due(orders(*LAST[:4]), WEEK)) == 0, "the file ends before their time is over"


def test_sent_in_time_is_one_number_in_table_and_judgement(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, orders=orders(*LAST))
    table, said = check.dispatch(shop, WEEK), open_case(shop, WEEK).judge("check.dispatch")
    due = prepared.orders_due(shop.table("orders"), WEEK)
    assert table["due_orders"].sum() == said.n == len(due) == 4
    assert table["sent_in_time"].sum() == 3


def test_without_any_dispatch_time_none_is_late() -> None:
    assert prepared.orders_due(orders(order("10-26 09:00"), order("10-31 09:00")), WEEK).empty


def test_an_order_is_placed_on_the_day_of_ordering_and_paid_on_that_of_payment() -> None:
    made = orders(
        order("10-27 10:00") | {"created_at": moment("10-26 23:00")},
        order("10-28 10:00") | {"created_at": pd.NaT},
        order("10-29 10:00", amount=0.0),
        order(None) | {"created_at": moment("10-30 10:00")},
        order(None, amount=0.0) | {"created_at": moment("10-31 10:00")},
        order(None),
    )
    assert prepared.orders_placed(made)["date"].dt.day.tolist() == [26, 28, 29, 30, 31]
    assert prepared.orders_paid(made)["date"].dt.day.tolist() == [27, 28, 30], "a missing time is a missing time"
    assert prepared.by_payment(made)["date"].dt.day.tolist() == [27, 28, 29, 30], "paid, and refunded whole"


EVENTS = pd.DataFrame(
    [
        ("2026-09-01", None, "promotion"),
        ("2026-10-01", "2026-10-04", "promotion"),
        ("2026-10-03", "2026-10-08", "promotion"),
        ("2026-10-30", "2026-11-11", "promotion"),
        ("2025-12-31", None, "violation"),
        ("2026-10-02", None, "violation"),
        ("2026-11-02", None, "violation"),
        ("2026-10-05", None, "page"),
    ],
    columns=["starts_on", "ends_on", "kind"],
).assign(starts_on=lambda e: pd.to_datetime(e["starts_on"]), ends_on=lambda e: pd.to_datetime(e["ends_on"]))


def test_the_last_promotion_is_the_last_that_is_over() -> None:
    last = prepared.last_promotion(EVENTS, Period(date(2026, 9, 28), date(2026, 11, 1)))
    assert last == Period(date(2026, 10, 3), date(2026, 10, 8)), "the one that still runs is not over"
    assert prepared.last_promotion(EVENTS, Period(date(2026, 9, 2), date(2026, 9, 30))) is None
    assert prepared.last_promotion(EVENTS, Period(date(2026, 9, 1), date(2026, 9, 30))) is not None, "it lasted one day"


def test_a_change_of_a_page_without_a_last_day_lasts_on() -> None:
    assert prepared.own_events(EVENTS, "page")["ends_on"].isna().all()
    assert prepared.own_occasions(EVENTS, "promotion")["ends_on"].notna().all()


def test_violations_are_those_of_the_year_up_to_the_day() -> None:
    assert prepared.violations(EVENTS, date(2026, 11, 1))["starts_on"].dt.month.tolist() == [10]


def test_peers_alike_are_leaders_and_similar_shops() -> None:
    peers = pd.DataFrame({"peer_id": ["a", "b", "c"], "kind": ["leader", "similar", "tier_average"]})
    days = pd.DataFrame({"peer_id": ["a", "b", "c", "unknown"], "new_products": np.arange(4.0)})
    assert prepared.shops_alike(days, peers)["peer_id"].tolist() == ["a", "b"]
    assert len(prepared.shops_alike(days, None)) == 4
    assert prepared.peer_ids(peers, prepared.TIER).tolist() == ["c"]


def test_the_device_of_a_finding_is_read_from_devices_apart(tmp_path: Path) -> None:
    chart = open_chart(shop_of(tmp_path, traffic_daily=SHARED), WEEK)
    frames = {source: chart.frame(source) for source in ("channel", "device")}
    assert {s: set(f["device"]) for s, f in frames.items() if f is not None} == {
        "channel": {"all"},
        "device": {"mobile", "desktop"},
    }
