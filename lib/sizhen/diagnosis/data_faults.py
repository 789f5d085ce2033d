"""Days and totals that cannot be trusted: named, and left out of every comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sizhen.tables import Period, Shop, prepared
from sizhen.vocab import Metric, load
from sizhen.vocab.limits import limit

KNOWN_DAYS = 14
ROUNDED = {"rate": 0.0005, "money": 0.5, "number": 0.05}  # half a unit of the last place that is printed
PERCENT = 10.0  # a rate printed so many times too high is printed in percent
RARE = 15.0  # below so many orders a day, a day without one may be a day without sales


@dataclass(frozen=True)
class Contradiction:
    """Days on which a table holds amounts `held` of a metric, where the other figures say `said`.

    Of a rate both are numerators, and `over` is what they are divided by.
    """

    days: tuple[date, ...]
    held: np.ndarray
    said: np.ndarray
    metric: str = "paid_amount"
    over: np.ndarray | None = None

    def inside(self, period: Period) -> tuple[tuple[date, ...], float, float] | None:
        """(days, value held, value said) in the period; None where it has no such day."""
        mine = [i for i, d in enumerate(self.days) if period.start <= d <= period.end]
        if not mine:
            return None
        over = 1.0 if self.over is None else float(self.over[mine].sum())
        held, said = (float(values[mine].sum()) / over for values in (self.held, self.said))
        return tuple(self.days[i] for i in mine), held, said


@dataclass(frozen=True)
class DataFaults:
    """`first`: first day with data. `missing`: days of the period without data. `days`: faulty days anywhere.
    `in_part`: days of which orders alone tell a part of the payments; `unpaid`: the last days, if many of their orders
    are to be paid yet. Nothing is wrong with these, but they are compared with nothing (`apart`).

    `contradictions`: by the table that holds, on some days, another amount than the other tables say.
    """

    first: date
    missing: tuple[date, ...]
    doubled: tuple[date, ...]
    partial: tuple[date, ...]
    contradictions: dict[str, Contradiction]
    in_part: tuple[date, ...] = ()
    unpaid: tuple[date, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        return (*self.doubled, *self.partial)

    @property
    def apart(self) -> tuple[date, ...]:
        return (*self.days, *self.in_part, *self.unpaid)


def _dates(index: pd.DatetimeIndex) -> tuple[date, ...]:
    return tuple(d.date() for d in index)


def _doubled(daily: pd.DataFrame) -> pd.DatetimeIndex:
    """Days that repeat the day before to the last figure."""
    figures = daily.set_index("date").select_dtypes("number").dropna(axis=1, how="all")
    figures = figures.drop(columns=[c for c in figures if str(c).startswith("dsr_")])
    same = (figures == figures.shift()).where(figures.notna(), True).all(axis=1)
    busy = figures.fillna(0).gt(20).sum(axis=1) >= 3
    return pd.DatetimeIndex(figures.index[same & busy])


def _partial(daily: pd.DataFrame, period: Period) -> pd.DatetimeIndex:
    """The last day, when it holds so little that it must have been exported before its end."""
    counts = daily.set_index("date")["visitors"].dropna()
    last = pd.DatetimeIndex(counts.index[-1:])
    if len(counts) < 15 or last[0] != pd.Timestamp(period.end):
        return last[:0]
    usual = counts.iloc[-15:-1].median()
    little = counts.iloc[-1] < limit("data.inconsistent", "partial_visitors_ratio") * usual
    return last if usual >= 100 and little else last[:0]


def _tolerance() -> float:
    """Up to which part two totals of one day agree."""
    return limit("data.inconsistent", "apart_share")


def _parts(shop: Shop, table: str) -> pd.Series:
    """Paid amount per day, added over the table's members."""
    frame = shop.table(table)
    if table == "traffic_daily":
        frame = prepared.channel_totals(frame)
    return frame.groupby("date")["paid_amount"].sum(min_count=1).dropna()


def _apart(shop: Shop, table: str, period: Period, own: pd.Series) -> tuple[pd.Series, float]:
    """(the table's share of the shop's paid amount on the days on which it is not the usual one, the usual one).

    A table that never adds up counts by another definition.
    """
    return _unusual((_parts(shop, table) / own).dropna(), period)


def _unusual(share: pd.Series, period: Period) -> tuple[pd.Series, float]:
    """(`share` per day on the days on which it is not the usual one, the usual one: 1 unless the days before tell)."""
    before = share[share.index < pd.Timestamp(period.start)]
    known = len(before) >= KNOWN_DAYS and before.median() > 0
    usual = float(before.median()) if known else 1.0
    unrest = float((before / usual - 1).abs().median()) if known else 0.0
    apart = max(_tolerance(), limit("data.inconsistent", "apart_unrest_ratio") * unrest)
    return share[(share - usual).abs() > apart * usual], usual


def _stated(daily: pd.DataFrame, metric: Metric, period: Period) -> Contradiction | None:
    """Days whose printed rate, a column beyond the contract, is not its own counts divided."""
    rows = daily.set_index("date")
    stated = pd.to_numeric(rows[metric.id], errors="coerce").astype("float64")
    top, bottom = rows[metric.numerator], rows[metric.denominator]
    own = (top / bottom).where((top > 0) & (bottom > 0))
    if metric.unit == "rate" and (stated / own).median() > PERCENT:
        stated = stated / 100
    share, usual = _unusual((stated / own).dropna(), period)
    days = pd.DatetimeIndex(share.index)
    days = days[(stated - usual * own)[days].abs() > ROUNDED[metric.unit]]
    if days.empty:
        return None
    weight = bottom[days].to_numpy()
    return Contradiction(
        _dates(days), stated[days].to_numpy() * weight, usual * top[days].to_numpy(), metric.id, weight
    )


