"""Situations of the world whose right value is known, imported as files are and diagnosed. They are not part of the
repository; each folder there says in its README what it is and what is right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.intake import FileReport, exports, import_files
from sizhen.tables import Period, Shop
from sizhen.vocab.plain import UNSEEN

OCTOBER = "2026-10"


@dataclass
class Situation:
    """What files of a case became: a report each, and the shop."""

    files: list[Path]
    reports: list[FileReport]
    data_dir: Path

    @cached_property
    def shop(self) -> Shop:
        return Shop.open(self.data_dir, "s1")

    @property
    def refused(self) -> list[str]:
        return [str(r.error) for r in self.reports if r.error]

    @property
    def taken(self) -> bool:
        """Whether all was read and nothing left out."""
        return all(r.error is None and r.read == r.kept > 0 and not r.rejected for r in self.reports)

    def sum(self, figure: str, month: str | None = None) -> float:
        """Of a column such as orders.units, of all rows or those of a month of ordering."""
        table, column = figure.split(".")
        rows = self.shop.table(table)
        if month is not None:
            rows = rows[rows["created_at" if table == "orders" else "date"].dt.strftime("%Y-%m") == month]
        return float(rows[column].sum())

    def said(self, period: str) -> Any:
        return open_case(self.shop, Period.parse(period)).document()


@pytest.fixture
def case(shared_data: Path, tmp_path: Path, one_reader: None):  # type: ignore[no-untyped-def]
    """Imports a case in one call: its files in the order given, else all of them by name."""

    def run(name: str, *files: str) -> Situation:
        folder = shared_data / "cases" / name
        if not folder.is_dir():
            pytest.skip(f"the shared data has no cases/{name}")
        paths = [folder / f for f in files] or [p for p in sorted(folder.iterdir()) if p.name != "README"]
        return Situation(paths, import_files(exports(paths), shop_id="s1", data_dir=tmp_path), tmp_path)

    return run


READ = {
    ("decimal-comma", "shop_daily.csv"): ("shop_daily.paid_amount", 30 * 1_234.56),
    ("decimal-comma", "shop_daily2.csv"): ("shop_daily.paid_amount", 30 * 123.5),
    ("decimal-comma", "shop_daily5.csv"): ("shop_daily.paid_amount", 30 * 12_345.6),
    ("decimal-comma", "shop_daily6.csv"): ("shop_daily.paid_amount", 30 * 1_234.56),
    ("decimal-comma", "shop_daily7.csv"): ("shop_daily.paid_amount", 30 * 1_234.5),
    ("decimal-comma", "shop_daily8.csv"): ("shop_daily.paid_amount", 30 * 123_456),
    ("gbk-bom", "ExportOrderList1.csv"): ("orders.paid_amount", 11_040),
    ("gbk-bom", "ExportOrderList2.csv"): ("orders.paid_amount", 11_040),
    ("thousands-point-mixed", "product_daily.csv"): ("product_daily.paid_amount", 123 * 2_125),
}


@pytest.mark.parametrize(("name", "file"), READ)
def test_its_figures_are_read_right(case, name: str, file: str) -> None:  # type: ignore[no-untyped-def]
    found = case(name, file)
    assert found.taken
    figure, right = READ[name, file]
    assert found.sum(figure) == pytest.approx(right, abs=0.005)


REFUSED = {
    ("decimal-comma", "shop_daily3.csv"): "has 1.234 in row 2 of paid_amount, which can be 1234 or 1.234",
    ("decimal-comma", "shop_daily4.csv"): "has 1.234 in row 2 of visitors, which can be 1234 or 1.234",
    ("decimal-comma", "shop_daily9.csv"): "(paid_amount: outside its range: 30 of 30, such as (50.00) in row 2)",
    ("excel-serial-dates", "shop_daily.xlsx"): "(date: not a date: 60 of 60, such as 46235 in row 2)",
    ("multi-currency", "orders_export_1.csv"): "several currencies (EUR in row 5, column currency; USD in row 2,",
    ("thousands-point-xlsx", "shop_daily.xlsx"): "has 2.484 in row 2 of paid_amount, which can be 2484 or 2.484",
}


@pytest.mark.parametrize(("name", "file"), REFUSED)
def test_it_is_refused_with_the_cell(case, name: str, file: str) -> None:  # type: ignore[no-untyped-def]
    found = case(name, file)
    (told,) = found.refused
    assert REFUSED[name, file] in told
    assert told.startswith(f"{file}: ")
    assert not (found.data_dir / "s1" / "lineage.json").exists()


FORMS = {
    "orders_iso-T.csv": "2026-08-01 09:15",
    "orders_us-ampm.csv": "2026-08-01 09:15",
    "orders_utc-word.csv": "2026-08-01 17:15",  # on the clock of a shop that no file says anything of
}


@pytest.mark.parametrize("file", FORMS)
def test_the_forms_of_its_times_are_read(case, file: str) -> None:  # type: ignore[no-untyped-def]
    found = case("timezone-forms", file)
    assert found.taken
    assert str(found.shop.table("orders")["created_at"].min()).startswith(FORMS[file])
    assert found.sum("orders.paid_amount", OCTOBER) == 3_100
    (report,) = found.reports
    moved = "times of UTC are put on the clock of Asia/Shanghai"
    assert [moved in remark for remark in report.remarks] == [True] * (file == "orders_utc-word.csv")


def test_products_with_accents_are_read(case) -> None:  # type: ignore[no-untyped-def]
    found = case("cp1252-accents")
    assert found.taken
    written = pd.read_csv(found.files[0], encoding="cp1252")
    assert list(found.shop.table("products")["title"]) == list(written["title"])


def test_a_province_with_an_accent_is_read(case) -> None:  # type: ignore[no-untyped-def]
    found = case("cp1252-province")
    assert found.taken
    assert set(found.shop.table("orders")["region"]) == {"Ontario", "Québec"}


def test_both_encodings_of_an_export_are_one(case) -> None:  # type: ignore[no-untyped-def]
    found = case("gbk-bom")
    assert (found.taken, found.sum("orders.paid_amount")) == (True, 11_040)


def test_equal_lines_of_an_order_are_its_units(case) -> None:  # type: ignore[no-untyped-def]
    found = case("identical-line-items")
    orders = found.shop.table("orders").set_index("order_id")
    assert found.taken
    assert (orders["units"]["#9001"], orders["paid_amount"]["#9001"]) == (3, 60)


def test_ids_with_zeros_before_them_are_of_their_own(case) -> None:  # type: ignore[no-untyped-def]
    found = case("leading-zeros")
    assert found.taken
    days = found.shop.table("product_daily").groupby("product_id")["paid_amount"].sum()
    assert days.to_dict() == {"0017": 2_000, "17": 2_500}


def test_ids_in_scientific_notation_are_refused(case) -> None:  # type: ignore[no-untyped-def]
    found = case("sci-notation-ids")
    (report,) = found.reports
    assert (report.kept, report.rejected) == (20, {"destroyed_id": 40})
    assert set(found.shop.table("product_daily")["product_id"]) == {"7001"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_refunds_of_the_newer_export_count(case, order: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    found = case("overlap-exports", *(f"orders_export_{n}.csv" for n in order))
    assert found.taken
    assert (len(found.shop.table("orders")), found.sum("orders.refund_amount")) == (460, 200)


def test_a_second_store_is_refused(case) -> None:  # type: ignore[no-untyped-def]
    found = case("two-stores-same-names")
    (told,) = found.refused
    assert "orders_export_2.csv: has other facts in 150 of 150 rows known of s1" in told
    assert (len(found.shop.table("orders")), found.sum("orders.paid_amount")) == (460, 9_200)


def test_returns_are_told_and_kept(case) -> None:  # type: ignore[no-untyped-def]
    found = case("returns-negative")
    (report,) = found.reports
    assert found.taken
    assert "31 rows with negative amounts are returns (such as row 554): 1,550.00 in all" in " ".join(report.remarks)
    refunds = found.shop.table("refunds")
    assert refunds["refunded_on"].dt.strftime("%Y-%m").eq(OCTOBER).all()
    assert found.said(OCTOBER)["sales"]["observed"] - refunds["amount"].sum() == 7_750


SILENT = {
    ("double11", "2026-11"): 95_090.34,
    ("double11", "2026-11-12..2026-11-30"): 42_996.30,
    ("new-plan-same-keyword", OCTOBER): None,
    ("new-shop-20-days", "2026-10-01..2026-10-20"): 47_376.01,
    ("one-product", OCTOBER): 72_850.91,
    ("product-merged", OCTOBER): 72_850.91,
    ("tiny-shop", OCTOBER): 294,
}


@pytest.mark.parametrize(("name", "period"), SILENT)
def test_nothing_is_found_where_nothing_is(case, name: str, period: str) -> None:  # type: ignore[no-untyped-def]
    found = case(name)
    assert found.taken
    said = found.said(period)
    right = SILENT[name, period]
    assert said["sales"]["observed"] == (right if right is None else pytest.approx(right, abs=0.005))
    assert [f["cause"] for f in said["findings"]] == []
    assert said["verdict"]["state"] in ("fine", "little_data")


def test_days_of_zeros_are_no_fall(case) -> None:  # type: ignore[no-untyped-def]
    said = case("all-zeros").said(OCTOBER)
    assert ([f["cause"] for f in said["findings"]], said["verdict"]["state"]) == ([], "little_data")


def test_without_earlier_days_nothing_is_compared(case) -> None:  # type: ignore[no-untyped-def]
    said = case("baseline-missing").said(OCTOBER)
    assert (said["baseline"], said["sales"]["expected"], len(said["findings"])) == (None, None, 0)
    assert "no days before to compare with" in said["verdict"]["says"]["en"]


def test_two_closed_days_are_watched(case) -> None:  # type: ignore[no-untyped-def]
    said = case("closed-two-days").said(OCTOBER)
    assert [f["state"] for f in said["findings"]] == ["watch"]


def test_titles_of_any_script_are_kept(case) -> None:  # type: ignore[no-untyped-def]
    found = case("unicode-titles")
    assert found.taken
    written = pd.read_csv(found.files[1])["title"].str.replace(UNSEEN, "", regex=True)
    assert list(found.shop.table("products")["title"]) == list(written)
    said = found.said(OCTOBER)
    assert [f["cause"] for f in said["findings"]] == ["data.inconsistent"]
    assert said["findings"][0]["subject"]["table"] == "product_daily"
