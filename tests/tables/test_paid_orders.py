"""Which orders are paid, and on which day: one test for each, whatever columns a file lacks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.tables import Period, prepared
from sizhen.tables.derive import shop_daily_from_orders
from sizhen.tables.schema import conform

MONTH = Period.parse("2026-10")
OPTIONAL = ("buyer_id", "created_at", "paid_at", "units", "amount", "paid_amount", "refund_amount", "status")
STATES = ["", "paid", "partially_paid", "pending", "cancelled", "test"]
TIMES = st.none() | st.datetimes(pd.Timestamp("2026-10-01"), pd.Timestamp("2026-10-09"))
CENTS = st.none() | st.integers(0, 10**7).map(lambda cents: cents / 100)
ORDER = st.fixed_dictionaries(
    {
        "buyer_id": st.none() | st.sampled_from("abc"),
        "created_at": TIMES,
        "paid_at": TIMES,
        "units": st.none() | st.integers(0, 3),
        "amount": CENTS,
        "paid_amount": CENTS,
        "refund_amount": CENTS,
        "status": st.sampled_from(STATES),
    }
)


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(order_id=[f"o{n}" for n in range(len(rows))])
    return conform(frame, "orders", "orders")


@settings(max_examples=examples(40))
@given(st.lists(ORDER, min_size=1, max_size=12), st.sets(st.sampled_from(OPTIONAL)))
def test_what_was_paid_by_day_adds_up_to_what_was_paid(rows: list[dict[str, Any]], lacking: set[str]) -> None:
    orders = table([{k: v for k, v in row.items() if k not in lacking} for row in rows])
    daily = shop_daily_from_orders(orders)
    paid = orders[prepared.is_paid(orders)]
    told = prepared.orders_told(orders, MONTH).set_index("kind")["amount"]
    without = told.get("no_day", 0.0)
    without = 0.0 if pd.isna(without) else without
    assert daily["paid_amount"].sum() + without == pytest.approx(paid["paid_amount"].sum(), abs=0.05)
    assert daily["paid_orders"].sum() == len(paid) - (paid["paid_at"].isna() & paid["created_at"].isna()).sum()


@settings(max_examples=examples(40))
@given(st.lists(ORDER, min_size=1, max_size=12), st.sets(st.sampled_from(["created_at", "paid_at"]), max_size=1))
def test_money_is_paid_whether_or_not_its_time_is_known(rows: list[dict[str, Any]], lacking: set[str]) -> None:
    dated = [row | {"created_at": pd.Timestamp("2026-10-05"), "paid_at": pd.Timestamp("2026-10-06")} for row in rows]
    whole, less = table(dated), table([{k: v for k, v in row.items() if k not in lacking} for row in dated])
    sums = [shop_daily_from_orders(orders)["paid_amount"].sum() for orders in (whole, less)]
    assert sums[0] == pytest.approx(sums[1])


@settings(max_examples=examples(40))
@given(st.lists(ORDER, min_size=1, max_size=12))
def test_every_order_of_a_known_state_is_paid_told_or_paid_nothing(rows: list[dict[str, Any]]) -> None:
    dated = [row | {"created_at": pd.Timestamp("2026-10-05"), "status": row["status"] or "paid"} for row in rows]
    orders = table(dated)
    told = prepared.orders_told(orders, MONTH).set_index("kind")["orders"]
    apart = told.reindex(["pending", "partially_paid", "cancelled", "test"]).fillna(0).sum()
    nothing = (prepared.was_paid(orders) & (orders["paid_amount"] == 0)).sum()
    assert prepared.is_paid(orders).sum() + apart + nothing == len(orders)


@pytest.mark.parametrize(
    ("status", "paid_amount", "paid_at", "was", "counts"),
    [
        ("", 5.0, None, True, True),  # money without a time
        ("", None, "2026-10-02", True, True),  # a time without money: paid, of an unknown amount
        ("", 0.0, "2026-10-02", True, False),  # paid, and all of it came back
        ("", 0.0, None, False, False),
        ("", None, None, False, False),
        ("paid", None, None, True, True),
        ("paid", 0.0, None, True, False),
        ("pending", 5.0, "2026-10-02", False, False),  # an export that fills every cell
        ("partially_paid", 5.0, "2026-10-02", False, False),
        ("test", 5.0, "2026-10-02", False, False),
        ("cancelled", 5.0, None, True, True),  # paid before it was cancelled
        ("cancelled", None, "2026-10-02", False, False),
    ],
)
def test_status_amount_or_time_say_that_an_order_is_paid(
    status: str, paid_amount: float | None, paid_at: str | None, was: bool, counts: bool
) -> None:
    orders = table([{"created_at": "2026-10-01", "paid_at": paid_at, "paid_amount": paid_amount, "status": status}])
    assert (prepared.was_paid(orders).item(), prepared.is_paid(orders).item()) == (was, counts)


def order(day: str, paid: str | None = "same", status: str = "", amount: float | None = 10.0) -> dict[str, Any]:
    paid_at = day if paid == "same" else paid
    return {"created_at": day, "paid_at": paid_at, "amount": 10.0, "paid_amount": amount, "status": status}


def test_what_is_beside_the_sales_is_told_by_kind_with_its_money() -> None:
    orders = table(
        [
            order("2026-10-01"),
            order("2026-10-02", None, "pending", None),
            order("2026-10-03", None, "pending", None),
            order("2026-09-30", None, "pending", None),
            order("2026-10-04", None, "cancelled", None),
            order("2026-10-05", "same", "test"),
            order("2026-10-06", None),
            order("2026-10-07", amount=None),
            {"amount": 10.0, "paid_amount": 8.0},
        ]
    )
    told = prepared.orders_told(orders, MONTH)
    assert {r["kind"]: (r["orders"], r["amount"]) for r in told.fillna(-1.0).to_dict("records")} == {
        "pending": (2, 20.0),
        "test": (1, 10.0),
        "cancelled": (1, 10.0),
        "no_payment_time": (1, 10.0),
        "no_amount": (1, -1.0),
        "no_day": (1, 8.0),
    }


def test_where_no_order_is_known_to_be_paid_the_sales_are_unknown() -> None:
    unpaid = shop_daily_from_orders(table([order("2026-10-01", None, "pending", None)]))
    untold = shop_daily_from_orders(table([{"created_at": "2026-10-01", "amount": 10.0}]))
    for daily in (unpaid, untold):
        assert daily["order_amount"].tolist() == [10.0]
        assert daily[["paid_amount", "paid_orders"]].isna().all(axis=None)


@pytest.mark.parametrize("status", ["cancelled", ""])
def test_where_all_are_known_to_be_unpaid_nothing_was_sold(status: str) -> None:
    daily = shop_daily_from_orders(table([order("2026-10-01", None, status, 0.0)]))
    assert daily["paid_amount"].tolist() == [0.0]


def days(count: int, **more: Any) -> list[dict[str, Any]]:
    """Ten orders of 10 a day, paid at once."""
    return [order(f"2026-10-{day:02}", **more) for day in range(1, count + 1) for _ in range(10)]


def test_the_last_days_with_many_open_orders_are_to_be_waited_for() -> None:
    waiting = [order(f"2026-10-{day}", None, "pending", None) for day in (19, 20) for _ in range(10)]
    orders = table(days(18) + waiting)
    assert prepared.open_since(orders) == pd.Timestamp("2026-10-19")
    assert shop_daily_from_orders(orders)["paid_amount"].isna().tolist() == [False] * 18 + [True] * 2


@pytest.mark.parametrize(
    "rows",
    [
        days(20),
        [*days(20), order("2026-10-20", None, "pending", None)],  # one of eleven
        days(20) + [order(f"2026-10-{day:02}", None, "pending", None) for day in range(1, 21) for _ in range(9)],
        days(20) + [order("2026-10-10", None, "pending", None)] * 9,  # not the last days
        [order("2026-10-01", None, "pending", None)],  # no usual day to tell by
    ],
)
def test_a_usual_share_of_open_orders_is_not_waited_for(rows: list[dict[str, Any]]) -> None:
    assert prepared.open_since(table(rows)) is None


def later(count: int, wait: int, of_ten: int) -> pd.DataFrame:
    """Ten orders a day, `of_ten` of them paid `wait` days later."""
    first = pd.Timestamp("2026-10-01")
    rows = []
    for day in pd.date_range(first, periods=count):
        for n in range(10):
            rows.append(order(f"{day:%F}", f"{day + pd.Timedelta(days=wait if n < of_ten else 0):%F}"))
    return table(rows)


def test_a_file_cut_by_day_of_ordering_has_edges_as_long_as_its_buyers_wait() -> None:
    orders = later(20, wait=2, of_ten=4)
    parts = prepared.days_in_part(orders, every_day=True)
    assert [f"{day:%m-%d}" for day in parts] == ["10-01", "10-02", "10-21", "10-22"]


def test_where_everybody_pays_at_once_there_are_no_edges() -> None:
    assert prepared.days_in_part(later(20, wait=0, of_ten=0), every_day=True).empty


def test_a_day_missing_inside_a_file_has_an_edge_too() -> None:
    orders = later(20, wait=1, of_ten=4)
    orders = orders[orders["created_at"] != pd.Timestamp("2026-10-10")]
    parts = prepared.days_in_part(orders, every_day=True)
    assert [f"{day:%m-%d}" for day in parts] == ["10-01", "10-10", "10-11", "10-21"]
    assert [f"{day:%m-%d}" for day in prepared.days_in_part(orders, every_day=False)] == ["10-01", "10-21"]
