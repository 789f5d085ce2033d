"""Figures and places as a reader expects them, in the languages of the reports."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from sizhen.tables import Shop
from sizhen.vocab import Text, load

LONGEST = 100  # characters of a name in a sentence
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def amount(value: float | None, currency: str) -> str:
    if value is None or not math.isfinite(value):
        return "—"
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{'−' if value < 0 else ''}{symbol}{abs(value):,.0f}" if abs(value) >= 100 else f"{symbol}{value:,.2f}"


def figure(value: float | None, metric: str, currency: str) -> Text:
    """A metric's value with its unit; an unknown value is a dash."""
    if value is None or not math.isfinite(value):
        return Text("—", "—")
    match load().metrics[metric].unit:
        case "money":
            shown = amount(value, currency)
        case "rate":
            shown = f"{value:.1%}" if value >= 0.1 else f"{value:.2%}"
        case "count":
            shown = f"{value:,.0f}"
        case "score" | "number":
            shown = f"{value:.2f}"
        case _:
            return load().labels["duration.seconds"].fill(seconds=f"{value:,.0f}")
    return Text(shown, shown)


def day(value: pd.Timestamp | date | None) -> Text:
    if value is None or pd.isna(value):
        return Text("本期", "this period")
    return Text(f"{value.month}月{value.day}日", f"{value.day} {value:%b}")


def _short(name: str) -> str:
    """A name that fits into a sentence."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _title(shop: Shop, product: str) -> str:
    if shop.has("products"):
        frame = shop.table("products")
        found = frame.loc[frame["product_id"] == product, "title"].dropna()
        if len(found):
            return _short(str(found.iloc[0]))
    return _short(product)


def _peer(shop: Shop, peer: str) -> str:
    frame = shop.table("peers") if shop.has("peers") else None
    found = [] if frame is None else frame.loc[frame["peer_id"] == peer, "name"].dropna().tolist()
    return _short(str(found[0]) if found else peer)


def place(shop: Shop, subject: dict[str, str]) -> Text:
    """The subject in words. Agents are named by role only: the report goes to the owner."""
    words = load().labels
    if not subject:
        return words["whole_shop"]
    key, value = next(iter(subject.items()))
    if key == "product_id":
        title = _title(shop, value)
        return Text(f"「{title}」", f"“{title}”")
    if key == "peer_id":
        name = _peer(shop, value)
        return Text(f"「{name}」", name)
    if key == "agent":
        return words["one_agent"]
    if key in ("channel", "device", "table", "aspect", "event") and value in words:
        return words[value]
    if key == "event" and len(span := value.split("..")) == 2:
        first, last = (day(date.fromisoformat(d)) for d in span)
        return Text(f"{first.zh}至{last.zh}", f"{first.en} to {last.en}")
    return Text(f"「{_short(value)}」", f"“{_short(value)}”")
