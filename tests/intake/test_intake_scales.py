"""What a figure is counted in: per cent by its heading, stars out of something else, money by its sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made import PRODUCTS, converted

from sizhen.intake import FileReport
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
SHOP = "统计日期,访客数,浏览量,支付金额,支付买家数"
AMAZON = "(Parent) ASIN,(Child) ASIN,Title,Page Views - Total,Units Ordered,Ordered Product Sales"


def test_a_rate_under_a_heading_in_per_cent_is_one_in_every_row() -> None:
    text = "统计日期,商品ID,商品访客数,支付转化率（%）\n2026-09-08,1,5,12.5\n2026-09-08,2,5,0.8\n2026-09-08,3,5,1%\n"
    result = converted(PRODUCTS, f"{text}2026-09-08,4,5,-\n")
    assert result.rejected == ()
    assert result.frames["product_daily"]["conversion"].fillna(-1).tolist() == [0.125, 0.008, 0.01, -1]


def test_a_share_of_visitors_is_no_count_of_them() -> None:
    result = converted(PRODUCTS, "统计日期,商品ID,商品访客数(%)\n2026-09-08,1,45\n")
    assert [(r.column, r.reason) for r in result.rejected] == [("visitors", "not_a_number")]


def test_a_bounce_rate_without_its_sign_is_no_count_of_visitors(bring: Bring, data_dir: Path) -> None:
    report = bring(f"{SHOP},跳失率", "2026-09-08,1000,2000,1,1,45", "2026-09-09,1000,2000,1,1,45%")
    assert report.rejected == {"not_a_number": 1}
    assert Shop.open(data_dir, "s1").table("shop_daily")["bounced_visitors"].tolist() == [450]


@pytest.mark.parametrize("stars", [(1, 0, 1), (10, 9, 5), (100, 80, 1)])
def test_scores_of_another_scale_are_refused(bring: Bring, stars: tuple[int, ...]) -> None:
    rows = (f"text {at},{star}" for at, star in enumerate(stars))
    assert "not out of 5" in str(bring("review,rating", *rows).error)


def test_a_slip_in_a_score_costs_its_row(bring: Bring) -> None:
    rows = (f"text {at},{1 + at % 5}" for at in range(40))
    report = bring("review,rating", *rows, "unrated,0", "slip,45")
    assert (report.error, report.kept, report.rejected) == (None, 40, {"out_of_range": 2})


def sales(*amounts: str) -> tuple[str, ...]:
    return AMAZON, *(f"P,B{at},x,2,1,{amount}" for at, amount in enumerate(amounts))


def test_amounts_with_the_sign_of_another_currency_are_refused(bring: Bring, data_dir: Path) -> None:
    assert bring(*sales("£1.50"), name="a 2026-09-08.csv").error is None
    assert Shop.open(data_dir, "s1").profile.currency == "GBP"
    assert "is in €, but s1 counts in GBP" in str(bring(*sales("€1.50"), name="b 2026-09-09.csv").error)
    assert (
        "several currencies ($ in row 3, column ordered product sales; £ in row 2, column ordered product sales)"
        in str(bring(*sales("£1", "$1"), name="c 2026-09-09.csv").error)
    )
    assert bring(*sales("1.50"), name="d 2026-09-09.csv").error is None


def test_a_sign_may_be_of_several_currencies(bring: Bring, data_dir: Path) -> None:
    bring(*sales("$1.50"), name="a 2026-09-08.csv")
    profile = data_dir / "s1" / "shop.toml"
    profile.write_text(profile.read_text(encoding="utf-8").replace('"USD"', '"CAD"'), encoding="utf-8")
    assert bring(*sales("$2.50"), name="b 2026-09-09.csv").error is None
    assert "is in ¥, but s1 counts in CAD" in str(bring(*sales("￥2.50"), name="c 2026-09-10.csv").error)
