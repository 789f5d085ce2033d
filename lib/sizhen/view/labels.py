"""Ids and numbers in the reader's language. Words come from the vocabulary, none from code."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from itertools import accumulate
from typing import Any

import pandas as pd

from sizhen.vocab import LANGUAGES, Text, load
from sizhen.vocab.currency import currency_sign, short_count
from sizhen.vocab.currency import short as short_money
from sizhen.vocab.names import short_names
from sizhen.vocab.plain import width as width

UNKNOWN = "—"
MINUS = "−"
SUFFIXES = ("_before", "_change", "_share")
SCALES = {
    "zh": ((1e8, "scale.large"), (1e4, "scale.small")),
    "en": ((1e6, "scale.large"), (1e3, "scale.small")),
}


@dataclass
class Reader:
    """Who reads: set by `view.use`."""

    language: str = "zh"
    currency: str = "CNY"


reader = Reader()


@dataclass(frozen=True)
class Style:
    """The look of tables and cards, as a notebook shows it."""

    css: str

    def _repr_html_(self) -> str:
        return f"<style>{self.css}</style>" if self.css else ""


def speak(language: str, currency: str = "CNY") -> None:
    """Sets the language (`zh`, `en`) and currency (ISO 4217) of labels. ValueError on another language."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
    reader.language, reader.currency = language, currency


def use(language: str, currency: str = "CNY") -> Style:
    """`speak`, and the chart style."""
    from sizhen.view import style  # loads matplotlib, which texts need not

    speak(language, currency)
    style.apply()
    sheet = style.HERE / "style.css"
    return Style(sheet.read_text(encoding="utf-8") if sheet.is_file() else "")


def text(words: Text | Mapping[str, str]) -> str:
    """One wording in the reader's language."""
    return words[reader.language]


def name(id: str) -> str:
    """The label of a metric, column, table or word; `visitors_before`, `visitors_change` and `visitors_share` come from
    `visitors`. KeyError for an id the vocabulary does not know."""
    known = load().labels
    if id in known:
        return known[id][reader.language]
    for suffix in SUFFIXES:
        if id.endswith(suffix):
            return say(f"suffix.{suffix[1:]}", name=name(id.removesuffix(suffix)))
    raise KeyError(id)


def say(id: str, **values: object) -> str:
    """The sentence of template `id` with its values filled in."""
    return load().labels[id][reader.language].format(**values)


def coded(column: str, id: Any) -> str:
    """What a coded value of `column` is called: channel, group, device, role …; unknown codes stay as they are."""
    if pd.isna(id) or id == "":
        return UNKNOWN
    vocab, key = load(), str(id)
    if column == "group" and key in vocab.groups:
        return text(vocab.groups[key])
    if column == "channel" and key in vocab.channels:
        return text(vocab.channels[key].label)
    if column == "aspect" and key in vocab.aspects:
        return text(vocab.aspects[key].label)
    words = vocab.labels.get(f"{column}.{key}") or vocab.labels.get(key)
    return text(words) if words else key


def brief(column: str, id: Any) -> str:
    """`coded` for a chart: without what stands in brackets, shortened, only characters our fonts have."""
    return shorten(drawable(coded(column, id).split("（")[0].split(" (")[0]), 24)


@cache
def unit(id: str) -> str:
    """The unit of a metric, column or word: count money rate score seconds number change date label text …"""
    if id.endswith("_change") and id not in load().units:
        return {"rate": "points", "score": "score"}.get(unit(id.removesuffix("_change")), "change")
    stem = id.removesuffix("_before")
    if stem.endswith("_share") and stem not in load().labels:
        return "rate"
    if stem in load().units:
        return load().units[stem]
    if stem in load().metrics:
        return load().metrics[stem].unit
    kinds = [c.kind for t in load().tables.values() for c in t.columns if c.name == stem]
    return {"choice": "label", "datetime": "date", "id": "text"}.get(kinds[0], kinds[0]) if kinds else "text"


def _grouped(value: float, digits: int) -> str:
    return f"{value:z,.{digits}f}".replace("-", MINUS)


def money(value: float, digits: int | None = None) -> str:
    digits = (0 if abs(value) >= 100 or value == 0 else 2) if digits is None else digits
    sign = currency_sign(reader.currency)
    return (MINUS if value < 0 else "") + sign + f"{abs(value):,.{digits}f}"


def short(value: float) -> str:
    """An amount as far as it is known: `¥11.9 万`, `¥119k`."""
    return text(short_money(value, reader.currency))


def rate(value: float) -> str:
    percent = value * 100
    digits = 0 if abs(percent) >= 99.95 or percent == 0 else 2 if abs(percent) < 1 else 1
    return f"{_grouped(percent, digits)}%"


