"""Situations from the world, each with its right value: what was paid, when it counts, what is told beside it.

Their inputs are not part of the repository.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from sizhen.diagnosis import open_case
from sizhen.diagnosis.case import Case
from sizhen.intake import import_files
from sizhen.tables import Period, Shop
from sizhen.view import page
from sizhen.view.labels import speak

Told = dict[str, tuple[int, float]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, one_reader: None) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> Path:
    if not (shared_data / "cases").is_dir():
        pytest.skip("the situations are not in the shared data")
    return shared_data / "cases"


class Situation:
    """One folder of the situations, imported once, and diagnosed over any period."""

    def __init__(self, home: Path, folder: Path) -> None:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".csv")
        reports = import_files(files, shop_id=folder.name, data_dir=home)
        assert [report.error for report in reports] == [None] * len(files)
        self.shop = Shop.open(home, folder.name)

    @cache  # noqa: B019 (as long as the session)
    def case(self, period: str) -> Case:
        return open_case(self.shop, Period.parse(period))

    def findings(self, period: str = "2026-10") -> dict[str, Any]:
        return self.case(period).document().to_json()

    def page(self, period: str = "2026-10") -> str:
        """The owner's first screen in English, as text."""
        speak("en", self.shop.profile.currency)
        html = page.first_screen(self.case(period), "The shop")._repr_html_()
        return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())

    def told(self, period: str = "2026-10") -> Told:
        return {o["kind"]: (o["orders"], o["amount"]) for o in self.findings(period)["data"]["orders"]}

    def sold(self, period: str = "2026-10") -> float | None:
        sold: float | None = self.findings(period)["sales"]["observed"]
        return sold

    def causes(self, period: str = "2026-10") -> list[str]:
        return [f["cause"] for f in self.findings(period)["findings"]]


@pytest.fixture(scope="module")
def situation(home: Path, cases: Path) -> Any:
    return cache(lambda name: Situation(home, cases / name))


def test_orders_to_be_paid_on_delivery_are_no_sales_of_nothing(situation: Any) -> None:
    case = situation("cod-pending")
    assert (case.sold(), case.told()) == (None, {"pending": (155, 3100.0)})
    assert case.findings()["verdict"]["state"] == "little_data"
    told = case.page()
    assert "None of 155 orders is paid yet: what was sold is not known." in told
    assert "155 orders ($3,100) not paid yet" in told
    assert "$0" not in told and "othing to do" not in told


def test_a_paid_order_without_a_payment_time_counts_on_the_day_of_ordering(situation: Any) -> None:
    case = situation("partial-refund-no-paid-at")
    assert (case.sold(), case.told()) == (4100.0, {"no_payment_time": (10, 1000.0)})
    assert "10 orders ($1,000) without a payment time: counted on the day of ordering." in case.page()


def test_orders_of_the_test_gateway_are_no_sales(situation: Any) -> None:
    case = situation("test-orders")
    assert (case.sold(), case.told()) == (13950.0, {"test": (31, 1550.0)})
    assert "Not counted as sales: 31 orders ($1,550) for testing." in case.page()


def test_an_order_late_in_the_evening_counts_on_the_clock_of_the_shop(situation: Any) -> None:
    case = situation("dst-late-order")
    assert (case.sold(), case.told()) == (3600.0, {})
    assert "sold $3.6k" in case.page()


@pytest.mark.parametrize(("period", "sold", "shown"), [("2026-10", 5580.0, "¥5.6k"), ("2026-11", 21400.0, "¥21.4k")])
def test_a_presale_counts_when_it_is_paid(situation: Any, period: str, sold: float, shown: str) -> None:
    case = situation("presale-deposit")
    assert (case.sold(period), case.causes(period)) == (sold, [])
    assert f"sold {shown}" in case.page(period)


def test_voided_orders_are_told_and_do_not_count(situation: Any) -> None:
    case = situation("cancelled-paid")
    assert (case.sold(), case.told()) == (3100.0, {"cancelled": (31, 1550.0)})
    assert "Not counted as sales: 31 orders ($1,550) cancelled unpaid." in case.page()


def test_a_period_that_is_not_over_is_told_and_compared_with_as_many_days(situation: Any) -> None:
    case = situation("period-not-over")
    document = case.findings()
    assert case.sold() == 34190.04
    assert document["data"]["missing_days"] == [f"2026-10-{day}" for day in range(15, 32)]
    assert document["sales"]["low"] < 34190.04 < document["sales"]["high"]
    assert case.causes() == ["data.missing_days"]
    assert "data up to 14 Oct" in case.page()


def test_days_of_nothing_are_no_payment_on_record(situation: Any) -> None:
    case = situation("all-zeros")
    assert (case.sold(), case.causes()) == (0.0, [])
    assert "No payment is on record: what was sold is not known." in case.page()


def test_without_days_before_nothing_is_compared(situation: Any) -> None:
    case = situation("baseline-missing")
    document = case.findings()
    assert (document["baseline"], document["sales"]["expected"], case.causes()) == (None, None, [])
    assert document["verdict"]["state"] == "little_data"
    assert "no days before to compare with yet" in case.page()


@pytest.mark.parametrize(
    ("name", "period", "state"),
    [
        ("product-merged", "2026-10", "little_data"),
        ("new-shop-20-days", "2026-10-01..2026-10-20", "little_data"),
        ("tiny-shop", "2026-10", "little_data"),
        ("one-product", "2026-10", "fine"),
    ],
)
def test_a_healthy_shop_gets_no_finding(situation: Any, name: str, period: str, state: str) -> None:
    case = situation(name)
    assert (case.causes(period), case.findings(period)["verdict"]["state"]) == ([], state)


def test_days_that_are_still_to_come_are_told_of_a_new_shop(situation: Any) -> None:
    case = situation("new-shop-20-days")
    assert case.causes() == ["data.missing_days"]
    assert "data up to 20 Oct" in case.page()
