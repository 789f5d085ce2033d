"""Real files that nobody here wrote, from import to report. They are not part of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.diagnosis import open_case
from sizhen.intake import import_files
from sizhen.tables import Period, Shop

WEEK = "2026-09-08..2026-09-14"

IN_FEBRUARY = 1_902_487.15 - 298.00  # one order of 298.00 was placed on the 29th and paid on 1 March


def report_of(tmp: Path, file: Path, shop: str, period: str) -> tuple[str, dict]:
    """(text of the report, findings document) of a shop made from one file, or all of a folder, in one call."""
    run = CliRunner()
    imported = run.invoke(app, ["import", str(file), "--shop", shop, "--data", str(tmp / "data")])
    assert imported.exit_code == 0, imported.output
    args = ["--data", str(tmp / "data"), "--period", period, "--reports", str(tmp / "reports"), "--jobs", "1"]
    done = run.invoke(app, ["run", shop, *args])
    assert done.exit_code == 0, done.output
    folder = tmp / "reports" / period / shop
    page = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    return page.get_text(" "), json.loads((folder / "findings.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tmall(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    file = shared_data / "real" / "tmall_order_report.csv"
    return report_of(tmp_path_factory.mktemp("tmall"), file, "tmall", "2020-02")


@pytest.mark.slow
def test_the_order_report_states_its_orders(tmall: tuple[str, dict]) -> None:
    text, document = tmall
    for figure in ("28,010", "24,087", "18,955", "1,902,487.15", "572,335.92"):
        assert figure in text, figure
    assert document["sales"]["observed"] == pytest.approx(IN_FEBRUARY, abs=0.005)


@pytest.mark.slow
def test_the_order_report_names_lost_days_and_the_collapse(tmall: tuple[str, dict]) -> None:
    text, document = tmall
    assert document["data"]["missing_days"] == ["2020-02-08", "2020-02-16"]
    assert re.search(r"2月8日.{0,3}2月16日", text)
    assert re.search(r"2月10日至2月15日", text)
    assert {f["cause"] for f in document["findings"]} == {"data.missing_days", "unexplained.paid_amount"}


@pytest.mark.slow
def test_the_order_report_compares_nothing_with_what_it_does_not_have(tmall: tuple[str, dict]) -> None:
    _, document = tmall
    assert document["baseline"] is None
    assert document["sales"]["expected"] is None
    assert document["split"] == []
    unknown = {n["rule"] for n in document["not_concluded"]}
    assert {"look.channel-change", "look.bounce", "look.depth", "check.funnel", "check.product-conversion"} <= unknown


@pytest.mark.slow
def test_reviews_alone_make_a_report(shared_data: Path, tmp_path: Path) -> None:
    text, document = report_of(tmp_path, shared_data / "real" / "jd_comment_data.csv", "jd", "2022-08")
    assert "13,576" in text
    assert "2,699" in text
    assert "系统默认评价" in text
    assert document["sales"]["observed"] is None
    assert all(f["cause"].startswith("review.") for f in document["findings"])


@pytest.mark.slow
def test_all_real_files_are_one_shop(shared_data: Path, tmp_path: Path) -> None:
    (exports := tmp_path / "exports").mkdir()
    for path in (shared_data / "real").glob("*.csv"):
        (exports / path.name).symlink_to(path)
    text, document = report_of(tmp_path, exports, "demo", "2020-02")
    assert document["sales"]["observed"] == pytest.approx(IN_FEBRUARY, abs=0.005)
    assert document["data"]["tables"]["reviews"]["rows"] > 30_000
    told = " ".join(text.split())
    broken = "jd_phone_reviews_broken.csv"
    assert f"{broken} 读入行数 1,885 {broken} 采用行数 1,092 {broken} 字符已损坏 12 {broken} 整行重复 28" in told


@pytest.mark.slow
def test_all_made_up_exports_in_yuan_are_one_shop(shared_data: Path, tmp_path: Path) -> None:
    (exports := tmp_path / "exports").mkdir()
    (dollars,) = (shared_data / "exports" / "made_up").glob("shopify_orders_*.csv")
    for path in {*dollars.parent.iterdir()} - {dollars}:
        (exports / path.name).symlink_to(path)
    _, document = report_of(tmp_path, exports, "demo", WEEK)
    tables = document["data"]["tables"].keys()
    assert {"product_daily", "products", "traffic_daily", "ads_daily"} <= tables
    (refused,) = import_files([dollars], shop_id="demo", data_dir=tmp_path / "data")
    assert "is in USD, but demo counts in CNY (row 2, column currency)" in str(refused.error)
    (taken,) = import_files([dollars], shop_id="dollars", data_dir=tmp_path / "data")
    assert (taken.error, taken.table) == (None, "orders")
    sold = open_case(Shop.open(tmp_path / "data", "dollars"), Period.parse(WEEK)).document()["sales"]
    assert sold["observed"] > 0
