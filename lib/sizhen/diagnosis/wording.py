"""Figures, days and places as a reader expects them, in the languages of the reports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import pandas as pd

from sizhen.diagnosis import naming
from sizhen.tables import Shop
from sizhen.vocab import Text, load
from sizhen.vocab.currency import currency_sign, short
from sizhen.vocab.names import cut

UNKNOWN = Text("—", "—")
MOST_DIGITS = 3
SHORT_FROM = 10_000.0  # money from here on is told in 万 and k


def amount(value: float | None, currency: str) -> str:
    if value is None or not math.isfinite(value):
        return "—"
    sign = currency_sign(currency)
    return f"{'−' if value < 0 else ''}{sign}{abs(value):,.0f}" if abs(value) >= 100 else f"{sign}{value:,.2f}"


def figure(value: float | None, metric: str, currency: str) -> Text:
    """A metric's value with its unit; an unknown value is a dash."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
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
            return _seconds(value)
    return Text(shown, shown)


def told(value: float | None, metric: str, currency: str, more: int = 0) -> Text:
    """A metric's value as far as a reader needs it: per cent whole from 10 on, prices in two digits, large sums in 万.
    `more`: decimals beyond that."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    match load().metrics[metric].unit:
        case "money":
            return _money(value, currency, more)
        case "rate":
            shown = share(value, more)
        case "count":
            shown = f"{value:,.{more if value < 100 else 0}f}"
        case "score" | "number":
            shown = f"{value:,.{2 + more}f}"
        case _:
            return _seconds(value)
    return Text(shown, shown)


def together(values: Sequence[float | None], metric: str, currency: str) -> list[Text]:
    """Values told beside each other: with as many decimals as it takes to see that they differ."""
    for more in range(MOST_DIGITS):
        shown = [told(v, metric, currency, more) for v in values]
        if len({t.en for t in shown}) >= len({v for v in values if v is not None and math.isfinite(v)}):
            break
    return shown


def share(value: float, more: int = 0) -> str:
    """Per cent: whole from 10 on, two digits below, `more` decimals beyond that; never all where it is not all."""
    percent = value * 100
    size = abs(percent)
    digits = (0 if size >= 9.95 or size == round(size) else 1 if size >= 1 else 2) + more
    told = f"{percent:,.{digits}f}"
    if size < 100 and float(told) >= 100:
        told = f"{min(percent, 99.9):.1f}"
    return f"{told}%".replace("-", "−")


def _money(value: float, currency: str, more: int) -> Text:
    if abs(value) >= SHORT_FROM and not more:
        return short(value, currency)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    shown = f"{'−' if value < 0 else ''}{currency_sign(currency)}{abs(value):,.{digits + more}f}"
    shown = shown.removesuffix(".0")
    return Text(shown, shown)


def _seconds(value: float) -> Text:
    whole, words = round(value), load().labels
    if whole < 60:
        return words["duration.seconds"].fill(seconds=whole)
    minutes, seconds = divmod(whole, 60)
    return words["duration.minutes" if seconds else "duration.whole"].fill(minutes=minutes, seconds=seconds)


def day(value: pd.Timestamp | date | None) -> Text:
    if value is None or pd.isna(value):
        return Text("本期", "this period")
    return Text(f"{value.month}月{value.day}日", f"{value.day} {value:%b}")


def place(shop: Shop, subject: dict[str, str]) -> Text:
    """The subject in words, short. Agents are named by role only: the report goes to the owner."""
    words = load().labels
    if not subject:
        return words["whole_shop"]
    key, value = next(iter(subject.items()))
    if key == "agent":
        return words["one_agent"]
    if key in ("channel", "device", "table", "aspect", "event") and value in words:
        return words[value]
    if key == "event" and len(span := value.split("..")) == 2:
        first, last = (day(date.fromisoformat(d)) for d in span)
        return Text(f"{first.zh}至{last.zh}", f"{first.en} to {last.en}")
    if key == "peer_id":
        name = naming.peer(shop, value)
        return Text(f"「{name}」", name)
    if key == "product_id":
        name = naming.product(shop, value)
    elif key == "plan":
        name = naming.plan(shop, value)
    else:
        name = cut(" ".join(value.split()))
    return Text(f"「{name}」", f"“{name}”")
