"""The patient's chart: everything measured of one shop for one period, each thing once, when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sizhen.diagnosis.baseline import read
from sizhen.diagnosis.data_faults import DataFaults, find_faults
from sizhen.diagnosis.panel import SHOP, Grid, grid, panel
from sizhen.diagnosis.reading import Reading, Readings
from sizhen.diagnosis.rhythm import Rhythm, read_rhythm
from sizhen.diagnosis.sources import SOURCES
from sizhen.document import Immature, OrdersTold
from sizhen.exam.listen_reviews import complaints_of
from sizhen.tables import Period, Shop, prepared
from sizhen.vocab import load

FOLLOWS = (0.7, 0.12)  # mean and variance among shops, as far as is known
SPARSE = {"product", "plan", "keyword", "channel", "reviews", "reviews.product"}


@dataclass(frozen=True)
class Chart:
    """One shop over one period. Nothing here judges; it measures."""

    shop: Shop
    period: Period
    first: date
    last: date
    faults: DataFaults
    rhythm: Rhythm
    language: str
    _kept: dict[tuple[object, ...], object] = field(default_factory=dict, repr=False, compare=False)

    def _once(self, key: tuple[object, ...], make: Callable[[], object]) -> object:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def frame(self, source: str) -> pd.DataFrame | None:
        """The prepared table behind `source`, or None where the shop lacks it. `reviews:size` counts that aspect."""
        name, _, aspect = source.partition(":")
        frame = self._once(("frame", name), lambda: SOURCES[name].frame(self.shop, self.period))
        if aspect and frame is not None:
            return complaints_of(frame, aspect)  # type: ignore[arg-type]
        return frame  # type: ignore[return-value]

    def inside(self, table: str) -> pd.DataFrame:
        """The rows of a table (shop_daily: or what orders tell of it) that lie in the period; undated ones all do."""
        return self._once(("inside", table), lambda: self._inside(table))  # type: ignore[return-value]

    def _inside(self, table: str) -> pd.DataFrame:
        frame = self.shop.daily() if table == "shop_daily" else self.shop.table(table)
        dated = load().tables[table].dated
        return self.period.clip(frame, dated) if dated else frame

    def grid(self, source: str) -> Grid:
        """The grid of the source's rows; the source must have a frame."""
        name = source.partition(":")[0]
        return self._once(("grid", name), lambda: grid(self.frame(name), SOURCES[name].by))  # type: ignore[return-value,arg-type]

    def readings(self, metric: str, source: str = "shop", *, market: bool = False) -> Readings | None:
        """Readings of `metric` per member of `source`; None where data or baseline are missing.

        `market`: sums are expected to move as the tier did, where the tier is known.
        """
        return self._once(("readings", metric, source, market), lambda: self._read(metric, source, market))  # type: ignore[return-value]

    def _read(self, metric: str, source: str, market: bool) -> Readings | None:
        frame = self.frame(source)
        if frame is None:
            return None
        about = load().metrics[metric]
        sparse = source in SPARSE and about.kind == "sum"
        made = panel(frame, self.grid(source), metric, absent_is_zero=sparse)
        if made is None:
            return None
        movement = self.market(made.days) if market and about.kind == "sum" else None
        contradicted = self.faults.contradictions.get(SOURCES[source.partition(":")[0]].table)
        amounts = contradicted is not None and contradicted.metric == "paid_amount"
        rhythm = self.rhythm.without(contradicted.days) if contradicted and amounts else self.rhythm
        return read(made, self.period, rhythm, movement)

    def reading(self, metric: str, source: str = "shop", member: str = SHOP, *, market: bool = False) -> Reading | None:
        found = self.readings(metric, source, market=market)
        return found[member] if found is not None and member in found else None

    def market(self, days: pd.DatetimeIndex) -> np.ndarray | None:
        """The tier's movement per day, 1 on average, softened as far as the shop follows it; None if unknown."""
        tier = self.frame("tier")
        if tier is None or tier["visitors"].notna().sum() < 28:
            return None
        series = tier.set_index("date")["visitors"].reindex(days).astype("float64")
        smooth = series.rolling(3, center=True, min_periods=1).mean()
        level = np.log(smooth / smooth.mean())
        return np.exp(np.nan_to_num(level.to_numpy()) * self.follows)

    @property
    def follows(self) -> float:
        """How far the shop's visitors move with the tier's, 0-1, from the days before the period.

        A slope of weekly means, drawn to what shops usually do as far as the tier has hardly moved.
        """
        return self._once(("follows",), self._follow)  # type: ignore[return-value]

    def _follow(self) -> float:
        tier, own = self.frame("tier"), self.frame("shop")
        if tier is None or own is None:
            return 0.0
        both = own.set_index("date")[["visitors"]].join(tier.set_index("date")["visitors"].rename("tier"))
        before = both[both.index < pd.Timestamp(self.period.start)]
        both = before.where(before > 0).dropna().map(np.log)
        if len(both) < 28:
            return 0.0
        weekly = both.rolling(7).mean().dropna()
        moved = weekly - weekly.mean()
        weeks = len(moved) / 7
        spread = max(float((moved["tier"] ** 2).mean()), 1e-12)
        slope = float((moved["visitors"] * moved["tier"]).mean()) / spread
        unrest = float(((moved["visitors"] - slope * moved["tier"]) ** 2).mean()) / spread / max(weeks - 2, 1.0)
        mean, variance = FOLLOWS
        return float(np.clip((slope / unrest + mean / variance) / (1 / unrest + 1 / variance), 0.0, 1.0))

    def plain_sales(self) -> Readings | None:
        """Sales against their expectation had no day of the period been special."""
        return self._once(("plain",), self._plain)  # type: ignore[return-value]

    def _plain(self) -> Readings | None:
        frame = self.frame("shop")
        made = None if frame is None else panel(frame, self.grid("shop"), "paid_amount")
        if made is None:
            return None
        inside = self.rhythm.days >= pd.Timestamp(self.period.start)
        label = np.where(inside, "", self.rhythm.label)
        return read(made, self.period, replace(self.rhythm, label=label))

    @property
    def comparable(self) -> bool:
        """True when the shop's sales have a baseline."""
        return self.reading("paid_amount") is not None

    def immature(self) -> list[Immature]:
        """Figures of the period that are not final yet: metric, from which day on, and why."""
        found = []
        tables = {"refund_rate": "refunds", "return_on_spend": "ads_daily", "inquiry_conversion": "service_daily"}
        for metric, table in tables.items():
            days = load().metrics[metric].maturity_days
            since = max(self.period.start, self.period.last(days).start)
            if self.shop.has(table):
                why = load().labels["immature"][self.language].format(days=days)
                found.append(Immature(metric, since, why))
        if unpaid := [day for day in self.faults.unpaid if day >= self.period.start]:
            found.append(Immature("paid_amount", unpaid[0], load().labels["immature.open"][self.language]))
        return found

    def orders_told(self) -> list[OrdersTold]:
        """What is to be told of the period's orders beside the sales."""
        if not self.shop.has("orders"):
            return []
        rows = prepared.orders_told(self.shop.table("orders"), self.period).to_dict("records")
        return [
            OrdersTold(r["kind"], r["orders"], None if pd.isna(r["amount"]) else round(r["amount"], 2)) for r in rows
        ]

    def events(self, *kinds: str) -> pd.DataFrame:
        """Events of these kinds that touch the period or the week before it."""
        if not self.shop.has("events"):
            return pd.DataFrame(columns=["starts_on", "ends_on", "name", "kind", "product_id", "points"])
        own = prepared.own_occasions(self.shop.table("events"), *kinds)
        first, last = pd.Timestamp(self.period.start - timedelta(days=7)), pd.Timestamp(self.period.end)
        return own[(own["starts_on"] <= last) & (own["ends_on"] >= first)]


def open_chart(shop: Shop, period: Period, ill_since: date | None = None) -> Chart:
    """Reads the shop's days up to the period's end and finds faulty ones. Days from `ill_since` are no baseline."""
    faults = find_faults(shop, period)
    last = period.end
    first = min(faults.first, period.start)
    rhythm = read_rhythm(shop, first, last, faults.apart)
    if ill_since is not None:
        rhythm = rhythm.ill(ill_since, period.start)
    return Chart(shop, period, first, last, faults, rhythm, shop.profile.language)
