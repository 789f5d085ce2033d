"""Page health: who leaves at once, how deep the others look, how long they stay."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.figures import Figure, figure, of
from sizhen.exam.look_products import named
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop, measure, prepared
from sizhen.vocab import load

PAGES = ("visitors", "bounce_rate.visitor", "depth.visitor")
WHOLE = "all"  # devices together
BEHIND = {"bounce_rate.visitor": "bounce_visitors", "depth.visitor": "depth_visitors"}
CHANCE = 0.025  # that any product is called above the average by mistake
CAMPAIGN = ("bounce_rate.visitor", "depth.visitor", "favourite_rate", "cart_rate", "conversion")


@needs("shop_daily")
def page_health(shop: Shop, period: Period) -> pd.DataFrame:
    """The whole shop (device `all`), then mobile and desktop where traffic_daily tells them apart: device,
    visitor_days, bounce_rate.visitor, depth.visitor, each with _before and _change; of the whole shop also
    dwell_seconds, bounce_visitors and depth_visitors (the visitors its bounce rate and its depth rest on)."""
    daily = shop.daily()
    whole = beside(daily, period, [*PAGES, "dwell_seconds"])
    if whole.empty:
        return whole
    whole.insert(0, "device", WHOLE)
    for metric, column in BEHIND.items():
        whole[column] = measure.total(period.clip(daily), metric)["denominator"]
    parts = [whole]
    if shop.has("traffic_daily"):
        apart = beside(prepared.devices_apart(shop.table("traffic_daily")), period, PAGES, ["device"])
        found = dict(list(apart.groupby("device"))) if len(apart) else {}
        parts += [found[device] for device in prepared.DEVICES if device in found]
    table = pd.concat(parts, ignore_index=True)
    known = table[["visitor_days", "bounce_rate.visitor", "depth.visitor", "dwell_seconds"]].notna().any(axis=1)
    return table[known].reset_index(drop=True) if known.any() else unknown("visitors")


def _of_shop(pages: pd.DataFrame, metric: str) -> Figure:
    whole = pages.set_index("device").reindex([WHOLE]).iloc[0]
    return of(float(whole[metric]), float(whole[BEHIND[metric]]))


@figure("look.page_health:bounce_rate")
def bounce_rate(pages: pd.DataFrame) -> Figure:
    """Bounce rate of the whole shop, and the visitors behind it."""
    return _of_shop(pages, "bounce_rate.visitor")


@figure("look.page_health:depth")
def depth(pages: pd.DataFrame) -> Figure:
    """Pages per visitor of the whole shop, and the visitors behind them."""
    return _of_shop(pages, "depth.visitor")


@needs("traffic_daily")
def channel_health(shop: Shop, period: Period) -> pd.DataFrame:
    """Per channel, most visitors first: channel, visitor_days, bounce_rate.visitor, depth.visitor, each with _before
    and _change."""
    table = beside(prepared.channel_totals(shop.table("traffic_daily")), period, PAGES, ["channel"])
    return table if table.empty else table.sort_values("visitor_days", ascending=False, ignore_index=True)


def _unlikely(count: int) -> float:
    """Standard errors that one of so many equal shares passes in 2.5 % of cases (Bonferroni)."""
    return NormalDist().inv_cdf(1 - CHANCE / count)


@needs("product_daily")
def product_pages(shop: Shop, period: Period) -> pd.DataFrame:
    """Products whose pages lose most visitors first: product_id, title, role, visitor_days, bounce_rate.visitor
    (+ _before, _change; low, high: 95 %, Wilson), average_rate (of all products together), extra_bounced (visitors who
    left beyond it: (bounce rate - average_rate) x visitors; below 0 fewer left), above_average (so far above that of as
    many equal products one would be in 2.5 % of cases, Bonferroni), dwell_seconds (seconds, + …), conversion (+ …).

    Products whose bounced visitors are unknown are left out; with under 100 visitors before there is no before. On a
    product's page the rate is not comparable with that of the whole shop.
    """
    daily = shop.table("product_daily")
    metrics = ("visitors", "bounce_rate.visitor", "dwell_seconds", "conversion")
    table = beside(daily, period, metrics, ["product_id"], plain=["visitors"])
    if table.empty:
        return table
    seen = measure.total(period.baseline.clip(daily), "bounce_rate.visitor", ["product_id"]).set_index("product_id")
    enough = table["product_id"].map(seen["denominator"]) >= load().rules["look.bounce-by-product"].min_n
    past = [f"{m}_{part}" for m in metrics[1:] for part in ("before", "change")]
    table[past] = table[past].where(enough)
    bounced = measure.total(period.clip(daily), "bounce_rate.visitor", ["product_id"]).set_index("product_id")
    table = table.join(bounced[["numerator", "denominator"]], on="product_id")
    table = table[table["bounce_rate.visitor"].notna()].reset_index(drop=True)
    if table.empty:
        return unknown("bounced_visitors")
    average = table["numerator"].sum() / table["denominator"].sum()
    extra = table["numerator"] - average * table["denominator"]
    place = list(table).index("bounce_rate.visitor_change") + 1
    reach = wilson(table["numerator"], table["denominator"])
    more: dict[str, Any] = {"low": reach["low"], "high": reach["high"], "average_rate": average, "extra_bounced": extra}
    more["above_average"] = extra / np.sqrt(table["denominator"] * average * (1 - average)) > _unlikely(len(table))
    for offset, (column, values) in enumerate(more.items()):
        table.insert(place + offset, column, values)
    order = ["extra_bounced", "product_id"]
    table = table.sort_values(order, ascending=[False, True], ignore_index=True)
    return named(table.drop(columns=["numerator", "denominator"]), shop)


@needs("traffic_daily")
def campaign_pages(shop: Shop, period: Period) -> pd.DataFrame:
    """Visitors of platform campaigns, then the rest: arrival (activity, rest), when (period; promotion: the shop's
    last one that ended in baseline or period, where the period has no campaign visitors), starts_on, ends_on (of those
    days), visitor_days, bounce_rate.visitor, depth.visitor, favourite_rate, cart_rate, conversion (low, high: 95 %,
    Wilson)."""
    traffic = prepared.channel_totals(shop.table("traffic_daily"))
    if period.clip(traffic).empty:
        return pd.DataFrame()
    traffic = traffic.assign(arrival=(traffic["channel"] == "activity").map({True: "activity", False: "rest"}))
    came = traffic[(traffic["arrival"] == "activity") & (traffic["visitors"] > 0)]
    whole = Period(period.baseline.start, period.end)
    last = prepared.last_promotion(shop.table("events"), whole) if shop.has("events") else None
    spans = {"period": period, "promotion": last}
    when, days = next(((w, d) for w, d in spans.items() if d is not None and len(d.clip(came))), ("", None))
    if days is None:
        return unknown("activity")
    plain = ("visitors", *CAMPAIGN)
    table = beside(traffic, days, plain, ["arrival"], plain=plain)
    paid = measure.total(days.clip(traffic), "conversion", ["arrival"])
    table = table.join(wilson(paid["numerator"], paid["denominator"]))
    more: dict[str, Any] = {"when": when, "starts_on": pd.Timestamp(days.start), "ends_on": pd.Timestamp(days.end)}
    for place, (column, value) in enumerate(more.items(), 1):
        table.insert(place, column, value)
    return table
