"""What a shop lets one choose from: periods, channels, products."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from sizhen.view import labels
from sizhen.vocab import load

TITLE = 30  # columns of a product's title

Options = list[tuple[str, str]]


def periods(first: date, last: date) -> list[str]:
    """The months, then the ISO weeks, that have a day in `first`..`last`; newest first."""
    days = pd.date_range(first, last)[::-1]
    return [*dict.fromkeys(f"{d:%Y-%m}" for d in days), *dict.fromkeys(f"{d:%G-W%V}" for d in days)]


def known_days(shop: Any) -> tuple[date, date]:
    """First and last day of the first of the shop's tables that has days, in the contract's order. ValueError: none."""
    for table in load().tables.values():
        if table.dated is not None and shop.has(table.name):
            moments = shop.table(table.name)[table.dated].dropna()
            if len(moments):
                return moments.min().date(), moments.max().date()
    raise ValueError(labels.say("explorer.no_data", shop=shop.profile.name))


def channels(shop: Any) -> Options:
    """(label, id) of the shop's channels, in the vocabulary's order."""
    present = set(shop.table("traffic_daily")["channel"]) if shop.has("traffic_daily") else set()
    return [(labels.coded("channel", c), c) for c in load().channels if c in present]


def products(shop: Any) -> Options:
    """(title and id, id) of the products that have days, best selling first."""
    if not shop.has("product_daily"):
        return []
    sold = shop.table("product_daily").groupby("product_id")["paid_amount"].sum().sort_values(ascending=False)
    titles = shop.table("products").set_index("product_id")["title"].dropna() if shop.has("products") else {}
    return [(f"{labels.shorten(titles.get(p, ''), TITLE)} ({p})".strip(), p) for p in sold.index]
