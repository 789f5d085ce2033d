"""Check: the numbers of each frame, worked out by hand on a few rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sizhen import view
from sizhen.document import Document
from sizhen.exam import check, ledger
from sizhen.exam.figures import Figure, read
from sizhen.tables import Period, Shop
from sizhen.view import labels, tables
from small_document import document, finding
from small_shop import in_memory

WEEK = Period.parse("2026-10-26..2026-11-01")
BEFORE, NOW = "2026-10-20", "2026-10-27"
PROFILE = """\
shop_id = "small"
name = "小店"
platform = "tmall"
[targets]
"2026-10" = 3100
"""


def shop_of(folder: Path, **tables: list[dict[str, object]]) -> Shop:
    """A shop with just these rows."""
    (folder / "small").mkdir()
    (folder / "small" / "shop.toml").write_text(PROFILE, encoding="utf-8")
    return in_memory(folder / "small", tables)


def day(date: str, **figures: float) -> dict[str, object]:
    return {"date": date, **figures}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    before = {
        "visitors": 200,
        "product_visitors": 160,
        "cart_buyers": 40,
        "order_buyers": 20,
        "paid_buyers": 18,
        "paid_units": 36,
    }
    now = {
        "visitors": 100,
        "product_visitors": 80,
        "cart_buyers": 10,
        "order_buyers": 5,
        "paid_buyers": 4,
        "paid_units": 12,
    }
    money = {"order_amount": 1000.0, "paid_amount": 900.0, "dsr_service": 4.8}
    later = {"order_amount": 250.0, "paid_amount": 200.0, "dsr_service": 4.6}
    rows = [day(BEFORE, **before, **money), day(NOW, **now, **later)]
    return shop_of(tmp_path, shop_daily=rows)


def test_funnel_to_visitors_and_to_the_step_above(shop: Shop) -> None:
    funnel = check.funnel(shop, WEEK).set_index("step")
    assert funnel.loc["paid_buyers", "of_visitors"] == pytest.approx(0.04)
    assert funnel.loc["cart_buyers", "of_step"] == pytest.approx(0.125)
    assert funnel.loc["cart_buyers", "of_step_before"] == pytest.approx(0.25)
    assert funnel.loc["cart_buyers", "of_step_change"] == pytest.approx(-0.125)
    assert funnel.loc["visitors", "people"] == 100


def test_funnel_skips_unknown_steps(tmp_path: Path) -> None:
    funnel = check.funnel(shop_of(tmp_path, shop_daily=[day(NOW, visitors=50, paid_buyers=5)]), WEEK)
    assert funnel["step"].tolist() == ["visitors", "paid_buyers"]
    assert funnel["of_step"].tolist() == pytest.approx([1.0, 0.1])
    assert funnel["of_step_before"].isna().all()


def test_conversion_by_channel_and_device(tmp_path: Path) -> None:
    rows = [
        {"date": d, "channel": "search", "device": v, "visitors": n, "paid_buyers": b, "paid_amount": 10.0 * b}
        for d, v, n, b in ((BEFORE, "mobile", 100, 8), (NOW, "mobile", 100, 4), (NOW, "desktop", 50, 4))
    ]
    shop = shop_of(tmp_path, traffic_daily=rows)
    assert check.channels(shop, WEEK)["conversion"].tolist() == pytest.approx([8 / 150])
    devices = check.devices(shop, WEEK).set_index("device")
    assert devices.loc["mobile", "conversion_change"] == pytest.approx(-0.04)
    assert devices["visitor_days"].tolist() == [100, 50]


def test_quadrants_judge_only_with_enough_visitors(tmp_path: Path) -> None:
    figures = {"a": (1000, 50), "b": (1000, 10), "c": (200, 20), "d": (200, 2), "e": (50, 5)}
    rows = [
        {"date": NOW, "product_id": id, "visitors": v, "paid_buyers": b, "paid_amount": 1.0}
        for id, (v, b) in figures.items()
    ]
    products = check.product_quadrants(shop_of(tmp_path, product_daily=rows), WEEK)
    found = products.set_index("product_id")["quadrant"].to_dict()
    assert found == {"a": "strong", "b": "repair", "c": "promote", "d": "weak", "e": ""}
    assert products.attrs["conversion"] == pytest.approx(87 / 2450)


def test_products_of_high_value_are_dearer_and_sell_better_than_half(tmp_path: Path) -> None:
    """Medians of a to d, as e has too few visitors and f no price: a price of 15 and a conversion of 3 %."""
    figures = {
        "a": (1000, 50, 20.0),
        "b": (1000, 10, 30.0),
        "c": (200, 8, 10.0),
        "d": (200, 2, 5.0),
        "e": (50, 25, 99.0),
        "f": (9000, 900, None),
    }
    rows = [
        {"date": NOW, "product_id": id, "visitors": v, "paid_buyers": b, "price": p, "paid_amount": 1.0}
        for id, (v, b, p) in figures.items()
    ]
    products = check.product_quadrants(shop_of(tmp_path, product_daily=rows), WEEK)
    high = products.set_index("product_id")["high_value"]
    assert high.dropna().to_dict() == {"a": True, "b": False, "c": False, "d": False}, "e and f are unknown"
    found = read("check.product_quadrants:high_value_ratio", products)
    assert (found.value, found.n) == (pytest.approx(1000 / 600), 2400)
    together = read("check.product_quadrants:conversion", products)
    assert (together.value, together.n) == (pytest.approx(995 / 11450), 11450)


def test_a_product_alone_converts_well(tmp_path: Path) -> None:
    rows = [{"date": NOW, "product_id": "a", "visitors": 300, "paid_buyers": 7, "paid_amount": 1.0}]
    assert check.product_quadrants(shop_of(tmp_path, product_daily=rows), WEEK)["quadrant"].tolist() == ["strong"]


def test_the_target_is_met_to_the_last_day_with_data(shop: Shop) -> None:
    """200 were paid on the second of the six days that have a target, of 100 each."""
    share = read("check.target:target_share", check.target(shop, WEEK))
    assert (share.value, share.n) == (1.0, 200)


def test_days_without_a_target_count_on_neither_side(tmp_path: Path) -> None:
    rows = [day(d, paid_amount=100.0) for d in ("2026-09-30", "2026-10-01", "2026-10-02")]
    pace = check.target(shop_of(tmp_path, shop_daily=rows), Period.parse("2026-09-30..2026-10-02"))
    assert pace["paid_to_date"].tolist() == [0, 100, 200]
    assert read("check.target:target_share", pace).value == 1.0


def test_target_is_spread_evenly_and_ends_with_the_month(shop: Shop) -> None:
    pace = check.target(shop, WEEK)
    assert pace["target_to_date"].iloc[:6].tolist() == pytest.approx([100, 200, 300, 400, 500, 600])
    assert pd.isna(pace["target_to_date"].iloc[6])
    assert pace["paid_to_date"].iloc[:2].tolist() == [0, 200]
    assert pace["paid_to_date"].iloc[2:].isna().all()
    assert pace["target_share"].iloc[1] == pytest.approx(1.0)


def test_no_target_is_unknown(shop: Shop) -> None:
    september = Period.parse("2026-09-20..2026-10-19")
    assert check.target(shop, september).attrs["needs"] == []
    shop.profile.targets.clear()
    assert check.target(shop, WEEK).attrs["needs"] == ["targets"]


def test_payment_rate_by_day(shop: Shop) -> None:
    payment = check.payment(shop, WEEK).set_index("date")
    assert payment.loc[NOW, "payment_rate.buyers"] == pytest.approx(0.8)
    assert payment.loc[NOW, "payment_rate.amount"] == pytest.approx(0.8)
    assert pd.isna(payment.loc["2026-10-28", "payment_rate.buyers"])
    assert read("check.payment:payment_rate", payment.reset_index()) == Figure(0.8, 5.0)


def order(id: str, paid: str, sent: str | None) -> dict[str, object]:
    return {"order_id": id, "created_at": paid, "paid_at": paid, "sent_at": sent, "paid_amount": 10.0}


def test_dispatch_counts_orders_whose_time_has_passed(tmp_path: Path) -> None:
    rows = [
        order("quick", "2026-10-26 10:00:00", "2026-10-27 10:00:00"),
        order("late", "2026-10-26 11:00:00", "2026-10-30 11:00:00"),
        order("never", "2026-10-26 12:00:00", None),
        order("not yet due", "2026-10-30 12:00:00", None),
    ]
    row = check.dispatch(shop_of(tmp_path, orders=rows), WEEK)
    assert (row["due_orders"].tolist(), row["sent_in_time"].tolist()) == ([3], [1])
    assert read("check.dispatch:dispatch_in_time", row) == Figure(1 / 3, 3.0)


def test_dispatch_without_any_dispatch_time_is_unknown(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, orders=[order("1", "2026-10-26 10:00:00", None)])
    assert check.dispatch(shop, WEEK).attrs["needs"] == ["sent_at"]


def test_the_review_stands_beside_the_days_before(shop: Shop) -> None:
    review = check.monthly_review(shop, WEEK).set_index("metric")
    assert pd.isna(review.loc["page_views", "all"]), "unknown, not 0"
    assert review.loc["visitor_days", ["all", "all_before"]].tolist() == [100, 200]
    assert review.loc["average_order_value", "all"] == pytest.approx(50)
    assert review.loc["payment_rate.amount", ["all", "all_before"]].tolist() == pytest.approx([0.8, 0.9])
    assert review.loc["dsr_service.last", "all_change"] == pytest.approx(-0.2)
    assert check.monthly_review is ledger.monthly_review, "one frame of one name"
    view.use("en", "CNY")
    shown = tables.show(review.reset_index(), 30, columns=["metric", "all", "all_before"]).html
    assert "<td>4.0%</td><td>9.0%</td>" in shown and "<td>¥50.00</td>" in shown, "each row in its metric's unit"


def test_the_days_before_are_28_however_short_the_period(tmp_path: Path) -> None:
    rows = [day(d, paid_orders=n) for d, n in (("2026-09-27", 90), ("2026-09-28", 8), ("2026-10-20", 4), (NOW, 6))]
    review = check.monthly_review(shop_of(tmp_path, shop_daily=rows), WEEK).set_index("metric")
    assert review.loc["paid_orders", "all_before"] == 6


def test_basket(shop: Shop) -> None:
    basket = check.basket(shop, WEEK).set_index("metric")
    assert basket.loc["units_per_buyer", "value"] == pytest.approx(3)
    assert basket.loc["unit_price", "value_change"] == pytest.approx((200 / 12) / 25 - 1)
    assert basket["n"].to_dict() == {"average_order_value": 4, "units_per_buyer": 4, "unit_price": 12}


def test_penalties_of_the_year(tmp_path: Path) -> None:
    rows = [
        {"starts_on": d, "name": n, "kind": "violation", "points": p}
        for d, n, p in (
            ("2025-12-31", "old", 3),
            ("2026-03-01", "a", 2),
            ("2026-10-30", "b", 4),
            ("2026-11-20", "later", 1),
        )
    ]
    rows.append({"starts_on": "2026-05-01", "name": "sale", "kind": "promotion", "points": None})
    assert check.penalties(shop_of(tmp_path, events=rows), WEEK)["name"].tolist() == ["b", "a"]


def test_the_plan_is_by_day_and_role() -> None:
    asked = [("act", "service", 3, 10.0), ("act", "service", 5, 5.0), ("act", "design", 14, 40.0)]
    asked += [("act", "owner", 1, 0.0), ("watch", "owner", 1, 99.0)]
    advice = finding()["advice"]
    findings = [finding(state=s, amount=a, advice=advice | {"who": w, "due_days": d}) for s, w, d, a in asked]
    sales = document()["sales"] | {"observed": 100.0}
    table = check.plan(Document.from_json(document(*findings, sales=sales)))
    assert table.to_dict("list") == {
        "due": ["today", "week", "month"],
        "done_by": ["who.owner", "who.service", "who.design"],
        "tasks": [1, 2, 1],
        "amount": [0.0, 15.0, 40.0],
        "of_sales": [0.0, 0.15, 0.4],
    }
    assert tables.show(table).html.count("<tr>") == 4
    nothing = check.plan(Document.from_json(document()))
    assert labels.name("card.nothing") in tables.show(nothing).html


def test_split_frame_keeps_paths_and_totals(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, products=[{"product_id": "p1", "title": "衬衫"}])
    split = [{"path": ["visitors"], "amount": -10.0}, {"path": ["visitors", "p1"], "amount": -10.0}]
    frame = check.split_frame(Document.from_json(document(split=split)), shop)
    assert frame["path"].tolist() == ["visitors", "visitors/p1"]
    assert frame["title"].tolist() == ["", "衬衫"]
    assert (frame.attrs["expected"], frame.attrs["observed"]) == (10000.0, 8000.0)
    assert len(check.split_frame(Document.from_json(document(split=[])))) == 0
