"""A shop known by its orders alone: edges of its file and orders to be paid yet are no fall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.delivery import letter
from sizhen.diagnosis import open_case
from sizhen.document import Document
from sizhen.tables import Period
from sizhen.view.labels import speak
from sizhen.view.screen import notes, screen
from small_shop import shop_of

MONTH = "2026-10"
FIRST, LAST = pd.Timestamp("2026-08-01"), pd.Timestamp("2026-10-31")


def orders(wait: int = 0, late: int = 0, last: pd.Timestamp = LAST) -> list[dict[str, Any]]:
    """Twenty orders of about 50 on each day of ordering from FIRST to `last`, the first `late` of them paid `wait` days
    later."""
    rows: list[dict[str, Any]] = []
    for day in pd.date_range(FIRST, last):
        for n in range(20):
            at = day + pd.Timedelta(hours=9, minutes=30 * n)
            paid = at + pd.Timedelta(days=wait if n < late else 0, minutes=1)
            rows.append(
                {
                    "order_id": f"{day:%m%d}-{n}",
                    "buyer_id": f"b{len(rows) % 977}",
                    "created_at": at,
                    "paid_at": paid,
                    "units": 1,
                    "amount": 45.0 + n % 11,
                    "paid_amount": 45.0 + n % 11,
                    "status": "paid",
                }
            )
    return rows


def unpaid(rows: list[dict[str, Any]], since: str, status: str = "pending") -> list[dict[str, Any]]:
    """The rows with all orders from a day on open."""
    nothing = {"paid_at": None, "paid_amount": None, "status": status}
    return [row | nothing if row["created_at"] >= pd.Timestamp(since) else row for row in rows]


def diagnosed(home: Path, rows: list[dict[str, Any]], period: str = MONTH) -> Document:
    return open_case(shop_of(home, orders=rows), Period.parse(period)).document()


def causes(document: Document) -> list[str]:
    return [finding.cause for finding in document.findings]


def test_as_usual_nothing_is_found_or_told(tmp_path: Path) -> None:
    document = diagnosed(tmp_path, orders())
    assert (causes(document), document.data.orders, document.data.partial_days) == ([], (), ())
    assert document.sales.observed == pytest.approx(document.sales.expected, rel=0.01)


def test_the_days_after_the_last_day_of_ordering_are_in_part_and_no_fall(tmp_path: Path) -> None:
    document = diagnosed(tmp_path, orders(wait=2, late=8, last=pd.Timestamp("2026-10-29")))
    assert [f"{day:%m-%d}" for day in document.data.partial_days] == []
    assert [f"{day:%m-%d}" for day in document.data.missing_days] == ["10-30", "10-31"]
    assert causes(document) == ["data.missing_days"]
    expected = document.sales.expected
    assert expected is not None and document.sales.observed == pytest.approx(expected, rel=0.01)


def test_the_first_days_of_a_file_are_in_part_and_no_baseline(tmp_path: Path) -> None:
    document = diagnosed(tmp_path, orders(wait=6, late=16), "2026-08")
    assert [f"{day:%m-%d}" for day in document.data.partial_days] == [f"08-0{day}" for day in range(1, 7)]
    assert not any(cause.startswith("unexplained") for cause in causes(document))
    after = diagnosed(tmp_path, orders(wait=6, late=16), "2026-08-22..2026-09-05")
    assert after.sales.observed == pytest.approx(after.sales.expected, rel=0.02)


def test_last_days_that_are_to_be_paid_yet_are_not_final_and_no_fall(tmp_path: Path) -> None:
    document = diagnosed(tmp_path, unpaid(orders(), "2026-10-25"))
    assert causes(document) == []
    assert document.sales.observed == pytest.approx(document.sales.expected, rel=0.01)
    assert [(i.metric, f"{i.since:%m-%d}") for i in document.data.immature] == [("paid_amount", "10-25")]
    assert [(told.kind, told.orders) for told in document.data.orders] == [("pending", 140)]
    assert next(v for v in document.vitals if v.metric == "paid_orders").immature


@pytest.mark.parametrize("status", ["pending", "partially_paid"])
def test_a_period_without_a_paid_order_has_no_sales_of_nothing(tmp_path: Path, status: str) -> None:
    document = diagnosed(tmp_path, unpaid(orders(), "2026-10-01", status))
    assert document.sales.observed is None and document.sales.expected is None
    assert document.verdict is not None
    assert document.verdict.state == "little_data"
    assert document.verdict.says.zh == "620 单都还没付款，卖了多少不知道。"


def test_what_the_sales_rest_on_is_told_on_the_first_screen(tmp_path: Path) -> None:
    rows = unpaid(orders(wait=2, late=8), "2026-10-28")
    rows[-100] |= {"paid_at": None}
    rows[-101] |= {"status": "test"}
    shop = shop_of(tmp_path, orders=rows)
    document = open_case(shop, Period.parse(MONTH)).document()
    speak("zh", "CNY")
    assert screen(document).notes == letter.write(document, shop.profile).notes == notes(document)
    assert notes(document) == (
        "1 单（¥45.00）没有付款时间，算在下单那天。",
        "没算进销售：还没付款 80 单（¥3,964）、测试单 1 单（¥53.00）。",
        "10月28日以后的订单还有不少没付款，这几天没有拿来比。",
    )
    speak("en", "CNY")
    assert notes(document)[0] == "1 order (¥45.00) without a payment time: counted on the day of ordering."


def test_where_the_platform_tells_the_sales_nothing_is_told_of_its_orders(tmp_path: Path) -> None:
    daily = [{"date": day, "visitors": 100, "paid_amount": 500.0} for day in pd.date_range(FIRST, LAST)]
    shop = shop_of(tmp_path, orders=unpaid(orders(), "2026-10-25"), shop_daily=daily)
    document = open_case(shop, Period.parse(MONTH)).document()
    assert notes(document) == ()
    assert [told.kind for told in document.data.orders] == ["pending"]
    assert all(entry.metric != "paid_amount" for entry in document.data.immature)
