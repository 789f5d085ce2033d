"""Look: the numbers of each frame, worked out by hand on a few rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import small_shop
from sizhen.exam import look
from sizhen.exam.look_stock import demand_shares
from sizhen.exam.needs import unknown
from sizhen.tables import Period, Shop
from small_shop import in_memory

WEEK = Period.parse("2026-10-26..2026-11-01")
BEFORE, NOW = "2026-10-20", "2026-10-27"
PROFILE = 'shop_id = "small"\nname = "小店"\nplatform = "tmall"\ngross_margin = 0.5\n'


def shop_of(folder: Path, **tables: list[dict[str, object]]) -> Shop:
    """A shop with just these rows."""
    (folder / "small").mkdir()
    (folder / "small" / "shop.toml").write_text(PROFILE, encoding="utf-8")
    return in_memory(folder / "small", tables)


def source(date: str, channel: str, device: str = "mobile", **figures: float) -> dict[str, object]:
    return {"date": date, "channel": channel, "device": device, **figures}


@pytest.fixture
def traffic(tmp_path: Path) -> Shop:
    rows = [
        source(BEFORE, "search", visitors=100, page_views=250, bounced_visitors=40, paid_buyers=5, paid_amount=500),
        source(BEFORE, "paid_search", visitors=100, paid_buyers=2, paid_amount=200, cost=50),
        source(NOW, "search", visitors=60, page_views=180, bounced_visitors=30, paid_buyers=3, paid_amount=330),
        source(
            NOW, "search", "desktop", visitors=20, page_views=60, bounced_visitors=10, paid_buyers=1, paid_amount=70
        ),
        source(NOW, "paid_search", visitors=120, paid_buyers=3, paid_amount=240, cost=90),
    ]
    return shop_of(tmp_path, traffic_daily=rows)


def test_sources_stand_beside_before(traffic: Shop) -> None:
    sources = look.traffic_sources(traffic, WEEK).set_index("channel")
    assert list(sources.index) == ["paid_search", "search"]
    search, paid = sources.loc["search"], sources.loc["paid_search"]
    assert (search.group, paid.group) == ("free", "paid")
    assert (search.visitor_days, search.visitor_days_before) == (80, 100)
    assert search.visitor_days_change == pytest.approx(-0.2)
    assert search.visitor_days_share == pytest.approx(0.4)
    assert search.conversion == pytest.approx(4 / 80)
    assert search.visitor_value == pytest.approx(5.0)
    assert paid.visitor_cost == pytest.approx(0.75)
    assert np.isnan(search.cost)


def test_before_is_per_day_with_data(tmp_path: Path) -> None:
    rows = [
        source(d, "search", visitors=v) for d, v in (("2026-10-19", 10), (BEFORE, 30), (NOW, 30), ("2026-10-28", 50))
    ]
    before = look.traffic_sources(shop_of(tmp_path, traffic_daily=[*rows, source("2026-10-29", "owned")]), WEEK)
    assert before.set_index("channel").loc["search", "visitor_days_before"] == pytest.approx(20 * 3)


def test_all_devices_are_not_counted_twice(tmp_path: Path) -> None:
    rows = [source(NOW, "search", device, visitors=v) for device, v in (("all", 90), ("mobile", 60), ("desktop", 40))]
    shop = shop_of(tmp_path, traffic_daily=[*rows, source(NOW, "owned", visitors=10)])
    assert look.traffic_sources(shop, WEEK)["visitor_days"].tolist() == [90, 10]
    assert look.traffic_devices(shop, WEEK).set_index("device")["visitor_days"].to_dict() == {
        "mobile": 70,
        "desktop": 40,
    }


def test_groups_add_their_channels(traffic: Shop) -> None:
    groups = look.traffic_groups(traffic, WEEK).set_index("group")
    assert groups.loc["paid", "visitor_days_share"] == pytest.approx(0.6)
    assert groups.loc["paid", "visitor_days_share_before"] == pytest.approx(0.5)


def test_page_health_by_device(traffic: Shop) -> None:
    health = look.channel_health(traffic, WEEK).set_index("channel")
    assert health.loc["search", "bounce_rate.visitor"] == pytest.approx(0.5)
    assert health.loc["search", "depth.visitor"] == pytest.approx(3.0)
    assert np.isnan(health.loc["paid_search", "bounce_rate.visitor"])


def test_days_show_gaps_and_occasions(tmp_path: Path) -> None:
    rows = [{"date": d, "visitors": 10, "paid_amount": 5.0} for d in (BEFORE, NOW)]
    line = look.day_line(shop_of(tmp_path, shop_daily=rows), WEEK).set_index("date")
    assert len(line) == 28 + 7
    assert line["visitors"].count() == 2
    assert (line.loc["2026-10-01", "occasion"], line.loc["2026-10-31", "occasion"]) == ("national_day", "double_11")
    assert line["in_period"].sum() == 7


def product(date: str, id: str, **figures: float) -> dict[str, object]:
    return {"date": date, "product_id": id, **figures}


@pytest.fixture
def products(tmp_path: Path) -> Shop:
    rows = [
        product(BEFORE, "a", visitors=100, paid_buyers=10, paid_amount=1000, price=100),
        product(NOW, "a", visitors=100, paid_buyers=6, paid_amount=660, price=110),
        product(NOW, "b", visitors=50, paid_buyers=3, paid_amount=300, price=160),
        product(NOW, "c", visitors=10, paid_buyers=1, paid_amount=40, price=40),
    ]
    known = [
        {"product_id": "a", "title": "衬衫", "role": "popular"},
        {"product_id": "b", "title": "长裤", "role": "profit"},
    ]
    return shop_of(tmp_path, product_daily=rows, products=known)


def test_leading_products(products: Shop) -> None:
    leading = look.leading_products(products, WEEK)
    assert leading["title"].tolist() == ["衬衫", "长裤", "c"]
    assert leading["paid_amount_share"].tolist() == pytest.approx([0.66, 0.3, 0.04])
    assert leading["cumulative_share"].tolist() == pytest.approx([0.66, 0.96, 1.0])
    assert leading["paid_amount_change"].iloc[0] == pytest.approx(-0.34)
    assert np.isnan(leading["paid_amount_change"].iloc[1])


def test_roles_leave_out_unlisted_products(products: Shop) -> None:
    roles = look.roles(products, WEEK).set_index("role")
    assert roles["product_count"].to_dict() == {"popular": 1, "profit": 1, "image": 0, "regular": 0, "trial": 0}
    assert roles.loc["popular", "paid_amount_share"] == pytest.approx(660 / 960)


def test_price_bands(products: Shop) -> None:
    bands = look.price_bands(products, WEEK)
    assert list(zip(bands["price_from"], bands["price_to"], strict=True)) == [(40, 50), (100, 120), (150, 200)]
    assert bands["paid_amount_share"].tolist() == pytest.approx([0.04, 0.66, 0.3])


def test_prices_that_changed(products: Shop) -> None:
    prices = look.prices(products, WEEK)
    assert prices["product_id"].tolist() == ["a"]
    assert prices["price_change"].iloc[0] == pytest.approx(0.1)


def on_hand(date: str, sku: str, units: int, id: str = "a") -> dict[str, object]:
    return {"date": date, "product_id": id, "sku": sku, "on_hand": units}


def test_stock_weighs_sizes_by_what_they_sold(tmp_path: Path) -> None:
    rows = [on_hand("2026-10-20", "M", 10), on_hand("2026-10-21", "M", 4), on_hand("2026-10-20", "L", 10)]
    rows += [on_hand("2026-10-21", "L", 8), on_hand(NOW, "M", 0), on_hand(NOW, "L", 8)]
    ads = [{"date": NOW, "kind": "search", "plan": "p", "keyword": "k", "product_id": "a", "cost": 30.0}]
    row = look.stock(shop_of(tmp_path, stock_daily=rows, ads_daily=ads), WEEK).iloc[0]
    assert row.in_stock_share == pytest.approx(2 / 8)
    assert row.in_stock_share_before == pytest.approx(1.0)
    assert (row.skus, row.broken_skus, row.days_short, row.cost_while_short) == (2, 1, 1, 30)


def test_demand_of_stock_that_never_moved() -> None:
    stock = pd.DataFrame([on_hand(BEFORE, "M", 6), on_hand(BEFORE, "L", 2), on_hand(BEFORE, "S", 0, "b")])
    shares = demand_shares(stock.assign(date=pd.to_datetime(stock["date"])), WEEK.baseline)
    assert shares.to_dict() == {("a", "L"): 0.25, ("a", "M"): 0.75, ("b", "S"): 1.0}


def test_break_even_click_cost(tmp_path: Path) -> None:
    spent = {"impressions": 1000, "clicks": 50, "cost": 100.0, "paid_orders": 2, "paid_amount": 180.0}
    row = {"date": NOW, "kind": "search", "plan": "p", "keyword": "k", "product_id": "", **spent}
    plan = look.ads(shop_of(tmp_path, ads_daily=[row]), WEEK).iloc[0]
    assert (plan.click_through, plan.click_cost, plan.return_on_spend) == pytest.approx((0.05, 2.0, 1.8))
    assert plan.click_conversion * plan.order_value * 0.5 == pytest.approx(plan.break_even_click_cost) == 1.8


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, orders=[{"order_id": "1", "paid_at": f"{NOW} 10:00:00", "paid_amount": 5.0}])
    assert look.ads(shop, WEEK).attrs["needs"] == ["ads_daily"]
    assert look.roles(shop, WEEK).attrs["needs"] == ["products"]
    assert look.page_health(shop, WEEK).attrs["needs"] == ["visitors"]
    assert look.day_line(shop, WEEK)["paid_amount"].sum() == 5.0
    assert unknown().attrs["needs"] == []


@pytest.mark.parametrize("name", look.__all__)
def test_a_period_without_rows_is_empty(name: str, tmp_path: Path) -> None:
    rows = {
        "shop_daily": [{"date": BEFORE, "visitors": 1}],
        "traffic_daily": [source(BEFORE, "search", visitors=1)],
        "product_daily": [product(BEFORE, "a", visitors=1)],
        "products": [{"product_id": "a", "role": "profit"}],
        "stock_daily": [on_hand(BEFORE, "M", 1)],
        "ads_daily": [{"date": BEFORE, "kind": "search", "plan": "p", "keyword": "k", "clicks": 1}],
        "keywords_daily": [{"date": BEFORE, "keyword": "k", "visitors": 1}],
        "orders": [{"order_id": "1", "paid_at": f"{BEFORE} 10:00:00", "paid_amount": 5.0}],
        "peers_daily": [{"date": BEFORE, "peer_id": "x", "new_products": 1}],
    }
    frame = getattr(look, name)(shop_of(tmp_path, **rows), WEEK)
    assert len(frame) == 0
    assert frame.attrs["needs"] == []


@pytest.mark.parametrize(
    ("currency", "kept"),
    [("CNY", {"mid_autumn", "national_day", "double_11"}), ("USD", {"labor_day"}), ("JPY", set[str]())],
)
def test_a_shop_keeps_the_days_of_its_market(currency: str, kept: set[str], tmp_path: Path) -> None:
    daily = pd.DataFrame({"date": pd.date_range("2026-09-01", "2026-10-31"), "visitors": 9})
    profile = f'shop_id = "small"\nname = "Shop"\nplatform = "shopify"\ncurrency = "{currency}"\n'
    line = look.day_line(small_shop.shop_of(tmp_path, profile, shop_daily=daily), Period.parse("2026-10"))
    assert set(line["occasion"]) - {""} == kept
