"""Look: the numbers that rules watch, read off the frames that show them, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sizhen.exam import look
from sizhen.exam.figures import UNKNOWN, Figure, read
from small_shop import BEFORE, NOW, WEEK, shop_of


def test_visitors_of_sources_count_in_each_channel(tmp_path: Path) -> None:
    rows = [{"date": NOW, "channel": c, "device": "all", "visitors": v} for c, v in (("search", 70), ("owned", 40))]
    sources = look.traffic_sources(shop_of(tmp_path, traffic_daily=rows), WEEK)
    assert read("look.traffic_sources:visitors", sources) == Figure(110, 110)


def test_the_pages_of_the_whole_shop_rest_on_the_days_that_tell_them(tmp_path: Path) -> None:
    days = [{"date": NOW, "visitors": 100, "bounced_visitors": 40}, {"date": "2026-10-28", "visitors": 300}]
    mobile = {"date": NOW, "channel": "search", "device": "mobile", "visitors": 90, "bounced_visitors": 10}
    pages = look.page_health(shop_of(tmp_path, shop_daily=days, traffic_daily=[mobile]), WEEK)
    assert pages["visitor_days"].tolist() == [400, 90]
    assert read("look.page_health:bounce_rate", pages) == Figure(0.4, 100)
    assert read("look.page_health:depth", pages) == UNKNOWN
    assert read("look.page_health:bounce_rate", pages[pages["device"] == "mobile"]) == UNKNOWN


def test_the_leading_product_beside_the_shop(tmp_path: Path) -> None:
    daily = [{"date": NOW, "visitors": 500, "paid_amount": 900.0, "paid_buyers": 6}]
    sold = {"a": (600.0, 5), "b": (300.0, 3)}
    rows = [
        {"date": NOW, "product_id": p, "paid_amount": a, "paid_buyers": b, "paid_units": 2 * b}
        for p, (a, b) in sold.items()
    ]
    shop = shop_of(tmp_path, shop_daily=daily, product_daily=rows, products=[{"product_id": "a", "title": "风衣"}])
    basket = look.leading_basket(shop, WEEK)
    assert basket["title"].tolist() == ["风衣", "小店"]
    assert basket["average_order_value"].tolist() == [120, 150]
    assert read("look.leading_basket:shop_to_leading", basket) == Figure(1.25, 6)
    assert read("look.leading_products:first_share", look.leading_products(shop, WEEK)) == Figure(2 / 3, 16)


def test_a_best_seller_falls_where_it_sells_a_fifth_less_beyond_chance() -> None:
    """a to e lead now or led before; a fell, b too little, c may be chance, d is new, e rose; f leads nothing."""
    now, before = [400, 900, 8, 500, 700, 5], [800, 1000, 16, np.nan, 600, 10]
    leading = pd.DataFrame({"paid_amount": now, "paid_amount_before": before}, index=list("abcdef"), dtype="float64")
    leading = leading.assign(paid_units=leading["paid_amount"], paid_units_before=leading["paid_amount_before"])
    leading["paid_amount_change"] = leading["paid_amount"] / leading["paid_amount_before"] - 1
    assert read("look.leading_products:falling", leading) == Figure(1, 4)
    assert read("look.leading_products:falling", leading.loc[["d"]]) == UNKNOWN


def test_a_leading_product_without_buyers_is_compared_with_nothing(tmp_path: Path) -> None:
    rows = [{"date": NOW, "product_id": "a", "paid_amount": 600.0}]
    shop = shop_of(tmp_path, shop_daily=[{"date": NOW, "paid_amount": 9.0, "paid_buyers": 1}], product_daily=rows)
    assert read("look.leading_basket:shop_to_leading", look.leading_basket(shop, WEEK)) == UNKNOWN
    unsold = shop_of(tmp_path, shop_daily=[{"date": NOW}], product_daily=[rows[0] | {"paid_amount": 0.0}])
    assert look.leading_basket(unsold, WEEK).empty


def on_hand(day: str, id: str, units: int) -> dict[str, object]:
    return {"date": day, "product_id": id, "sku": "M", "on_hand": units}


def test_the_shop_is_in_stock_as_far_as_what_is_wanted_is(tmp_path: Path) -> None:
    """a leaves three times as fast as b, and is out on one of two days."""
    levels = {"a": [60, 30, 30, 0], "b": [20, 10, 9, 9]}
    days = ["2026-10-20", "2026-10-21", NOW, "2026-10-28"]
    rows = [on_hand(d, p, n) for p, all_days in levels.items() for d, n in zip(days, all_days, strict=True)]
    stock = look.stock(shop_of(tmp_path, stock_daily=rows), WEEK)
    assert stock.set_index("product_id")["daily_demand"].to_dict() == {"a": 15, "b": 5}
    assert read("look.stock:in_stock_share", stock) == Figure((0.5 * 15 + 1 * 5) / 20, 2)
    still = look.stock(shop_of(tmp_path, stock_daily=[on_hand(NOW, "a", 0), on_hand(NOW, "b", 7)]), WEEK)
    assert read("look.stock:in_stock_share", still) == Figure(0.5, 2)


def test_advertising_of_all_plans_together(tmp_path: Path) -> None:
    row = {"date": NOW, "kind": "search", "keyword": "", "product_id": ""}
    plans = [
        row | {"plan": "p", "impressions": 1000, "clicks": 50, "cost": 100.0, "paid_orders": 5, "paid_amount": 250.0},
        row | {"plan": "q", "impressions": 3000, "clicks": 30, "cost": 100.0, "paid_orders": 1, "paid_amount": 50.0},
        row | {"plan": "r", "cost": 70.0},
    ]
    ads = look.ads(shop_of(tmp_path, ads_daily=plans), WEEK)
    assert read("look.ads:above_break_even", ads) == Figure(1, 2), "p earns 2.50 a click and pays 2"
    unpriced = look.ads(shop_of(tmp_path, gross_margin=None, ads_daily=plans), WEEK)
    assert read("look.ads:above_break_even", unpriced) == UNKNOWN
    assert read("look.ads:click_through", ads) == Figure(0.02, 4000)


def test_search_words_beside_as_many_days_before(tmp_path: Path) -> None:
    rows = [{"date": d, "keyword": k, "visitors": v} for d, k, v in ((NOW, "麻", 60), (NOW, "棉", 20))]
    before = [{"date": d, "keyword": "麻", "visitors": 100} for d in (BEFORE, "2026-10-21")]
    words = look.search_words(shop_of(tmp_path, keywords_daily=[*rows, *before]), WEEK)
    assert read("look.search_words:now_to_before", words) == Figure(0.8, 80)
    alone = look.search_words(shop_of(tmp_path, keywords_daily=rows), WEEK)
    assert read("look.search_words:now_to_before", alone) == UNKNOWN


def test_decline_is_a_share_of_all_sales() -> None:
    life = pd.DataFrame(
        {"stage": ["decline", "peak", ""], "paid_amount": [30.0, 50.0, 20.0], "paid_buyers": [3.0, 4.0, 9.0]}
    )
    assert read("look.lifecycle:decline_share", life) == Figure(0.3, 7)
    assert read("look.lifecycle:decline_share", life.assign(stage="")) == UNKNOWN


def test_new_products_of_sixty_days_beside_a_peer(tmp_path: Path) -> None:
    known = [{"product_id": p, "listed_on": d} for p, d in (("a", "2026-09-03"), ("b", NOW), ("c", "2026-09-02"))]
    theirs = [{"date": NOW, "peer_id": "x", "new_products": 1}]
    pace = look.new_product_pace(shop_of(tmp_path, products=known, peers_daily=theirs), WEEK)
    assert pace.iloc[0].to_dict() == {"days": 60, "own_new_products": 2, "peer_new_products": 60, "peer_count": 1}
    assert read("look.new_product_pace:own_to_peer", pace) == Figure(1 / 30, 2)
    few = pace.assign(peer_new_products=0.2)
    assert read("look.new_product_pace:own_to_peer", few) == Figure(2, 2)
    assert read("look.new_product_pace:own_to_peer", pace.assign(peer_new_products=np.nan)) == UNKNOWN


def test_orders_gather_where_they_are_counted(tmp_path: Path) -> None:
    amounts = [120.0, 125.0, 90.0, 95.0, 70.0]
    orders = [{"order_id": str(n), "paid_at": f"{NOW} 10:00:00", "paid_amount": a} for n, a in enumerate(amounts)]
    sizes = look.order_sizes(shop_of(tmp_path, orders=orders), WEEK)
    assert sizes["paid_orders"].tolist() == [0, 0, 1, 2, 2, 0, 0, 0]
    assert sizes["amount_from"].tolist()[:2] == [0, 50]
    assert np.isnan(sizes["times_to"].iloc[-1])
    assert read("look.order_sizes:near_threshold", sizes) == Figure(0.4, 5)


def test_discounts_weigh_by_what_was_sold() -> None:
    room = pd.DataFrame(
        {"price_to_list": [0.5, 0.9, 0.7], "paid_amount": [10.0, 60.0, 40.0], "paid_units": [1.0, 2.0, 3.0]}
    )
    assert read("look.discount_room:price_to_list", room) == Figure(0.9, 6)
    assert read("look.discount_room:price_to_list", room[room["price_to_list"] < 0.9]) == Figure(0.7, 4)
    assert read("look.discount_room:price_to_list", room.assign(paid_amount=0.0)) == UNKNOWN


def test_roles_off_their_reference_are_half_the_distances(tmp_path: Path) -> None:
    known = [{"product_id": str(n), "role": r} for n, r in enumerate(["popular", "profit", "popular", ""])]
    roles = look.roles(shop_of(tmp_path, products=known), WEEK)
    found = read("look.roles:gap", roles)
    assert found.value == pytest.approx((0.10 + abs(1 / 3 - 0.25) + 0.35 + abs(2 / 3 - 0.20) + 0.10) / 2)
    assert found.n == 3