def change(value: float) -> str:
    percent = value * 100
    if abs(percent) < 0.05:
        return "0%"
    return f"{percent:+,.{0 if abs(percent) >= 0.95 else 1}f}%".replace("-", MINUS)


def points(value: float) -> str:
    """A difference of two rates: `+0.31 个百分点`, from one point on `−10.2 个百分点`."""
    told = f"{value * 100:+z,.{1 if abs(value) >= 0.00995 else 2}f}"
    return say("unit.points", points=told.replace("-", MINUS))


def seconds(value: float) -> str:
    whole = round(value)
    if whole < 60:
        return say("duration.seconds", seconds=whole)
    if whole < 3600 and whole % 60 == 0:
        return say("duration.whole", minutes=whole // 60)
    if whole < 3600:
        return say("duration.minutes", minutes=whole // 60, seconds=whole % 60)
    return say("duration.hours", hours=whole // 3600, minutes=whole % 3600 // 60)


def day(value: date | pd.Timestamp) -> str:
    """`10月31日`, `31 Oct`."""
    return say("day", day=value)


def listing(items: Sequence[str]) -> str:
    """`a、b、c`, `a, b and c`."""
    *most, last = items
    first = reduce(lambda a, b: say("list.two", first=a, second=b), most) if most else ""
    return say("list.last", first=first, second=last) if most else last


def trail(names: Iterable[str]) -> str:
    """The way to a part of the split: `visitors / search`."""
    return reduce(lambda whole, part: say("path.two", whole=whole, part=part), names)


def fmt(value: Any, id: str) -> str:
    """A value as the reader writes it. `id`: a metric, column or word (its unit is looked up), or a unit itself."""
    kind = id if id in FORMATS or id in ("date", "text", "label", "flag") else unit(id)
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return UNKNOWN
    if kind in FORMATS:
        return FORMATS[kind](float(value))
    if kind == "date":
        return day(value)
    if kind == "flag":
        return name("yes" if value else "no")
    if kind == "path":
        return trail(coded("part", p) for p in str(value).split("/"))
    return coded(id, value) if kind == "label" else str(value) or UNKNOWN


def _trimmed(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}".replace("-", MINUS)


def compact(value: float, unit: str = "count") -> str:
    """A number for an axis or a bar: `12万`, `120k`, with the currency's sign for money."""
    if not math.isfinite(value):
        return UNKNOWN
    if unit == "rate":
        return f"{_trimmed(value * 100)}%"
    if unit not in ("count", "money", "number"):
        return fmt(value, unit)
    sign = currency_sign(reader.currency) if unit == "money" else ""
    size, scale = next(((s, name(w)) for s, w in SCALES[reader.language] if abs(value) >= s), (1.0, ""))
    amount = abs(value) / size
    number = _trimmed(amount)
    return (MINUS if value < 0 else "") + sign + number + scale


def about(value: Any, id: str) -> str:
    """A value of a metric as far as it matters to who acts on it: money in 万 or k, shares in whole per cent from ten
    on."""
    kind = unit(id)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return UNKNOWN
    if kind == "money":
        return short(value)
    if kind == "rate":
        return f"{_grouped(value * 100, 0 if abs(value) >= 0.0995 or value == 0 else 1)}%"
    return text(short_count(value)) if kind == "count" else fmt(value, id)


FORMATS = {
    "count": lambda v: _grouped(v, 0),
    "money": money,
    "cents": lambda v: money(v, 2),
    "rate": rate,
    "change": change,
    "points": points,
    "score": lambda v: _grouped(v, 2),
    "number": lambda v: _grouped(v, 2 if v != round(v) else 0),
    "seconds": seconds,
}


def shorten(text: str, columns: int = 20) -> str:
    """At most `columns` wide (10 Chinese characters), with … where cut."""
    text = " ".join(text.split())
    if len(text) <= columns and width(text) <= columns:
        return text
    reach = list(accumulate(map(width, text[:columns])))
    return f"{text[: bisect_right(reach, columns - 1)].rstrip()}…"


def apart(ids: Iterable[object], texts: Iterable[object], columns: int = 20) -> list[str]:
    """Names for a chart, at most `columns` wide, with only what our fonts can draw: those of two ids are not alike."""
    known = [str(id) for id in ids]
    names = short_names(dict(zip(known, (drawable(str(text)) for text in texts), strict=True)), columns)
    return [names[id] for id in known]


def drawable(text: str) -> str:
    """The text with only what our fonts can draw: a letter they lack becomes □, anything else they lack is dropped."""
    from sizhen.view import style

    known = style.drawn()
    kept = [c if ord(c) in known else "□" if unicodedata.category(c)[0] == "L" else "" for c in " ".join(text.split())]
    return " ".join("".join(kept).split())
