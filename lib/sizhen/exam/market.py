"""The market from daily listings of many shops: what is on the shelf, who cut prices on which day, and what sold then.

Units are those of one day. What was sold since a look more than a day ago is not spread over the days: it is unknown
per day, as are an item's first day and a day on which its counter fell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sizhen.exam.compare import SAME_PRICE
from sizhen.exam.needs import because, needs
from sizhen.exam.peer_names import named
from sizhen.exam.placebo import EARLIER, NOTHING, Effect, Panel
from sizhen.tables import Period, Shop
from sizhen.tables.counter import added

ITEM = ["peer_id", "peer_product_id"]
COUNTER = "units_sold_counter"  # kept by intake beside what it differenced
WINDOW, LEAST_BEFORE = 14, 3
COUNTED = ["listed", "new_items", "gone_items", "priced_twice", "cheaper", "dearer"]
EFFECTS = ["units_ratio", "uncut_ratio", "units_times", "times_low", "times_high", "against_control"]


def listings(shop: Shop, period: Period) -> pd.DataFrame:
    """Items seen up to the period's end (and not long before its baseline), by shop, item and day: date, peer_id,
    peer_product_id, price, units (sold that day), look (the shop's looks numbered), seen_before (at the look before),
    price_change (against it)."""
    table = shop.table("peer_products_daily")
    first = pd.Timestamp(period.baseline.start) - EARLIER * pd.Timedelta(days=WINDOW)
    table = table[table["date"].between(first, pd.Timestamp(period.end))]
    table = table.sort_values([*ITEM, "date"], ignore_index=True)
    units = table["units_sold"]
    if COUNTER in table:
        told = table.assign(**{COUNTER: pd.to_numeric(table[COUNTER], errors="coerce")})
        units = units.where(~(added(told, ITEM, "date", COUNTER)["days"] > 1))
    rows = table[["date", *ITEM, "price"]].assign(units=units)
    rows["look"] = rows.groupby("peer_id")["date"].rank(method="dense")
    items = rows.groupby(ITEM, sort=False)
    rows["seen_before"] = items["look"].diff() == 1
    rows["price_change"] = (rows["price"] / items["price"].shift() - 1).where(rows["seen_before"])
    return rows


def _looks(rows: pd.DataFrame) -> pd.DataFrame:
    """Per shop and day: the COUNTED columns; what a shop's first look cannot tell is unknown."""
    moved = rows["price_change"]
    marks = rows[["peer_id", "date", "look"]].assign(
        seen=rows["seen_before"],
        priced_twice=moved.notna(),
        cheaper=moved < -SAME_PRICE,
        dearer=moved > SAME_PRICE,
    )
    by = marks.groupby(["peer_id", "date"])
    table = by[["seen", "priced_twice", "cheaper", "dearer"]].sum().astype("float64")
    table.insert(0, "listed", by.size().astype("float64"))
    table["new_items"] = table["listed"] - table["seen"]
    table["gone_items"] = table.groupby("peer_id")["listed"].shift() - table["seen"]
    first = by["look"].first() == 1
    table.loc[first, [c for c in COUNTED if c != "listed"]] = float("nan")
    return table.drop(columns="seen").reset_index()


def _median_cut(rows: pd.DataFrame, by: list[str]) -> pd.Series:
    return rows[rows["price_change"] < -SAME_PRICE].groupby(by)["price_change"].median()


class _Shelf:
    """Prices and units as matrices, days by items, to ask what a cut did."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._days = pd.date_range(rows["date"].min(), rows["date"].max(), unit="us")
        by_item = rows.set_index(["date", *ITEM])
        price, units, change = (
            by_item[c].unstack(ITEM).reindex(self._days) for c in ("price", "units", "price_change")
        )
        self._price = price.to_numpy(dtype=float)
        self._cut = change.to_numpy(dtype=float) < -SAME_PRICE
        repriced = np.abs(price.ffill().pct_change(fill_method=None).to_numpy(dtype=float)) > SAME_PRICE
        self._repriced = np.vstack([np.zeros((1, repriced.shape[1])), np.cumsum(repriced, axis=0)])
        self._peer = price.columns.get_level_values("peer_id").to_numpy()
        self._known = ~np.isnan(units.to_numpy(dtype=float)).all(axis=1)
        self._panel = Panel(units, units.notna().astype("float64"))

    def effect(self, day: pd.Timestamp, peer: str | None) -> tuple[int, Effect]:
        """(days the cut lasted, at most 14; effect) of the items cut on that day, by one shop or by all, against all
        items whose price stood."""
        start = int((day - self._days[0]).days)
        before = min(WINDOW, start - int(self._known.argmax())) if self._known[:start].any() else 0
        exposed = self._cut[start] & (self._peer == peer if peer is not None else True)
        days = self._lasted(exposed, start)
        if before < LEAST_BEFORE:
            return days, NOTHING
        stood = self._repriced[start + days] - self._repriced[start - before + 1] == 0
        return days, self._panel.effect(exposed, stood, start, days, before)

    def _lasted(self, exposed: np.ndarray, start: int) -> int:
        """The median of the days on which the cut items stayed nearer to the new price than to the old."""
        shown = self._price[start : start + WINDOW, exposed]
        past = pd.DataFrame(self._price[:start, exposed]).ffill().iloc[-1].to_numpy()
        low = shown <= (past + shown[0]) / 2
        return max(1, int(np.median(np.cumprod(low, axis=0).sum(axis=0))))


def _told(days: int, effect: Effect) -> dict[str, Any]:
    times = (1 + effect.effect, 1 + effect.low, 1 + effect.high)
    values = (effect.ratio, effect.control_ratio, *times, effect.reading)
    return {"days": float(days), **dict(zip(EFFECTS, values, strict=True))}


@needs("peer_products_daily")
def days(shop: Shop, period: Period) -> pd.DataFrame:
    """The shelf by day of the period, over all followed shops: date, listed (items), new_items and gone_items (against
    the shop's look before), priced_twice (items priced at both looks), cheaper, dearer, median_cut (of the cheaper),
    units (sold that day, of units_known items), and what the cheaper did, as in `cuts`: units_ratio, uncut_ratio,
    units_times, times_low, times_high, against_control."""
    rows = listings(shop, period)
    seen = period.clip(_looks(rows))
    if seen.empty:
        return pd.DataFrame()
    table = seen.groupby("date")[COUNTED].sum(min_count=1)
    sold = rows.groupby("date")["units"].agg(["sum", "count"])
    table["median_cut"] = _median_cut(rows, ["date"])
    table["units"] = sold["sum"].where(sold["count"] > 0)
    table["units_known"] = sold["count"].astype("float64")
    shelf = _Shelf(rows)
    effects = [_told(*shelf.effect(day, None)) for day in table.index[table["cheaper"] > 0]]
    told = pd.DataFrame(effects, index=table.index[table["cheaper"] > 0], columns=["days", *EFFECTS])
    return table.join(told.drop(columns="days")).rename_axis("date").reset_index()


@needs("peer_products_daily")
def cuts(shop: Shop, period: Period) -> pd.DataFrame:
    """Who cut prices on which day of the period, most items first: peer_id, name, cut_on, cheaper (items),
    cheaper_share (of those it priced at both looks), median_cut, days (the cut lasted), units_ratio (units of those
    items ÷ those at the pace of up to 14 days before), uncut_ratio (of all followed items whose price stood, on the
    same days), units_times (the first ÷ the second) with times_low, times_high (95 %, as wide as items that were not
    cut strayed), against_control (below, above, within the interval, few; alone: nothing to compare with), evidence."""
    rows = listings(shop, period)
    seen = period.clip(_looks(rows))
    if seen.empty:
        return pd.DataFrame()
    table = seen[seen["cheaper"] > 0].drop(columns=["listed", "new_items", "gone_items", "dearer"])
    if table.empty:
        return because("market_cuts.none")
    table["median_cut"] = (
        _median_cut(rows, ["peer_id", "date"]).reindex(pd.MultiIndex.from_frame(table[["peer_id", "date"]])).to_numpy()
    )
    shelf = _Shelf(rows)
    effects = [_told(*shelf.effect(day, peer)) for peer, day in zip(table["peer_id"], table["date"], strict=True)]
    table = pd.concat([table.reset_index(drop=True), pd.DataFrame(effects)], axis=1)
    table["cheaper_share"] = table["cheaper"] / table["priced_twice"]
    table["evidence"] = np.where(table["against_control"] == "alone", "timing", "comparison")
    table = named(table, shop).rename(columns={"date": "cut_on"})
    table = table.sort_values(["cheaper", "cut_on", "name"], ascending=[False, True, True], ignore_index=True)
    return table[["peer_id", "name", "cut_on", "cheaper", "cheaper_share", "median_cut", "days", *EFFECTS, "evidence"]]
