"""The made tables agree with each other as a platform's own exports do."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sizhen.simulate import Fault, Made, Plan, simulate
from sizhen.vocab import load

END = date(2026, 10, 31)
PLANS = {
    "zh": Plan(
        seed=5,
        days=60,
        visitors_per_day=1500,
        products=20,
        promotions=((date(2026, 9, 20), date(2026, 9, 22), 1.5),),
        faults=(Fault("stock.sold_out", date(2026, 10, 20)), Fault("page.bounce", date(2026, 10, 22), "small")),
    ),
    "en": Plan(seed=6, days=45, visitors_per_day=400, products=9, language="en", platform="shopify", category="tea"),
}


@pytest.fixture(scope="module", params=PLANS)
def made(request: pytest.FixtureRequest) -> Made:
    return simulate(PLANS[request.param])


def _cents(amounts: pd.Series) -> pd.Series:
    return (amounts * 100).round().astype("int64")


def _by_day(frame: pd.DataFrame, column: str, day: str = "date") -> pd.Series:
    return _cents(frame[column]).groupby(pd.to_datetime(frame[day]).dt.normalize()).sum()


def test_every_table_is_made(made: Made) -> None:
    assert set(made.tables) == set(load().tables)


def test_money_agrees_to_the_cent(made: Made) -> None:
    shop = _by_day(made.tables["shop_daily"], "paid_amount")
    for table in ("product_daily", "traffic_daily"):
        assert _by_day(made.tables[table], "paid_amount").equals(shop), table
    orders = made.tables["orders"]
    paid = _by_day(orders[orders["paid_at"].notna()], "paid_amount", "paid_at")
    assert paid.reindex(shop.index, fill_value=0).equals(shop)
    asked = _by_day(orders, "amount", "created_at").reindex(shop.index, fill_value=0)
    assert asked.equals(_by_day(made.tables["shop_daily"], "order_amount"))


def test_orders_count_as_the_shop_counts(made: Made) -> None:
    orders = made.tables["orders"].dropna(subset=["paid_at"])
    days = orders.groupby(orders["paid_at"].dt.normalize())
    shop = made.tables["shop_daily"].set_index("date")
    assert days["order_id"].nunique().eq(shop["paid_orders"]).all()
    assert days["buyer_id"].nunique().eq(shop["paid_buyers"]).all()
    assert days["units"].sum().eq(shop["paid_units"]).all()
    assert (orders["paid_at"] >= orders["created_at"]).all()
    assert (orders["sent_at"].isna() | (orders["sent_at"] > orders["paid_at"])).all()


def test_people_overlap_between_channels_a_bit(made: Made) -> None:
    shop = made.tables["shop_daily"].set_index("date")["visitors"]
    channels = made.tables["traffic_daily"].groupby("date")["visitors"].sum()
    ratio = channels / shop
    assert ratio.min() >= 1
    assert 1.02 < ratio.mean() < 1.1
    assert set(made.tables["traffic_daily"]["device"]) == {"mobile", "desktop"}


def test_refunds_belong_to_orders_and_days(made: Made) -> None:
    refunds, orders = made.tables["refunds"], made.tables["orders"].set_index("order_id")
    assert set(refunds["order_id"]) <= set(orders.index)
    wait = (refunds["refunded_on"] - refunds["paid_on"]).dt.days
    assert wait.min() >= 0
    assert 4 < wait.mean() < 8
    shop = _by_day(made.tables["shop_daily"], "refund_amount")
    assert _by_day(refunds, "amount", "refunded_on").reindex(shop.index, fill_value=0).equals(shop)
    assert _by_day(made.tables["product_daily"], "refund_amount").equals(shop)
    per_order = refunds.groupby("order_id")["amount"].sum()
    assert np.allclose(orders.loc[per_order.index, "refund_amount"], per_order)
    assert (orders["refund_amount"] <= orders["amount"] + 1e-9).all()


def test_advertising_cost_is_the_channels_cost(made: Made) -> None:
    kinds = {"search": "paid_search", "display": "paid_display", "affiliate": "paid_affiliate"}
    ads = made.tables["ads_daily"]
    traffic = made.tables["traffic_daily"]
    spent = _cents(ads["cost"]).groupby([ads["date"], ads["kind"].map(kinds).fillna("paid_other")]).sum()
    cost = _cents(traffic["cost"]).groupby([traffic["date"], traffic["channel"]]).sum()
    assert cost[cost > 0].equals(spent[spent > 0].rename_axis(cost.index.names).rename("cost"))
    assert (ads["clicks"] <= ads["impressions"]).all()


def test_stock_moves_with_sales(made: Made) -> None:
    stock = made.tables["stock_daily"].set_index(["product_id", "sku", "date"])["on_hand"].sort_index()
    assert (stock >= 0).all()
    fallen = -stock.groupby(level=["product_id", "sku"]).diff()
    fallen = fallen[fallen > 0].groupby(level=["product_id", "date"]).sum()
    sold = made.tables["product_daily"].set_index(["product_id", "date"])["order_units"]
    assert (fallen <= sold.loc[fallen.index]).all()


def test_no_part_exceeds_its_whole(made: Made) -> None:
    shop, service = made.tables["shop_daily"], made.tables["service_daily"]
    for part in ("bounced_visitors", "product_visitors", "new_visitors", "cart_buyers", "order_buyers"):
        assert (shop[part] <= shop["visitors"]).all(), part
    assert (shop["paid_buyers"] <= shop["order_buyers"]).all()
    inquiries = service.groupby("date")["inquiry_buyers"].sum()
    assert (inquiries <= shop.set_index("date")["visitors"]).all()
    assert (service["inquiry_paid_buyers"] <= service["inquiry_order_buyers"]).all()
    assert (service["inquiry_order_buyers"] <= service["inquiry_buyers"]).all()
    for table in ("traffic_daily", "product_daily"):
        frame = made.tables[table]
        assert (frame["bounced_visitors"] <= frame["visitors"]).all()
        assert (frame["paid_buyers"] <= frame["visitors"]).all()
        assert (frame["page_views"] >= frame["visitors"]).all()


def test_reviews_come_after_the_goods(made: Made) -> None:
    reviews = made.tables["reviews"]
    assert reviews["reviewed_at"].min() >= made.tables["orders"]["paid_at"].min() + pd.Timedelta(days=2)
    assert reviews["rating"].dropna().between(1, 5).all()
    later = reviews.dropna(subset=["follow_up_at"])
    assert len(later)
    assert (later["follow_up_at"] > later["reviewed_at"]).all()
    assert (later["follow_up_text"] != "").all()
    assert reviews["buyer"].str.fullmatch(r".\*\*\*.").all()


def test_peers_share_the_market(made: Made) -> None:
    assert sorted(made.tables["peers"]["kind"]) == ["leader"] * 2 + ["similar"] * 3 + ["tier_average", "tier_top"]
    tier = made.tables["peers_daily"].query("peer_id == 'peer-06'").set_index("date")["visitors"]
    shop = made.tables["shop_daily"].set_index("date")["visitors"]
    assert np.corrcoef(np.log(tier), np.log(shop))[0, 1] > 0.4
    own = set(made.tables["products"]["product_id"]) | {""}
    assert set(made.tables["peer_products_daily"]["product_id"]) <= own
    assert set(made.tables["lost_buyers_daily"]["product_id"]) <= own
