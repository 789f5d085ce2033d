"""Where a trouble sits, for whoever goes there: sizes on the shelf, a plan's place in the platform's menus."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pandas as pd

from sizhen.diagnosis.claim import Claim
from sizhen.document import Size
from sizhen.tables import Period, Shop
from sizhen.vocab.loader import read

SIZES = ("XXXS", "XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "XXXXL", "XXXXXL")
_AS_X = re.compile(r"([2-6])X(L|S)")


def _order(sku: str) -> tuple[int, float, str]:
    """Sizes as a rail has them: letters, then numbers, then the rest by name."""
    letters = _AS_X.sub(lambda m: "X" * int(m[1]) + m[2], sku.upper())
    if letters in SIZES:
        return 0, float(SIZES.index(letters)), sku
    number = re.match(r"\d{1,9}(\.\d{1,9})?", sku)
    return (1, float(number[0]), sku) if number else (2, 0.0, sku)


def sizes(shop: Shop, period: Period, product: str) -> tuple[Size, ...]:
    """Every size of the product on the last day of the period on which its stock is known. `gone_since`: the first day
    of the run without a piece that lasts to that day, be it before the period."""
    if not shop.has("stock_daily"):
        return ()
    rows = shop.table("stock_daily")
    mine = rows[(rows["product_id"] == product) & (rows["date"] <= pd.Timestamp(period.end))]
    mine = mine[mine["sku"].isin(period.clip(mine)["sku"])].sort_values("date")
    found = [_size(str(sku), days.set_index("date")["on_hand"]) for sku, days in mine.groupby("sku", sort=False)]
    return tuple(sorted(found, key=lambda size: _order(size.sku)))


def _size(sku: str, on_hand: pd.Series) -> Size:
    known = on_hand.dropna()
    if known.empty:
        return Size(sku, None)
    there = known.index[known > 0]
    gone = known.index[known.index > there[-1]] if len(there) else known.index
    return Size(sku, float(known.iloc[-1]), gone[0].date() if len(gone) else None)


@cache
def _menus() -> dict[str, dict[str, Any]]:
    """By platform the way to the advertisements of a kind, as its menus name it."""
    ways: dict[str, dict[str, Any]] = {}
    for entry in read("menus").values():
        ways |= dict.fromkeys(entry["platforms"], entry["ways"])
    return ways


def _menu(shop: Shop, period: Period, subject: dict[str, str]) -> tuple[str, ...]:
    """The way to a plan or keyword; empty where the platform's menus are not known."""
    key = next((k for k in ("keyword", "plan") if k in subject), None)
    if key is None or not shop.has("ads_daily"):
        return ()
    rows = period.clip(shop.table("ads_daily"))
    rows = rows[rows[key] == subject[key]]
    if rows.empty:
        return ()
    sums = rows.groupby(["kind", "plan"], as_index=False)["cost"].sum()
    kind, plan = sums.loc[sums["cost"].fillna(0.0).idxmax(), ["kind", "plan"]].astype(str)
    way = _menus().get(shop.profile.platform, {}).get(kind)
    return () if way is None else (*way, plan, *([subject[key]] if key == "keyword" else []))


def where(shop: Shop, period: Period, claim: Claim, shelf: tuple[Size, ...]) -> dict[str, tuple[str, ...]]:
    """`skus`: the sizes of `shelf` that are gone; `menu`: the way to the plan."""
    gone = tuple(size.sku for size in shelf if size.gone_since is not None)
    ways = {"skus": gone, "menu": _menu(shop, period, claim.subject)}
    return {kind: names for kind, names in ways.items() if names}
