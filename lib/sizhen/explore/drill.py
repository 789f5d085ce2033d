"""From the whole to the part: a shop narrowed to a channel or product, the rows of a finding. Filtering, no figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sizhen.document import Finding
from sizhen.tables import Period, Shop, prepared
from sizhen.texts.aspects import by_cause, complaints
from sizhen.texts.clean import clean
from sizhen.vocab import load

FOCUS = {"channel": "traffic_daily", "product_id": "product_daily"}
COLUMNS = {"event": "name"}  # subject keys that a table calls otherwise
COUNTED = ("count", "money")


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
        """The part's days with shop_daily's columns, unknown where its table lacks them."""
        frame = self.table(FOCUS[self.column])
        if self.column == "channel":
            frame = prepared.channel_totals(frame)
        spec = load().tables["shop_daily"]
        counted = [c.name for c in spec.columns if c.kind in COUNTED and c.name in frame]
        if frame["date"].is_unique:
            return frame.reindex(columns=spec.names)
        return frame.groupby("date")[counted].sum(min_count=1).reset_index().reindex(columns=spec.names)


def tables_of(finding: Finding, shop: Shop) -> list[str]:
    """The shop's tables that hold a finding's rows: those its rules ask for, then others that know its subject."""
    vocab, subject = load(), finding.subject
    if "table" in subject:
        return [t for t in [subject["table"]] if shop.has(t)]
    rules = [rule for rule in vocab.rules.values() if finding.cause in rule.causes]
    asked = [need.partition(".")[0] for rule in rules for need in rule.needs]
    columns = {COLUMNS.get(key, key) for key in subject}
    knowing = [t.name for t in vocab.tables.values() if columns & set(t.names)]
    first = [t for t in asked if t in knowing] if columns else asked
    return [t for t in dict.fromkeys([*first, *knowing, *asked]) if _there(shop, t)]


def _there(shop: Shop, table: str) -> bool:
    return shop.has(table) or (table == "shop_daily" and shop.has("orders"))


def rows(finding: Finding, shop: Shop, table: str, period: Period) -> pd.DataFrame:
    """The rows of `table` that the finding's figures are counted from, newest first: those of its subject in the
    period, of reviews those that complain of its aspect. MissingTable where the shop lacks the table."""
    spec = load().tables[table]
    frame = _counted(finding, shop, table)
    for key, value in finding.subject.items():
        column = COLUMNS.get(key, key)
        if column in spec.names:
            frame = frame[frame[column] == value]
    if spec.dated is not None:
        frame = period.clip(frame, spec.dated).sort_values(spec.dated, ascending=False, kind="stable")
    return frame[spec.names].reset_index(drop=True)


def _counted(finding: Finding, shop: Shop, table: str) -> pd.DataFrame:
    """The rows of a table that count."""
    if table == "shop_daily":
        return shop.daily()
    frame = shop.table(table)
    if table == "traffic_daily":
        return (prepared.devices_apart if "device" in finding.subject else prepared.channel_totals)(frame)
    if table != "reviews":
        return frame
    reviews, aspect = clean(frame), load().causes[finding.cause].aspect
    return reviews if aspect is None else reviews[by_cause(complaints(reviews))[aspect]]
