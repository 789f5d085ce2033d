"""Which days are ordinary, and which are not comparable with them: promotions, holidays, days with faulty data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from sizhen.tables import Shop, prepared
from sizhen.texts.clean import hide
from sizhen.vocab.calendar import Occasion

OWN = ("promotion", "holiday")


@dataclass(frozen=True)
class Rhythm:
    """For each day its occasion: "" ordinary, "promotion" or "holiday" the shop's own, "ill", else the calendar's id.

    `faulty` marks days whose figures are incomplete or doubled: they are compared with nothing.
    """

    days: pd.DatetimeIndex
    label: np.ndarray
    faulty: np.ndarray
    occasions: tuple[Occasion, ...]

    def align(self, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """(label, faulty) for other days; days unknown here are ordinary."""
        at = self.days.get_indexer(days)
        label = np.where(at >= 0, self.label[at], "")
        return label, np.where(at >= 0, self.faulty[at], False)

    def without(self, days: Iterable[date]) -> Rhythm:
        """The rhythm in which these days too are compared with nothing."""
        return replace(self, faulty=self.faulty | self.days.isin(pd.to_datetime(list(days))))

    def ill(self, since: date, until: date) -> Rhythm:
        """The rhythm in which the days `since`..`until` (not included) are not comparable: the shop was not well."""
        days = (self.days >= pd.Timestamp(since)) & (self.days < pd.Timestamp(until))
        return replace(self, label=np.where(days, "ill", self.label))


def _mark(days: pd.DatetimeIndex, label: np.ndarray, spans: Iterable[tuple[pd.Timestamp, pd.Timestamp, str]]) -> None:
    for start, end, name in spans:
        label[(days >= start) & (days <= end)] = name


def own_occasions(shop: Shop) -> pd.DataFrame:
    """The promotions and holidays the shop noted: kind, name, starts_on, ends_on (a missing end is the first day)."""
    if not shop.has("events"):
        return pd.DataFrame({"kind": [], "name": [], "starts_on": pd.to_datetime([]), "ends_on": pd.to_datetime([])})
    own = prepared.own_occasions(hide(shop.table("events"), "name"), *OWN)
    return own[["kind", "name", "starts_on", "ends_on"]]


def read_rhythm(shop: Shop, first: date, last: date, faulty: Iterable[date] = ()) -> Rhythm:
    """The rhythm of the days `first`..`last`."""
    days = pd.date_range(first, last, unit="us")
    label = np.full(len(days), "", dtype=object)
    calendar = shop.profile.occasions(first, last)
    _mark(days, label, ((pd.Timestamp(o.start), pd.Timestamp(o.end), o.id) for o in calendar))
    own = own_occasions(shop)
    _mark(days, label, ((r["starts_on"], r["ends_on"], r["kind"]) for r in own.to_dict("records")))
    bad = days.isin(pd.to_datetime(list(faulty)))
    return Rhythm(days, label, np.asarray(bad), calendar)
