"""Gauges of looking: traffic, pages, products."""

from __future__ import annotations

import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.measured import UNKNOWN, Gauge, last_days, plain, ratio
from sizhen.tables import prepared
from sizhen.tables.lifecycle import stages
from sizhen.tables.prepared import NEW_DAYS
from sizhen.vocab import load


def _hero(chart: Chart) -> tuple[pd.Series, float] | None:
    """(sums of the product that sold most, shop's paid amount)."""
    frame = chart.frame("product")
    if frame is None:
        return None
    sums = chart.period.clip(frame).groupby("product_id")[["paid_amount", "paid_buyers"]].sum(min_count=1)
    if not sums["paid_amount"].sum() > 0:
        return None
    return sums.sort_values("paid_amount").iloc[-1], float(sums["paid_amount"].sum())


def hero_value(chart: Chart) -> Gauge:
    hero = _hero(chart)
    value, buyers = plain("average_order_value", "shop")(chart)
    if hero is None or not hero[0]["paid_buyers"] > 0:
        return UNKNOWN
    return value / float(hero[0]["paid_amount"] / hero[0]["paid_buyers"]), buyers


def hero_share(chart: Chart) -> Gauge:
    hero = _hero(chart)
    return UNKNOWN if hero is None else (float(hero[0]["paid_amount"]) / hero[1], hero[1])


def role_gap(chart: Chart) -> Gauge:
    """Half the sum of distances from the practitioners' structure (S3): the share of products in another role."""
    if not chart.shop.has("products"):
        return UNKNOWN
    roles = chart.shop.table("products")["role"]
    roles = roles[roles != ""]
    share = roles.value_counts(normalize=True)
    return sum(abs(share.get(r, 0.0) - norm) for r, norm in load().rules["look.roles"].norms) / 2, float(len(roles))


def search_words(chart: Chart) -> Gauge:
    """Visitors by search words per day, against the 28 days before."""
    frame = chart.frame("words")
    if frame is None:
        return UNKNOWN
    now, before = (p.clip(frame).groupby("date")["visitors"].sum() for p in (chart.period, chart.period.baseline))
    if not before.sum():
        return UNKNOWN
    return float(now.mean() / before.mean()), float(now.sum())


def decline_share(chart: Chart) -> Gauge:
    """Share of sales of products past their peak, among those whose stage can be told."""
    frame = chart.frame("product")
    if frame is None:
        return UNKNOWN
    stage = stages(frame, chart.period)
    sums = chart.period.clip(frame).groupby("product_id")[["paid_amount", "paid_buyers"]].sum()
    sums = sums.assign(stage=stage)[stage.reindex(sums.index).ne("")]
    declining = float(sums.loc[sums["stage"] == "decline", "paid_amount"].sum())
    return ratio(declining, float(sums["paid_amount"].sum())), float(sums["paid_buyers"].sum())


def new_products(chart: Chart) -> Gauge:
    """Products listed in the last 60 days ÷ what a peer listed (at least one)."""
    if not chart.shop.has("products", "peers_daily"):
        return UNKNOWN
    days = last_days(chart, NEW_DAYS)
    peers = chart.shop.table("peers") if chart.shop.has("peers") else None
    theirs = prepared.shops_alike(days.clip(chart.shop.table("peers_daily")).dropna(subset="new_products"), peers)
    if theirs.empty:
        return UNKNOWN
    listed = float(days.mask(chart.shop.table("products")["listed_on"]).sum())
    usual = float(theirs["new_products"].mean()) * NEW_DAYS
    return listed / max(usual, 1.0), listed + usual


def price_to_list(chart: Chart) -> Gauge:
    """Price paid ÷ list price: the median over products, each weighing as much as it sold."""
    frame = chart.frame("product")
    if frame is None or not chart.shop.has("products"):
        return UNKNOWN
    sums = chart.period.clip(frame).dropna(subset=["paid_units", "paid_amount"])
    sums = sums.groupby("product_id")[["paid_units", "paid_amount"]].sum()
    listed = chart.shop.table("products").set_index("product_id")["list_price"]
    sums = sums.assign(kept=sums["paid_amount"] / sums["paid_units"] / listed)[sums["paid_units"] > 0]
    sums = sums[sums["kept"].notna() & (sums["paid_amount"] > 0)].sort_values("kept")
    if sums.empty:
        return UNKNOWN
    half = sums["paid_amount"].cumsum() >= sums["paid_amount"].sum() / 2
    return float(sums.loc[half, "kept"].iloc[0]), float(sums["paid_units"].sum())