def stated_rates(daily: pd.DataFrame, period: Period) -> Contradiction | None:
    """The rate printed in `daily` that most days contradict their own counts in; None where all agree.

    A rate that is off by the same factor on the days before counts by another definition.
    """
    ratios = [m for m in load().metrics.values() if m.kind == "ratio" and m.id in daily and m.unit in ROUNDED]
    found = [_stated(daily, m, period) for m in ratios if {m.numerator, m.denominator} <= set(daily)]
    return max((c for c in found if c is not None), key=lambda c: len(c.days), default=None)


def _contradictions(shop: Shop, period: Period, daily: pd.DataFrame) -> dict[str, Contradiction]:
    """By table: amounts against those of other tables; of the shop's own report, else, printed rates against counts."""
    printed = stated_rates(daily, period)
    return ({"shop_daily": printed} if printed else {}) | _amounts(shop, period, daily)


def _amounts(shop: Shop, period: Period, daily: pd.DataFrame) -> dict[str, Contradiction]:
    """By the table at fault: two tables that contradict the shop's report on the same days by as much are right."""
    own = daily.set_index("date")["paid_amount"].dropna()
    own = own[own > 0]
    tables = [t for t in ("product_daily", "traffic_daily") if shop.has(t) and len(own)]
    found = {t: _apart(shop, t, period, own) for t in tables}
    found = {t: (share, usual) for t, (share, usual) in found.items() if len(share)}
    if len(found) == 2:
        (a, x), (b, y) = found.values()
        both = a.index.intersection(b.index)
        if len(both) == len(a) == len(b) and ((a / x) / (b / y) - 1).abs().max() < _tolerance():
            return {
                "shop_daily": Contradiction(
                    _dates(pd.DatetimeIndex(both)), own[both].to_numpy(), (a * own[both] / x).to_numpy()
                )
            }
    return {
        t: Contradiction(
            _dates(pd.DatetimeIndex(share.index)),
            (share * own[share.index]).to_numpy(),
            (usual * own[share.index]).to_numpy(),
        )
        for t, (share, usual) in found.items()
    }


def orders_apart(shop: Shop) -> Contradiction | None:
    """Days on which the orders' paid amounts are not those of the shop's report, by neither the day of payment nor that
    of ordering, whatever made it; None where they agree, a table is not there, or no order is known to be paid.

    The first and the last day of the orders may be incomplete, and the last ones may have orders that are still to be
    paid: they are not compared.
    """
    if not shop.has("shop_daily", "orders"):
        return None
    said = shop.table("shop_daily").set_index("date")["paid_amount"].dropna()
    orders = shop.table("orders")
    placed, paid = prepared.orders_placed(orders)["date"], prepared.orders_paid(orders)
    end = min(day for day in (placed.max(), prepared.open_since(orders)) if day is not None)
    said = said[(said.index > placed.min()) & (said.index < end)]
    ways = paid, prepared.orders_placed(paid)
    held = pd.DataFrame({n: way.groupby("date")["paid_amount"].sum() for n, way in enumerate(ways)})
    held = held.reindex(said.index).fillna(0.0)
    apart = held.sub(said, axis=0).abs()
    off = apart[apart.gt(_tolerance() * said, axis=0).all(axis=1)]
    if off.empty or paid.empty:
        return None
    nearest = held.loc[off.index].to_numpy()[np.arange(len(off)), off.to_numpy().argmin(axis=1)]
    return Contradiction(_dates(pd.DatetimeIndex(off.index)), nearest, said[off.index].to_numpy())


def find_faults(shop: Shop, period: Period) -> DataFaults:
    """Faults of the shop's days up to the period's end. A shop without days has none, and starts at the period."""
    if not (shop.has("shop_daily") or shop.has("orders")):
        return DataFaults(period.start, (), (), (), {})
    daily = shop.daily()
    daily = daily[daily["date"] <= pd.Timestamp(period.end)]
    if daily.empty:
        return DataFaults(period.start, _dates(period.dates()), (), (), {})
    if not shop.has("shop_daily"):
        return _of_orders(shop.table("orders"), period, daily)
    have = pd.DatetimeIndex(daily["date"])
    return DataFaults(
        have.min().date(),
        _dates(period.dates().difference(have)),
        _dates(_doubled(daily)),
        _dates(_partial(daily, period)),
        _contradictions(shop, period, daily),
    )


def _of_orders(orders: pd.DataFrame, period: Period, daily: pd.DataFrame) -> DataFaults:
    """Of a shop known by its orders alone: `daily` are its days. One that has few has days without any."""
    every_day = bool(daily["paid_orders"].median() >= RARE)
    have = pd.DatetimeIndex(prepared.orders_placed(orders)["date"].unique())
    since = prepared.open_since(orders)
    return DataFaults(
        daily["date"].min().date(),
        _dates(period.dates().difference(have)) if every_day else (),
        (),
        (),
        {},
        _dates(prepared.days_in_part(orders, every_day=every_day)),
        () if since is None else _dates(pd.DatetimeIndex(daily["date"][daily["date"] >= since])),
    )
