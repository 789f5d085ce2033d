"""Before and after the shop changed a page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sizhen.exam.compare import titles
from sizhen.exam.needs import needs, unknown
from sizhen.exam.proportions import gap
from sizhen.exam.trailing import change
from sizhen.tables import Period, Shop, measure, prepared
from sizhen.texts.clean import hide
from sizhen.vocab import load

WEEK, LONGEST = 7, 14
FIGURES = ("bounce_rate.visitor", "depth.visitor", "conversion")
SHARES = ("bounce_rate.visitor", "conversion")
DAY = pd.Timedelta(days=1)
COLUMNS = [
    *(
        "event",
        "starts_on",
        "product_id",
        "title",
        "metric",
        "days_before",
        "days",
        "visitor_days_before",
        "visitor_days",
    ),
    *("value_before", "value", "value_change", "moved_low", "moved_high", "moved", "meanwhile"),
]


def windows(
    changed: pd.Timestamp, first: pd.Timestamp, last: pd.Timestamp
) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Days before and days after the day of a change, as many of each weekday: two weeks, one, or the days there are
    until `last` beside the same weekdays of the week before. None before `first`; the day itself belongs to neither.
    """
    room = (changed - first).days // WEEK * WEEK if pd.notna(first) else 0
    length = max(min((last - changed).days, room, LONGEST), 0)
    whole = length >= WEEK
    length = length // WEEK * WEEK if whole else length
    after = pd.date_range(changed + DAY, periods=length, unit="us")
    return after - (length + 1 if whole else WEEK) * DAY, after


def _figures(daily: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """hits, n and value by metric over those days, with the days that have data and the visitors they had."""
    rows = daily[daily["date"].isin(days)]
    totals = {metric: measure.total(rows, metric).iloc[0] for metric in FIGURES}
    table = pd.DataFrame(totals).T.rename(columns={"numerator": "hits", "denominator": "n"}).rename_axis("metric")
    return table.assign(days=float(rows["date"].nunique()), visitor_days=rows["visitors"].sum(min_count=1))


def _others(shop: Shop, event: Any, days: pd.DatetimeIndex) -> int:
    """Other events of the shop and occasions that touch the days from the first to the last of `days`."""
    if days.empty:
        return 0
    events, first, last = hide(shop.table("events"), "name"), days.min(), days.max()
    touching = (events["starts_on"] <= last) & (events["ends_on"].fillna(events["starts_on"]) >= first)
    itself = (events["starts_on"] == event.starts_on) & (events["name"] == event.name)
    return int((touching & ~itself).sum()) + len(shop.profile.occasions(first.date(), last.date()))


def _compared(shop: Shop, event: Any, period: Period) -> pd.DataFrame:
    """The three rows of one event, of its product's days or of the shop's."""
    daily = shop.daily()
    if event.product_id:
        products = shop.table("product_daily") if shop.has("product_daily") else daily.head(0).assign(product_id="")
        daily = products[products["product_id"] == event.product_id]
    end = pd.Timestamp(period.end)
    last = end if pd.isna(event.ends_on) else min(event.ends_on, end)
    before, after = windows(event.starts_on, daily["date"].min(), last)
    past = _figures(daily, before).add_suffix("_before")
    table = pd.concat([_figures(daily, after), past], axis=1).reset_index()
    others = _others(shop, event, before.union(after))
    return table.assign(event=event.name, starts_on=event.starts_on, product_id=event.product_id, meanwhile=others)


def _moved(table: pd.DataFrame, least: pd.Series) -> pd.Series:
    """few: under so many visitors on either side; unclear: the interval holds 0, or there is none."""
    up = table["metric"].map({id: load().metrics[id].good == "up" for id in FIGURES})
    rises, falls = table["moved_low"] > 0, table["moved_high"] < 0
    few = ~(table[["n", "n_before"]].min(axis=1, skipna=False) >= least)
    states = np.select([few, (rises & up) | (falls & ~up), rises | falls], ["few", "better", "worse"], "unclear")
    return pd.Series(states, index=table.index)


@needs("shop_daily")
def page_changes(shop: Shop, period: Period) -> pd.DataFrame:
    """Before and after every event of kind `page` in baseline and period, latest first; three rows each, one by metric
    (bounce_rate.visitor, depth.visitor, conversion): event, starts_on, product_id and title (empty: the whole shop),
    metric, days_before, days (with data, up to 14 after that day and as many before it, see `windows`; days before the
    baseline count too), visitor_days_before, visitor_days, value_before, value, value_change (of the shares
    value - value_before, of the depth a fraction), moved_low, moved_high (95 % interval of that difference; unknown for
    the depth), moved (better, worse,
    unclear, few visitors), meanwhile (other events and occasions on those days).

    Before and after is no proof: the interval knows chance only, not what else changed, nor that days differ more than
    chance.
    """
    if period.clip(shop.daily()).empty:
        return unknown()
    if not shop.has("events"):
        return unknown("events")
    span = Period(period.baseline.start, period.end)
    events = span.clip(prepared.own_events(hide(shop.table("events"), "name"), "page"), "starts_on")
    if events.empty:
        none = unknown()
        none.attrs["empty"] = "page_changes.none"
        return none
    events = events.assign(product_id=events["product_id"].astype("object").fillna("").astype("str"))
    events = events.sort_values(["starts_on", "name"], ascending=[False, True])
    table = pd.concat([_compared(shop, event, period) for event in events.itertuples()], ignore_index=True)
    shares = table[table["metric"].isin(SHARES)]
    reach = gap(*(shares[c].astype("float64") for c in ("hits", "n", "hits_before", "n_before"))).reindex(table.index)
    of_product = table["product_id"] != ""
    rules = load().rules
    least = of_product.map({True: rules["look.bounce-by-product"].min_n, False: rules["look.bounce"].min_n})
    table = table.assign(
        title=table["product_id"].map(titles(shop)).astype("object").fillna(table["product_id"]),
        value_change=(table["value"] - table["value_before"]).where(
            table["metric"].isin(SHARES), change(table["value"], table["value_before"])
        ),
        moved_low=reach["gap_low"],
        moved_high=reach["gap_high"],
    )
    return table.assign(moved=_moved(table, least))[COLUMNS]
