"""Which days are there, and what a gap makes impossible to conclude."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sizhen.tables import Shop, write_table
from sizhen.tables.coverage import MISSING, OUTSIDE, PARTIAL, THERE, calendar, open_questions
from sizhen.tables.inspect import overview


def again(shop: Shop, data_dir: Path) -> Shop:
    return Shop.open(data_dir, shop.id)


def lacking(shop: Shop, data_dir: Path) -> dict[str, set[str]]:
    found = open_questions(overview(again(shop, data_dir)))
    return {lacks: {rule.id for rule in rules} for lacks, rules in found.items()}


def test_the_calendar_tells_every_day(tiny_shop: Shop, tmp_path: Path) -> None:
    daily = tiny_shop.daily()
    days = daily["date"]
    daily.loc[daily.index[-1], "visitors"] = 12
    write_table(tiny_shop.folder, "shop_daily", daily[days != pd.Timestamp("2026-10-10")])
    late = pd.DataFrame({"date": pd.date_range("2026-10-30", "2026-10-31"), "agent": "a", "inquiry_buyers": 3})
    write_table(tiny_shop.folder, "service_daily", late)
    found = calendar(again(tiny_shop, tmp_path))
    assert list(found.columns[[0, -1]]) == [pd.Timestamp("2026-09-06"), pd.Timestamp("2026-10-31")]
    own = found.loc["shop_daily"]
    assert own[own != THERE].to_dict() == {
        pd.Timestamp("2026-10-10"): MISSING,
        pd.Timestamp("2026-10-31"): PARTIAL,
    }
    assert found.loc["service_daily"].tolist() == [OUTSIDE] * 54 + [THERE] * 2


def test_a_broken_table_leaves_the_calendar_of_the_others(tiny_shop: Shop, tmp_path: Path) -> None:
    (tiny_shop.folder / "service_daily.csv").write_text("date,agent\nsoon,a\n", encoding="utf-8")
    assert calendar(again(tiny_shop, tmp_path)).index.tolist() == ["shop_daily", "traffic_daily"]


def test_a_shop_without_daily_tables_has_no_calendar(tiny_shop: Shop, tmp_path: Path) -> None:
    for path in tiny_shop.folder.glob("*_daily.*"):
        path.unlink()
    assert calendar(again(tiny_shop, tmp_path)).empty


def test_missing_tables_leave_their_questions_open(tiny_shop: Shop, tmp_path: Path) -> None:
    before = lacking(tiny_shop, tmp_path)
    assert "look.broken-sizes" in before["stock_daily"] and "shop_daily" not in before
    stock = pd.DataFrame({"date": pd.to_datetime(["2026-10-31"]), "product_id": "p", "sku": "M", "on_hand": 3})
    write_table(tiny_shop.folder, "stock_daily", stock)
    assert "stock_daily" not in lacking(tiny_shop, tmp_path)


def test_a_column_nobody_filled_leaves_its_questions_open(tiny_shop: Shop, tmp_path: Path) -> None:
    assert "listen.scores" not in lacking(tiny_shop, tmp_path).get("shop_daily.dsr_description", set())
    daily = tiny_shop.daily().assign(visitors=None)
    write_table(tiny_shop.folder, "shop_daily", daily)
    assert "shop_daily.visitors" in lacking(tiny_shop, tmp_path)


def test_orders_stand_in_for_the_daily_table(tiny_shop: Shop, tmp_path: Path) -> None:
    for path in tiny_shop.folder.glob("shop_daily.*"):
        path.unlink()
    assert any(lacks.startswith("shop_daily") for lacks in lacking(tiny_shop, tmp_path))
    write_table(tiny_shop.folder, "orders", pd.DataFrame({"order_id": ["o"], "amount": [1.0]}))
    assert not any(lacks.startswith("shop_daily") for lacks in lacking(tiny_shop, tmp_path))
