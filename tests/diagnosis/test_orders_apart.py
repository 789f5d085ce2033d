"""`check-data` names days on which the orders and the shop's report disagree."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.cli import show
from sizhen.diagnosis.data_faults import orders_apart
from sizhen.tables import Shop, write_table

DAYS = pd.date_range("2026-10-01", "2026-10-31")


def opened(tiny_shop: Shop, orders: pd.DataFrame) -> Shop:
    return Shop(tiny_shop.folder, tiny_shop.profile, {"shop_daily": tiny_shop.daily(), "orders": orders})


def orders(amounts: list[float], paid_later: str = "0h") -> pd.DataFrame:
    """Two orders a day of these amounts together; a day of 0 has none."""
    rows = [
        {"order_id": f"{day:%d}-{n}", "created_at": day + pd.Timedelta(hours=9 + n), "paid_amount": amount / 2}
        for day, amount in zip(DAYS, amounts, strict=False)
        for n in range(2)
        if amount
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(paid_at=frame["created_at"] + pd.Timedelta(paid_later), status="")


@pytest.fixture
def tiny(tiny_shop: Shop) -> Shop:
    write_table(tiny_shop.folder, "orders", orders([1000.0] * 31))
    return tiny_shop


@pytest.mark.parametrize("later", ["0h", "20h"])
def test_orders_that_make_the_days_sales_are_no_contradiction(tiny: Shop, later: str) -> None:
    """Whether the report counts by the day of payment or of ordering."""
    assert orders_apart(opened(tiny, orders([1000.0] * 31, later))) is None


@pytest.mark.parametrize(
    ("amounts", "days", "held"),
    [
        ([128.0] * 31, 29, 128.0 * 29),  # another currency
        ([1000.0] * 10 + [2000.0] * 2 + [1000.0] * 19, 2, 4000.0),  # imported twice
        ([1000.0] * 10 + [0.0] * 3 + [1000.0] * 18, 3, 0.0),  # days that are missing
    ],
)
def test_days_that_disagree_are_found_whatever_made_them(
    tiny: Shop, amounts: list[float], days: int, held: float
) -> None:
    apart = orders_apart(opened(tiny, orders(amounts)))
    assert apart is not None
    assert (len(apart.days), apart.held.sum()) == (days, pytest.approx(held))
    said = tiny.daily().set_index("date")["paid_amount"]
    assert apart.said.sum() == said[pd.DatetimeIndex(apart.days)].sum()


def test_orders_of_which_none_is_known_to_be_paid_say_nothing(tiny: Shop) -> None:
    unknown = orders([128.0] * 31).assign(paid_at=pd.NaT, paid_amount=float("nan"))
    assert orders_apart(opened(tiny, unknown)) is None
    assert orders_apart(opened(tiny, orders([128.0] * 31).assign(status="pending"))) is None


def test_orders_without_a_payment_time_count_on_the_day_of_ordering(tiny: Shop) -> None:
    assert orders_apart(opened(tiny, orders([1000.0] * 31).assign(paid_at=pd.NaT))) is None


def test_last_days_whose_orders_are_still_to_be_paid_are_not_compared(tiny: Shop) -> None:
    late = orders([1000.0] * 31)
    waits = late["created_at"].dt.day > 25
    late = late.assign(status=waits.map({True: "pending", False: "paid"}), paid_amount=late["paid_amount"].mask(waits))
    assert orders_apart(opened(tiny, late.assign(paid_at=late["paid_at"].mask(waits)))) is None


def test_check_data_says_so_in_a_line(tiny: Shop) -> None:
    shop = opened(tiny, orders([1000.0] * 10 + [2000.0] * 2 + [1000.0] * 19))
    told = [str(line) for line in show.contradictions(shop, pd.Timestamp("2026-10-31"))]
    assert told == ["orders: paid_amount ¥4,000, but the other figures say ¥2,030 (2026-10-11, 2026-10-12)"]


@given(st.lists(st.sampled_from([960.0, 1000.0, 1040.0, 900.0, 1100.0]), min_size=31, max_size=31))
def test_what_is_apart_by_more_than_a_twentieth_is_a_contradiction(amounts: list[float]) -> None:
    tables = {"shop_daily": pd.DataFrame({"date": DAYS, "paid_amount": 1000.0}), "orders": orders(amounts)}
    apart = orders_apart(Both(tables))  # type: ignore[arg-type]
    wanted = [day.date() for day, amount in zip(DAYS, amounts, strict=True) if abs(amount - 1000) > 50]
    inside = tuple(day for day in wanted if DAYS[0].date() < day < DAYS[-1].date())
    assert (() if apart is None else apart.days) == inside


class Both:
    """A shop as far as the check looks at one."""

    def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
        self.tables = tables

    def has(self, *names: str) -> bool:
        return set(names) <= set(self.tables)

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]
