"""From the whole to the part: a shop narrowed to a channel or product, the rows of a finding. Filtering, no figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pandas as pd

from sizhen.document import Finding
from sizhen.vocab import load

FOCUS = {"channel": "traffic_daily", "product_id": "product_daily"}
COLUMNS = {"event": "name"}  # subject keys that a table calls otherwise
BAD_STARS = 2
COUNTED = ("count", "money")


class Tables(Protocol):
    """What this module asks of a shop."""

    def has(self, *tables: str) -> bool: ...
    def table(self, name: str) -> pd.DataFrame: ...
    def daily(self) -> pd.DataFrame: ...


class Days(Protocol):
    """What this module asks of a period."""

    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...


@dataclass(frozen=True)
class Against:
    """A period beside other days than those it is usually compared with; all else is the period's."""

    period: Any
    baseline: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.period, name)


@dataclass(frozen=True)
class Part:
    """The shop as seen through one channel or product: only its rows, in every table that tells them apart."""

    shop: Any
    column: str
    value: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)

    def table(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.shop.table(name)
        return frame[frame[self.column] == self.value].reset_index(drop=True) if self.column in frame else frame

    def daily(self) -> pd.DataFrame:
        """The part's days with shop_daily's columns, unknown where its table lacks them. Devices are added unless the
        platform gives them together."""
        frame = self.table(FOCUS[self.column])
        if "device" in frame:
            whole = frame["device"] == "all"
            frame = frame[whole | ~frame["date"].isin(frame.loc[whole, "date"])]
        spec = load().tables["shop_daily"]
        counted = [c.name for c in spec.columns if c.kind in COUNTED and c.name in frame]
        if frame["date"].is_unique:
            return frame.reindex(columns=spec.names)
        return frame.groupby("date")[counted].sum(min_count=1).reset_index().reindex(columns=spec.names)


def tables_of(finding: Finding, shop: Tables) -> list[str]:
    """The shop's tables that hold a finding's rows: those its rules ask for, then others that know its subject."""
    vocab, subject = load(), finding.subject
    if "table" in subject:
        return [t for t in [subject["table"]] if shop.has(t)]
    rules = [rule for rule in vocab.rules.values() if finding.cause in rule.causes]
    asked = [need.partition(".")[0] for rule in rules for need in rule.needs]
    columns = {COLUMNS.get(key, key) for key in subject} - {"aspect"}
    knowing = [t.name for t in vocab.tables.values() if columns & set(t.names)]
    first = [t for t in asked if t in knowing] if columns else asked
    return [t for t in dict.fromkeys([*first, *knowing, *asked]) if _there(shop, t)]


def _there(shop: Tables, table: str) -> bool:
    return shop.has(table) or (table == "shop_daily" and shop.has("orders"))


def rows(finding: Finding, shop: Tables, table: str, period: Days) -> pd.DataFrame:
    """The rows of `table` that a finding's subject and dates name, newest first: from the day it began to the period's
    end. MissingTable where the shop lacks the table."""
    frame = shop.daily() if table == "shop_daily" else shop.table(table)
    spec = load().tables[table]
    for key, value in finding.subject.items():
        column = COLUMNS.get(key, key)
        if column in spec.names:
            frame = frame[frame[column] == value]
        elif key == "aspect" and "text" in spec.names:
            frame = frame[_complaints(frame, value)]
    if spec.dated is not None:
        first = pd.Timestamp(finding.since or period.start)
        moment = frame[spec.dated]
        frame = frame[(moment >= first) & (moment < pd.Timestamp(period.end) + pd.Timedelta(days=1))]
        frame = frame.sort_values(spec.dated, ascending=False, kind="stable")
    return frame[spec.names].reset_index(drop=True)


def _complaints(reviews: pd.DataFrame, aspect: str) -> pd.Series:
    """Reviews that complain of the aspect; of bad ones, all that talk about it."""
    about, text = load().aspects[aspect], reviews["text"].fillna("")
    found = (re.compile(f"(?:{t.zh})|(?:{t.en})", re.IGNORECASE) for t in (about.patterns, about.topics))
    named, told = (text.map(expression.search).notna() for expression in found)
    return named | (told & (reviews["rating"] <= BAD_STARS))
