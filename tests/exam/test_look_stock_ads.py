"""Look: stock that runs out, advertising that pays or not, words that move, worked out by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import look
from sizhen.exam.look_ads import mature
from sizhen.tables import Period, Shop
from small_shop import shop_of

WEEK = Period.parse("2026-10-26..2026-11-01")
MONTH = Period.parse("2026-10")
BEFORE, NOW = "2026-10-20", "2026-10-27"
TITLE = [{"product_id": "a", "title": "风衣"}]


def on_hand(days: list[str], sku: str, levels: list[int]) -> list[dict[str, object]]:
    return [{"date": d, "product_id": "a", "sku": sku, "on_hand": n} for d, n in zip(days, levels, strict=True)]


def sold(day: str, units: float, amount: float) -> dict[str, object]:
    return {"date": day, "product_id": "a", "visitors": 100, "paid_units": units, "paid_amount": amount}


DAYS = ["2026-10-22", "2026-10-23", "2026-10-24", "2026-10-27", "2026-10-28"]


def short_shop(folder: Path, last: float = 5.0) -> Shop:
    """Two sizes that sell alike, ten units a day at 20 each; M is out on the last two days, on which four and `last`
    units are sold."""
    stock = on_hand(DAYS, "M", [20, 15, 10, 0, 0]) + on_hand(DAYS, "L", [60, 55, 50, 45, 40])
    rows = [sold(d, 10, 200) for d in DAYS[:3]] + [sold(DAYS[3], 4, 80), sold(DAYS[4], last, 20 * last)]
    return shop_of(folder, stock_daily=stock, product_daily=rows, products=TITLE)


def test_lost_sales_are_the_missing_share_and_never_more_than_usual(tmp_path: Path) -> None:
    row = look.stock(short_shop(tmp_path), WEEK).iloc[0]
    assert (row.in_stock_share, row.broken_skus) == (0.5, 1)
    assert (row.units_lost, row.sales_lost) == pytest.approx((5 + 5, 200))
    capped = look.stock(short_shop(tmp_path, last=9.0), WEEK).iloc[0]
    assert (capped.units_lost, capped.sales_lost) == pytest.approx((5 + 1, 120))


def test_cover_is_the_last_stock_by_what_leaves_while_there(tmp_path: Path) -> None:
    row = look.stock(short_shop(tmp_path), WEEK).iloc[0]
    assert row.days_of_cover == pytest.approx(40 / (20 / 3 + 20 / 5))
    still = shop_of(tmp_path, stock_daily=on_hand(DAYS, "M", [5] * 5))
    row = look.stock(still, WEEK).iloc[0]
    assert np.isnan(row.days_of_cover)
    assert np.isnan(row.sales_lost) and np.isnan(row.units_lost)


def test_lost_sales_of_what_was_never_whole_are_unknown(tmp_path: Path) -> None:
    stock = on_hand(DAYS, "M", [0] * 5) + on_hand(DAYS, "L", [0] * 5)
    gone = shop_of(tmp_path, stock_daily=stock, product_daily=[sold(d, 1, 9) for d in DAYS])
    assert np.isnan(look.stock(gone, WEEK).iloc[0].units_lost)


def test_days_outside_change_no_figure_of_stock(tmp_path: Path) -> None:
    shop = short_shop(tmp_path)
    outside = on_hand(["2026-08-01", "2026-11-05"], "M", [900, 1])
    stock = pd.concat([shop.table("stock_daily"), pd.DataFrame(outside).astype({"date": "datetime64[us]"})])
    more = shop_of(tmp_path, stock_daily=stock, product_daily=shop.table("product_daily"), products=TITLE)
    pd.testing.assert_frame_equal(look.stock(shop, WEEK), look.stock(more, WEEK))


def spend(day: str, keyword: str = "k", **figures: float) -> dict[str, object]:
    entry = {"date": day, "kind": "search", "plan": "p", "keyword": keyword, "product_id": "", "attribution_days": 15}
    return entry | {"impressions": 10 * figures.get("clicks", 0)} | figures


def test_only_closed_windows_are_mature() -> None:
    rows = pd.DataFrame({"date": pd.to_datetime(["2026-10-16", "2026-10-17"]), "attribution_days": [15.0, 15.0]})
    assert mature(rows, pd.Timestamp("2026-10-31"))["date"].dt.day.tolist() == [16]
    told = mature(rows.assign(attribution_days=[float("nan"), 1]), pd.Timestamp("2026-10-31"))
    assert len(told) == 2
    assert mature(rows.assign(attribution_days=[16.0, 30]), pd.Timestamp("2026-10-31")).empty


def test_return_is_compared_over_closed_windows(tmp_path: Path) -> None:
    rows = [
        spend("2026-09-10", clicks=10, cost=10.0, paid_amount=40.0),
        spend("2026-10-10", clicks=10, cost=10.0, paid_amount=30.0, cart_buyers=4, paid_orders=1),
        spend("2026-10-30", clicks=10, cost=10.0, paid_amount=0.0, cart_buyers=0, paid_orders=0),
    ]
    plan = look.ads(shop_of(tmp_path, ads_daily=rows), MONTH).iloc[0]
    assert (plan.return_on_spend, plan.return_mature, plan.return_mature_before) == (1.5, 3, 4)
    assert (plan.return_mature_change, plan.mature_days) == (-0.25, 1)
    assert (plan.cart_rate, plan.orders_per_cart, plan.click_conversion) == (0.2, 0.25, 0.05)
    assert plan.click_through_low < plan.click_through == 0.1 < plan.click_through_high
    week = look.ads(shop_of(tmp_path, ads_daily=[*rows, spend(NOW, clicks=1, cost=1.0)]), WEEK).iloc[0]
    assert (week.mature_days, np.isnan(week.return_mature)) == (0, True)


VERDICTS = {
    "good": (2000, 100, 1.0, "raise", "above"),
    "poor": (2000, 40, 1.5, "lower", "below"),
    "bad": (2000, 20, 2.0, "drop", "far_below"),
    "none": (2000, 0, 1.0, "drop", "no_orders"),
    "even": (2000, 40, 1.0, "watch", "uncertain"),
    "few": (99, 20, 1.0, "watch", "few_clicks"),
}


def account(figures: dict[str, tuple[int, int, float, str, str]] = VERDICTS) -> list[dict[str, object]]:
    """Clicks, orders of 100 each and click price per keyword, on a day whose window is closed and once more later."""
    rows = [
        spend("2026-10-10", k, clicks=n, paid_orders=o, paid_amount=100.0 * o, cost=n * price)
        for k, (n, o, price, _, _) in figures.items()
    ]
    late = [spend("2026-10-30", k, clicks=1, paid_orders=0, paid_amount=0.0, cost=f[2]) for k, f in figures.items()]
    return rows + late


def test_verdicts_and_the_rules_behind_them(tmp_path: Path) -> None:
    table = look.ads_verdicts(shop_of(tmp_path, ads_daily=account()), MONTH).set_index("keyword")
    assert table[["verdict", "verdict_reason"]].apply(tuple, axis=1).to_dict() == {
        k: (verdict, reason) for k, (*_, verdict, reason) in VERDICTS.items()
    }
    good = table.loc["good"]
    assert (good.clicks, good.paid_orders, good.click_cost, good.yardstick) == (2000, 100, 1.0, "margin")
    assert good.click_value == pytest.approx(100 / 2000 * 100 * 0.5)
    assert (good.click_value_low, good.click_value_high) == pytest.approx(
        (81.364 * 50 / 2000, 121.627 * 50 / 2000), rel=1e-4
    )
    assert table.loc["none", "click_value_high"] == pytest.approx(3.68888 * 50 / 2000, rel=1e-4)
    assert table["cost"].is_monotonic_decreasing


def test_without_a_margin_the_account_is_the_yardstick(tmp_path: Path) -> None:
    two = {"good": (2000, 100, 1.0, "raise", "above"), "poor": (2000, 50, 1.0, "lower", "below")}
    table = look.ads_verdicts(shop_of(tmp_path, gross_margin=None, ads_daily=account(two)), MONTH).set_index("keyword")
    assert table["yardstick"].unique().tolist() == ["account"]
    assert table["verdict"].to_dict() == {"good": "raise", "poor": "lower"}
    assert table["click_value"].to_dict() == pytest.approx({"good": 4 / 3, "poor": 2 / 3})


def test_recent_days_that_say_the_opposite_are_watched(tmp_path: Path) -> None:
    rows = [
        spend("2026-09-10", clicks=4000, paid_orders=200, paid_amount=20000.0, cost=4000.0),
        spend("2026-10-10", clicks=1000, paid_orders=10, paid_amount=1000.0, cost=1000.0),
    ]
    row = look.ads_verdicts(shop_of(tmp_path, ads_daily=rows), MONTH).iloc[0]
    assert (row.verdict, row.verdict_reason, row.recent_value) == ("watch", "turned", pytest.approx(0.5))


def test_unknown_orders_are_watched_and_more_orders_than_clicks_allowed(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, ads_daily=[spend("2026-10-10", clicks=500, cost=10.0)])
    assert look.ads_verdicts(shop, MONTH)[["verdict", "verdict_reason"]].iloc[0].tolist() == ["watch", "orders_unknown"]
    many = spend("2026-10-10", clicks=100, paid_orders=150, paid_amount=1500.0, cost=10.0)
    assert look.ads_verdicts(shop_of(tmp_path, ads_daily=[many]), MONTH)["verdict"].iloc[0] == "raise"


def test_the_budget_moves_to_what_can_take_more(tmp_path: Path) -> None:
    table = look.budget_shift(shop_of(tmp_path, ads_daily=account()), MONTH).set_index("keyword")
    assert list(table.index) == ["bad", "poor", "none", "good"]
    assert table["cost"].to_dict() == {"bad": 4002, "poor": 3001.5, "none": 2001, "good": 2001}
    assert table["cost_after"].to_dict() == {"bad": 0, "poor": 1500.75, "none": 0, "good": 3001.5}
    values = {"bad": (0.5, 2.0), "poor": (1.0, 1.5), "none": (0.0, 1.0), "good": (2.5, 1.0)}
    for name, (value, price) in values.items():
        row = table.loc[name]
        change = row.cost * value / price * ((row.cost_after / row.cost) ** 0.65 - 1) - (row.cost_after - row.cost)
        assert row.contribution_change == pytest.approx(change)
        assert row.contribution_low <= row.contribution_change <= row.contribution_high


def test_why_no_budget_moves(tmp_path: Path) -> None:
    good = {"good": VERDICTS["good"]}
    nothing = look.budget_shift(shop_of(tmp_path, ads_daily=account(good)), MONTH)
    unknown = look.budget_shift(shop_of(tmp_path, gross_margin=None, ads_daily=account()), MONTH)
    assert (len(nothing), nothing.attrs["empty"]) == (0, "budget_shift.nothing")
    assert (len(unknown), unknown.attrs["empty"]) == (0, "budget_shift.no_margin")


COUNTS = st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 90), st.integers(1, 50)), min_size=1, max_size=8)


@pytest.mark.slow
@settings(max_examples=examples(10))
@given(COUNTS)
def test_verdicts_keep_to_their_intervals(entries: list[tuple[int, int, int]]) -> None:
    figures = {f"k{n}": (clicks, orders, price / 10, "", "") for n, (clicks, orders, price) in enumerate(entries)}
    rows = account(figures)
    with tempfile.TemporaryDirectory() as folder:
        shop, mixed = shop_of(Path(folder), ads_daily=rows), shop_of(Path(folder), ads_daily=rows[::-1])
        outside = [spend(d, "k0", clicks=9999, cost=1.0, paid_orders=999) for d in ("2026-08-01", "2026-11-02")]
        more = shop_of(Path(folder), ads_daily=rows + outside)
        table, shift = look.ads_verdicts(shop, MONTH), look.budget_shift(shop, MONTH)
        for other in (mixed, more):
            ordered = [f.sort_values("keyword", ignore_index=True) for f in (table, look.ads_verdicts(other, MONTH))]
            pd.testing.assert_frame_equal(*ordered)
    price, verdict = table["click_cost"], table["verdict"]
    assert (table["click_value_low"] > price)[verdict == "raise"].all()
    assert (table["click_value_high"] < price)[verdict.isin(["lower", "drop"])].all()
    assert (verdict[table["clicks"] < 100] == "watch").all()
    if len(shift):
        assert shift["cost_after"].sum() <= shift["cost"].sum() + 1e-6
        assert (shift["cost_after"] <= 1.5 * shift["cost"] + 1e-9).all()
        assert (shift["contribution_low"] <= shift["contribution_high"]).all()


def word(day: str, keyword: str, visitors: float, buyers: float = 0.0, rank: float | None = 5.0) -> dict[str, object]:
    return {"date": day, "keyword": keyword, "visitors": visitors, "paid_buyers": buyers, "rank": rank}


def test_words_that_move_and_words_that_sell_unseen(tmp_path: Path) -> None:
    figures = {
        "steady": (1000, 1000, 20, 5),
        "falls": (1000, 700, 14, 5),
        "slips": (1000, 850, 17, 5),
        "rises": (1000, 1300, 26, 5),
        "unseen": (300, 300, 30, 40),
        "nowhere": (300, 300, 30, None),
        "seen": (300, 300, 30, 3),
        "small": (4, 2, 0, 50),
    }
    rows = [word(BEFORE, k, b) for k, (b, *_) in figures.items()]
    rows += [word(NOW, k, n, s, r) for k, (_, n, s, r) in figures.items()]
    words = look.search_words(shop_of(tmp_path, keywords_daily=rows), WEEK).set_index("keyword")
    assert words["verdict"].to_dict() == {
        "steady": "",
        "falls": "falling",
        "slips": "",
        "rises": "rising",
        "unseen": "unranked",
        "nowhere": "unranked",
        "seen": "",
        "small": "",
    }
    unseen = words.loc["unseen"]
    assert (unseen.conversion_low, unseen.conversion_high) == pytest.approx((0.070947, 0.139167), abs=1e-6)


def test_words_without_a_past_do_not_move(tmp_path: Path) -> None:
    words = look.search_words(shop_of(tmp_path, keywords_daily=[word(NOW, "new", 900, 9)]), WEEK)
    assert words["verdict"].tolist() == [""]
