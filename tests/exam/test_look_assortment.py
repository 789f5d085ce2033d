"""Look: concentration, roles, lives, prices, new products, worked out by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import figures, look
from sizhen.exam.look_products import first_count
from sizhen.tables import Period
from small_shop import shop_of

MONTH = Period.parse("2026-10")
WEEK = Period.parse("2026-10-26..2026-11-01")
BEFORE, NOW = "2026-10-20", "2026-10-27"


def product(date: str, id: str, **figures: float) -> dict[str, object]:
    return {"date": date, "product_id": id, **figures}


def test_the_first_products_and_their_share(tmp_path: Path) -> None:
    rows = [product(NOW, f"p{n:02}", paid_amount=a) for n, a in enumerate([50, 20] + [30 / 23] * 23)]
    rows += [product(BEFORE, f"p{n:02}", paid_amount=10) for n in range(10)]
    first = look.concentration(shop_of(tmp_path, product_daily=rows), WEEK)
    assert first["of_products"].tolist() == [0.01, 0.05, 0.20]
    assert first["product_count"].tolist() == [1, 2, 5]
    assert first["paid_amount_share"].tolist() == pytest.approx([0.5, 0.7, 0.7 + 3 * 0.3 / 23])
    assert first["paid_amount_share_before"].tolist() == pytest.approx([0.1, 0.1, 0.2])


def test_a_count_of_products_is_rounded_up() -> None:
    assert [first_count(0.2, n) for n in (1, 5, 6, 100)] == [1, 1, 2, 20]
    assert first_count(0.07, 100) == 7


def test_roles_stand_beside_their_reference(tmp_path: Path) -> None:
    rows = [product(NOW, p, paid_amount=a) for p, a in (("a", 60), ("b", 30), ("c", 10))]
    known = [{"product_id": "a", "role": "popular"}, {"product_id": "b", "role": "profit"}, {"product_id": "c"}]
    roles = look.roles(shop_of(tmp_path, product_daily=rows, products=known), WEEK)
    assert roles["role"].tolist()[:3] == ["popular", "profit", ""]
    assert roles["products_norm"].tolist()[:2] == [0.20, 0.25]
    assert roles["products_share"].tolist()[:2] == [0.5, 0.5]
    assert roles.loc[2, ["products_norm", "products_share"]].isna().all()
    assert roles["products_norm"].sum() == pytest.approx(1.0)


def test_a_role_without_products_stands_beside_its_reference(tmp_path: Path) -> None:
    known = [{"product_id": "a", "role": "popular"}]
    roles = look.roles(shop_of(tmp_path, products=known), WEEK).set_index("role")
    assert roles.loc["trial", ["product_count", "products_share", "products_norm"]].tolist() == [0.0, 0.0, 0.10]
    assert roles["paid_amount"].isna().all()
    untold = look.roles(shop_of(tmp_path, products=[{"product_id": "a"}]), WEEK)
    assert untold.attrs["needs"] == ["role"]


def test_a_suggested_role_names_its_reason(tmp_path: Path) -> None:
    figures = {
        "new": (100, 100, 100),
        "dear": (300, 50, 10),
        "crowd": (90, 900, 200),
        "rich": (110, 100, 100),
        "plain": (100, 100, 100),
        "told": (100, 100, 100),
        "other": (100, 100, 100),
    }
    rows = [product(NOW, p, price=a, visitors=v, paid_amount=m) for p, (a, v, m) in figures.items()]
    known: list[dict[str, object]] = [
        {"product_id": p, "title": p.upper(), "unit_cost": 50.0, "listed_on": "2025-01-01"} for p in figures
    ]
    known[0]["listed_on"] = "2026-10-20"
    known[3]["unit_cost"] = 20.0
    known[5]["role"] = "image"
    table = look.suggested_roles(shop_of(tmp_path, product_daily=rows, products=known), WEEK)
    assert table.set_index("product_id")[["suggested_role", "role_reason"]].apply(tuple, axis=1).to_dict() == {
        "new": ("trial", "newly_listed"),
        "dear": ("image", "dear_and_rare"),
        "crowd": ("popular", "many_visitors_low_price"),
        "rich": ("profit", "high_margin"),
        "plain": ("regular", "in_between"),
        "other": ("regular", "in_between"),
    }
    row = table.set_index("product_id").loc["rich"]
    assert (row.title, row.price_to_shop, row.margin) == ("RICH", 1.1, pytest.approx(1 - 20 / 110))
    assert table.set_index("product_id").loc["new", "listed_days"] == 12


def test_nothing_is_suggested_where_nothing_is_known_or_all_is_told(tmp_path: Path) -> None:
    rows = [product(NOW, "a", visitors=10)]
    unknown = look.suggested_roles(shop_of(tmp_path, product_daily=rows, products=[{"product_id": "a"}]), WEEK)
    told = look.suggested_roles(
        shop_of(tmp_path, product_daily=rows, products=[{"product_id": "a", "role": "trial"}]), WEEK
    )
    assert len(unknown) == len(told) == 0
    assert told.attrs["empty"] == "roles.all_told"


def test_lives_in_money(tmp_path: Path) -> None:
    days = pd.date_range("2026-08-10", "2026-11-01")
    week = (len(days) - 1 - np.arange(len(days))) // 7
    amounts = {"falls": np.minimum(week + 1.0, 8.0), "stays": np.full(len(days), 10.0)}
    rows = pd.concat([pd.DataFrame({"date": days, "product_id": p, "paid_amount": a}) for p, a in amounts.items()])
    known = [{"product_id": "falls", "title": "风衣", "listed_on": "2026-09-21"}]
    life = look.lifecycle(shop_of(tmp_path, product_daily=rows, products=known), WEEK).set_index("product_id")
    assert list(life.index) == ["stays", "falls"]
    assert life["stage"].to_dict() == {"stays": "peak", "falls": "decline"}
    falls = life.loc["falls"]
    assert (falls.title, falls.weeks_on_sale, falls.week_amount, falls.peak_amount) == ("风衣", 6, 7, 56)
    assert falls.of_peak == pytest.approx(1 / 8)
    assert falls.weekly_slope == pytest.approx(-1 / 8)
    assert life["paid_amount_share"].to_dict() == pytest.approx({"stays": 70 / 77, "falls": 7 / 77})
    assert life.loc["stays", "weeks_on_sale"] == 12


def test_bands_beside_what_peers_sell(tmp_path: Path) -> None:
    rows = [product(NOW, "a", price=110, paid_amount=330, paid_units=3)]
    rows += [product(NOW, "b", price=45, paid_amount=45, paid_units=1)]
    offer = {"date": NOW, "peer_id": "x"}
    offers = [
        offer | {"peer_product_id": "1", "price": 105.0, "units_sold": 6},
        offer | {"peer_product_id": "2", "price": 900.0, "units_sold": 2},
        offer | {"peer_product_id": "3", "price": 45.0},
        offer | {"date": BEFORE, "peer_product_id": "1", "price": 45.0, "units_sold": 50},
    ]
    bands = look.price_bands(shop_of(tmp_path, product_daily=rows, peer_products_daily=offers), WEEK)
    assert bands[["price_from", "price_to"]].apply(tuple, axis=1).tolist() == [(40, 50), (100, 120), (800, 1000)]
    assert bands["peer_units_share"].tolist() == [0, 0.75, 0.25]
    assert bands["paid_units_share"].tolist() == [0.25, 0.75, 0]
    assert bands["product_count"].tolist() == [1, 1, 0]
    alone = look.price_bands(shop_of(tmp_path, product_daily=rows), WEEK)
    assert alone["peer_units_share"].isna().all()
    assert len(alone) == 2


def test_room_for_discounts(tmp_path: Path) -> None:
    days = pd.date_range("2026-10-10", "2026-11-01").strftime("%Y-%m-%d")
    rows = [product(d, "deep", paid_units=2, paid_amount=100.0) for d in days]
    rows += [product(d, "lately", paid_units=1, paid_amount=50.0 if d >= "2026-10-26" else 90.0) for d in days]
    rows += [product(NOW, "fair", paid_units=1, paid_amount=90.0), product(NOW, "bare", paid_units=1, paid_amount=1.0)]
    known = [{"product_id": p, "list_price": 100.0} for p in ("deep", "lately", "fair")]
    room = look.discount_room(shop_of(tmp_path, product_daily=rows, products=known), WEEK)
    assert room["product_id"].tolist() == ["deep", "lately", "fair"]
    assert room["price_to_list"].tolist() == pytest.approx([0.5, 0.5, 0.9])
    assert room["days_sold"].tolist() == [23, 23, 1]
    assert room["deep_days_share"].tolist() == pytest.approx([1, 7 / 23, 0])
    assert room["always_deep"].tolist() == [True, False, pd.NA]
    assert room["paid_amount_share"].tolist() == pytest.approx([700 / 1140, 350 / 1140, 90 / 1140])


def test_without_list_prices_there_is_no_room_to_see(tmp_path: Path) -> None:
    rows = [product(NOW, "a", paid_units=1, paid_amount=9.0)]
    room = look.discount_room(shop_of(tmp_path, product_daily=rows, products=[{"product_id": "a"}]), WEEK)
    assert room.attrs["needs"] == ["list_price"]


def test_new_products_beside_a_peer(tmp_path: Path) -> None:
    dates = ("2026-10-26", "2026-11-01", "2026-10-25", "2026-08-05", "2026-11-02")
    known = [{"product_id": str(n), "listed_on": d} for n, d in enumerate(dates)]
    theirs = [{"date": NOW, "peer_id": p, "new_products": n} for p, n in (("like", 2), ("lead", 4), ("tier", 90))] + [
        {"date": "2026-10-28", "peer_id": "like", "new_products": 0}
    ]
    kinds = {"like": "similar", "lead": "leader", "tier": "tier_average"}
    peers = [{"peer_id": p, "name": p, "kind": k} for p, k in kinds.items()]
    table = look.new_products(shop_of(tmp_path, products=known, peers_daily=theirs, peers=peers), WEEK)
    assert table["own_new_products"].tolist() == [0.0] * 10 + [1.0, 2.0]
    last = table.iloc[-1]
    assert (last.week, last.when, last.peer_new_products, last.peer_count) == (
        pd.Timestamp("2026-10-26"),
        "period",
        14,
        2,
    )
    assert np.isnan(table["peer_new_products"].iloc[-2])
    alone = look.new_products(shop_of(tmp_path, products=known), WEEK)
    assert alone["peer_new_products"].isna().all()
    undated = look.new_products(shop_of(tmp_path, products=[{"product_id": "a"}]), WEEK)
    assert (len(undated), undated.attrs["empty"]) == (0, "new_products.undated")


AMOUNTS = st.lists(st.tuples(st.integers(1, 900), st.integers(1, 40)), min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=examples(10))
@given(AMOUNTS)
def test_shares_make_up_the_shop_and_doubling_changes_none(sold: list[tuple[int, int]]) -> None:
    rows = pd.DataFrame(
        [product(NOW, f"p{n}", paid_amount=float(a), paid_units=u, price=a / u) for n, (a, u) in enumerate(sold)]
    )
    known = [{"product_id": f"p{n}", "list_price": 1000.0, "role": "trial"} for n in range(len(sold))]
    twice = rows.assign(paid_amount=2 * rows["paid_amount"], paid_units=2 * rows["paid_units"])
    outside = pd.concat([rows, rows.assign(date="2026-08-01"), rows.assign(date="2026-11-05")])
    with tempfile.TemporaryDirectory() as folder:
        shops = [shop_of(Path(folder), product_daily=r, products=known) for r in (rows, twice, rows[::-1], outside)]
        for frame, column in ((look.price_bands, "paid_units_share"), (look.discount_room, "paid_amount_share")):
            first, *others = [frame(shop, WEEK)[column].tolist() for shop in shops]
            assert sum(first) == pytest.approx(1.0)
            assert all(sorted(other) == pytest.approx(sorted(first)) for other in others)
        shares = look.concentration(shops[0], WEEK)["paid_amount_share"]
        assert shares.is_monotonic_increasing
        assert 0 < shares.iloc[-1] <= 1 + 1e-9


def test_what_is_sold_out_is_not_in_decline(tmp_path: Path) -> None:
    """Two products fall alike; of one, half of the sizes that buyers want are gone."""
    days = pd.date_range("2026-07-01", "2026-10-31")
    back = (len(days) - 1 - np.arange(len(days))) // 7
    sold = pd.DataFrame({"date": days, "paid_amount": 100.0 + 50 * back, "paid_buyers": 5.0})
    rows = pd.concat([sold.assign(product_id=p) for p in ("gone", "old")])
    stock = pd.concat(
        pd.DataFrame({"date": days[-60:], "product_id": p, "sku": sku, "on_hand": np.arange(160, 100, -1)})
        for p in ("gone", "old")
        for sku in ("M", "L")
    )
    out = (stock["product_id"] == "gone") & (stock["sku"] == "M") & (stock["date"] >= "2026-10-05")
    stock["on_hand"] = stock["on_hand"].mask(out, 0)
    life = look.lifecycle(shop_of(tmp_path, product_daily=rows, stock_daily=stock), MONTH)
    assert life.set_index("product_id")["stage"].to_dict() == {"gone": "short", "old": "decline"}
    share = figures.read("look.lifecycle:decline_share", life)
    assert (share.value, share.n) == (0.5, 5 * 31), "what cannot be told counts in neither"
