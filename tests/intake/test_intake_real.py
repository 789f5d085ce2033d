"""The shared real files, by the counts that were measured on them with other tools."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sizhen.intake import FileReport, import_files
from sizhen.tables import Shop


@pytest.fixture
def real(shared_data: Path, data_dir: Path):  # type: ignore[no-untyped-def]
    def run(name: str) -> tuple[FileReport, Shop | None]:
        (report,) = import_files([shared_data / "real" / name], shop_id="real", data_dir=data_dir)
        return report, None if report.error else Shop.open(data_dir, "real")

    return run


def test_tmall_orders(real) -> None:  # type: ignore[no-untyped-def]
    report, shop = real("tmall_order_report.csv")
    orders = shop.table("orders")
    assert (report.read, report.kept, report.rejected) == (28_010, 28_010, {})
    assert orders["paid_at"].notna().sum() == 24_087
    assert (orders["paid_amount"] > 0).sum() == 18_955
    assert orders["paid_amount"].sum() == pytest.approx(1_902_487.15, abs=0.005)
    assert orders["refund_amount"].sum() == pytest.approx(572_335.92, abs=0.005)
    assert orders["region"].nunique() == 31
    assert orders["region"].notna().all()


def test_jd_reviews(real) -> None:  # type: ignore[no-untyped-def]
    report, shop = real("jd_comment_data.csv")
    assert (report.read, report.rejected) == (13_576, {"exact_duplicate": 2_699, "repeated_key": 11})
    reviews = shop.table("reviews")
    assert report.kept == len(reviews) == 10_866
    assert reviews["text"].isna().sum() == report.notes["default_text"] == 1_392
    assert reviews["product_id"].nunique() == 24


def test_taobao_reviews(real) -> None:  # type: ignore[no-untyped-def]
    report, shop = real("taobao_reviews.csv")
    assert (report.read, report.kept) == (1_725, 1_660)
    assert report.rejected == {"exact_duplicate": 60, "repeated_heading": 5}
    assert report.notes["row_id_without_number"] == 660
    assert shop.table("reviews")["review_id"].nunique() == 1_660


def test_beauty_listings(real) -> None:  # type: ignore[no-untyped-def]
    report, shop = real("beauty_listings.csv")
    assert (report.read, report.kept, report.rejected) == (27_598, 27_512, {"exact_duplicate": 86})
    assert len(shop.table("peers")) == 22
    products = shop.table("peer_products_daily")
    assert products["units_sold"].min() == 0
    assert products.loc[products["date"] == "2016-11-05", "units_sold"].isna().all()
    prices = products.pivot(index="peer_product_id", columns="date", values="price")
    both = prices[[pd.Timestamp("2016-11-10"), pd.Timestamp("2016-11-11")]].dropna()
    assert len(both) == 2_249
    assert (both.iloc[:, 1] < both.iloc[:, 0]).sum() == 787
