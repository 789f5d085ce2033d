"""What became of every cause: each once, found, looked for, or not to be seen without what is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.diagnosis.causes import BY_CAUSE
from sizhen.diagnosis.chart import open_chart
from sizhen.diagnosis.claim import Patient
from sizhen.diagnosis.rules import missing
from sizhen.diagnosis.sales import Sales, measure_sales
from sizhen.document import Considered, Document
from sizhen.tables import Period, Shop
from sizhen.vocab import load
from small_shop import shop_of

pytestmark = pytest.mark.slow

MONTH = Period.parse("2026-10")


@pytest.fixture(scope="module")
def ill(sample_dir: Path) -> Document:
    return open_case(Shop.open(sample_dir, "linen-house"), MONTH).document()


@pytest.fixture(scope="module")
def orders(sample_dir: Path) -> Document:
    return open_case(Shop.open(sample_dir, "orders-only"), MONTH).document()


def by_cause(document: Document) -> dict[str, Considered]:
    return {c.cause: c for c in document.considered}


def test_every_cause_is_told_once(ill: Document, orders: Document) -> None:
    for document in (ill, orders):
        assert [c.cause for c in document.considered] == list(load().causes)
        assert all((c.verdict == "untestable") == bool(c.needs) for c in document.considered)
        assert all("—" not in c.says.zh + c.says.en and "{" not in c.says.zh for c in document.considered)


def test_what_is_told_to_act_on_or_watch_was_retained_unless_its_effect_is_in_doubt(ill: Document) -> None:
    told = {f.cause for f in ill.findings if f.state in ("act", "watch") and f.level != "D"}
    assert {c.cause for c in ill.considered if c.verdict == "retained"} == told
    assert {"stock.sold_out", "ads.click_cost", "service.slow", "review.size", "peer.price_cut"} <= told
    campaign = by_cause(ill)["peer.promotion"]
    assert campaign.verdict == "inconclusive" and campaign.says.zh.endswith("有，没看出影响")


def test_a_figure_is_of_the_cause_and_has_its_limit(ill: Document) -> None:
    found = by_cause(ill)
    stock, bounce, search = found["stock.sold_out"], found["page.bounce"], found["traffic.search"]
    assert stock.figure == pytest.approx(0.9237, abs=1e-3) and stock.limit is None
    assert bounce.limit == load().rules["look.bounce"].limit.value  # type: ignore[union-attr]
    assert search.figure is None, "the rule's figure is of all channels"
    assert all(c.figure is not None for c in ill.considered if c.limit is not None)


def test_a_shop_of_orders_names_what_each_cause_needs(orders: Document) -> None:
    found = by_cause(orders)
    assert found["traffic.search"].needs == ("traffic_daily",)
    assert found["order.payment"].needs == ("shop_daily.order_buyers",)
    assert found["price.discount_leak"].needs == ("product_daily",)
    assert found["data.inconsistent"].needs == ("shop_daily",)
    assert found["traffic.search"].says.zh == "免费搜索下滑：没有流量来源日报，查不了"
    tested = {c.cause for c in orders.considered if not c.needs}
    reviews = {c for c in load().causes if c.startswith("review.")}
    assert tested == reviews | {
        *("data.missing_days", "calendar.shift", "basket.units", "customer.returning"),
        *("unexplained.average_order_value", "unexplained.paid_amount"),
    }


def test_nothing_is_tested_without_days_to_compare_with(sample_dir: Path) -> None:
    document = open_case(Shop.open(sample_dir, "tea-corner"), Period.parse("2026-07-04..2026-07-10")).document()
    found = by_cause(document)
    assert document.baseline is None
    assert found["traffic.search"].needs == ("baseline",)
    assert found["traffic.search"].says.en == "free search fell: cannot be seen without earlier days"
    assert {c.cause for c in document.considered if not c.needs} == {
        c.id for c in load().causes.values() if c.may_act == "always"
    }


TOLD = ("stock.sold_out", "ads.click_cost", "service.slow", "review.size", "peer.price_cut")
NEEDS = [(cause, need) for cause in TOLD for need in load().causes[cause].needs]


@pytest.mark.parametrize(("cause", "need"), NEEDS)
def test_a_need_is_what_the_cause_is_not_claimed_without(
    cause: str, need: str, sample_dir: Path, tmp_path: Path, well: Sales
) -> None:
    """It is taken away from the shop in which the cause was planted."""
    assert cause in claimed(Shop.open(sample_dir, "linen-house"), cause, well)
    folder = Path(shutil.copytree(sample_dir / "linen-house", tmp_path / "linen-house"))
    shop, (table, _, column) = Shop.open(tmp_path, "linen-house"), need.partition(".")
    if column:
        frame = shop.table(table).copy()
        frame[column] = frame[column].where(pd.Series(False, frame.index))
        shop = Shop(folder, shop.profile, {table: frame})
    else:
        (folder / f"{table}.parquet").unlink()
        shop = Shop.open(tmp_path, "linen-house")
    assert cause not in claimed(shop, cause, well)
    assert missing(open_chart(shop, MONTH), load().causes[cause].needs) == (need,)


def claimed(shop: Shop, cause: str, sales: Sales) -> set[str]:
    patient = Patient(open_chart(shop, MONTH), sales.split, sales.money, lambda *_: True)
    return {claim.cause for claim in BY_CAUSE[cause](patient)}


@pytest.fixture(scope="module")
def well(sample_dir: Path) -> Sales:
    return measure_sales(open_chart(Shop.open(sample_dir, "linen-house"), MONTH))


def test_a_column_without_a_value_in_the_period_is_lacking(tmp_path: Path) -> None:
    rows = [{"date": d, "visitors": 100, "cost": None} for d in pd.date_range("2026-10-01", "2026-10-31")]
    traffic = [r | {"channel": "search", "device": "all"} for r in rows]
    chart = open_chart(shop_of(tmp_path, traffic_daily=traffic), MONTH)
    assert missing(chart, load().causes["traffic.paid_budget"].needs) == ("traffic_daily.cost",)
    assert missing(chart, load().causes["traffic.search"].needs) == ()
