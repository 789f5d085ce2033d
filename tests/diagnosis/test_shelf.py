"""Where a trouble sits: sizes that are gone and since when, a plan's way through the menus."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.places import sizes, where
from sizhen.document import Size
from sizhen.tables import Period, Shop
from sizhen.vocab import load
from sizhen.vocab.loader import read
from small_shop import PROFILE, shop_of

OCTOBER = Period.parse("2026-10")


def stocked(folder: Path, on_hand: dict[str, dict[str, float | None]]) -> Shop:
    rows = [
        {"date": day, "product_id": "p1", "sku": sku, "on_hand": left}
        for sku, days in on_hand.items()
        for day, left in days.items()
    ]
    return shop_of(folder, stock_daily=[*rows, {"date": "2026-10-31", "product_id": "p2", "sku": "S", "on_hand": 0}])


def test_a_size_is_gone_since_the_first_day_of_the_run_that_lasts(tmp_path: Path) -> None:
    shop = stocked(
        tmp_path,
        {
            "XL": {"2026-09-20": 3, "2026-09-29": 0, "2026-10-31": 0},  # gone before the period
            "M": {"2026-10-01": 0, "2026-10-10": 4, "2026-10-16": 0, "2026-10-20": None, "2026-10-31": 0},
            "S": {"2026-10-01": 0, "2026-10-31": 7},  # back
            "L": {"2026-10-31": None},  # unknown
            "2XL": {"2026-10-15": 0},  # not told since
            "XXS": {"2026-09-30": 2},  # no longer sold
        },
    )
    assert sizes(shop, OCTOBER, "p1") == (
        Size("S", 7.0),
        Size("M", 0.0, date(2026, 10, 16)),
        Size("L", None),
        Size("XL", 0.0, date(2026, 9, 29)),
        Size("2XL", 0.0, date(2026, 10, 15)),
    )


def test_a_day_after_the_period_is_not_looked_at(tmp_path: Path) -> None:
    shop = stocked(tmp_path, {"M": {"2026-10-31": 0, "2026-11-01": 9}})
    assert sizes(shop, OCTOBER, "p1") == (Size("M", 0.0, date(2026, 10, 31)),)
    assert sizes(shop_of(tmp_path), OCTOBER, "p1") == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["XL", "S", "M"], ["S", "M", "XL"]),
        (["2XL", "XS", "XXXL"], ["XS", "2XL", "XXXL"]),
        (["42", "9", "38.5"], ["9", "38.5", "42"]),
        (["红色", "40", "M"], ["M", "40", "红色"]),
    ],
)
def test_sizes_stand_as_on_a_rail(tmp_path: Path, given: list[str], told: list[str]) -> None:
    shop = stocked(tmp_path, {sku: {"2026-10-31": 1} for sku in given})
    assert [size.sku for size in sizes(shop, OCTOBER, "p1")] == told


def advertised(folder: Path, platform: str) -> Shop:
    rows = [
        {"date": "2026-10-05", "kind": kind, "plan": plan, "keyword": word, "product_id": "", "clicks": 1, "cost": cost}
        for kind, plan, word, cost in [
            ("search", "大词", "风衣", 5.0),
            ("search", "长尾", "风衣", 9.0),
            ("display", "拉新", "", 1.0),
            ("other", "杂", "", 1.0),
        ]
    ]
    return shop_of(folder, PROFILE.replace("tmall", platform), ads_daily=rows)


@pytest.mark.parametrize(
    ("platform", "subject", "menu"),
    [
        ("tmall", {"plan": "大词"}, ("万相台", "关键词推广", "大词")),
        ("tmall", {"plan": "拉新"}, ("万相台", "人群推广", "拉新")),
        ("taobao", {"keyword": "风衣"}, ("万相台", "关键词推广", "长尾", "风衣")),
        ("jd", {"plan": "大词"}, ("京准通", "京东快车", "大词")),
        ("tmall", {"plan": "杂"}, None),
        ("shopify", {"plan": "大词"}, None),
        ("tmall", {"plan": "没有"}, None),
        ("tmall", {"product_id": "p1"}, None),
    ],
)
def test_a_plan_is_found_by_the_platforms_own_menus(
    tmp_path: Path, platform: str, subject: dict[str, str], menu: tuple[str, ...] | None
) -> None:
    claim = Claim("ads.waste", subject, "return_on_spend", 0.1, 2.0, "A", ("arithmetic",), amount=1.0)
    found = where(advertised(tmp_path, platform), OCTOBER, claim, ())
    assert found == ({"menu": menu} if menu else {})


def test_the_sizes_that_are_gone_are_named(tmp_path: Path) -> None:
    claim = Claim("stock.sold_out", {"product_id": "p1"}, "in_stock_share", 0.3, 1.0, "A", ("fact",), amount=1.0)
    shelf = (Size("S", 7.0), Size("M", 0.0, date(2026, 10, 16)), Size("L", None))
    assert where(shop_of(tmp_path), OCTOBER, claim, shelf) == {"skus": ("M",)}


def test_menus_name_platforms_kinds_and_where_their_words_stand() -> None:
    kinds = next(c for c in load().tables["ads_daily"].columns if c.name == "kind").allowed
    for entry in read("menus").values():
        assert entry["source"] and entry["year"] and entry["platforms"]
        assert set(entry["ways"]) <= set(kinds) - {"other"}
        assert all(len(way) == 2 for way in entry["ways"].values())


def test_unknown_stock_is_no_day_without_a_piece(tmp_path: Path) -> None:
    shop = stocked(tmp_path, {"M": {"2026-10-01": 5, "2026-10-02": None, "2026-10-03": 0}})
    (size,) = sizes(shop, OCTOBER, "p1")
    assert size.gone_since == pd.Timestamp("2026-10-03").date()
