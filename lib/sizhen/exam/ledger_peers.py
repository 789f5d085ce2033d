"""The shop and its peers in one table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.needs import needs
from sizhen.exam.peers import OWN, peers
from sizhen.tables import Period, Shop, measure, prepared
from sizhen.tables.prepared import SCORES

TOLD = ("visitors_index", "paid_index")
RATES = ("conversion", "average_order_value")


@needs("peers_daily")
def peers_side_by_side(shop: Shop, period: Period) -> pd.DataFrame:
    """Own shop first, then tier, leaders, similar shops: name, kind, daily_visitors, visitors_index (mean),
    visitors_change, conversion, average_order_value, their means of days, daily_paid_amount, paid_index (mean),
    paid_amount_change, dsr_* (last known), promotion_days, new_products. A rate is a ratio of totals, unknown where the
    visitors are: then its mean of days tells what is known."""
    table = peers(shop, period)
    if table.empty:
        return table
    days = _days(shop, period)
    for metric in RATES:
        for id in (metric, f"{metric}.mean_of_days"):
            table[id] = table["peer_id"].map(measure.total(days, id, ["peer_id"]).set_index("peer_id")["value"])
    sums = days.groupby("peer_id")
    for index in TOLD:
        table[index] = table["peer_id"].map(sums[index].mean())
    table["new_products"] = table["peer_id"].map(sums["new_products"].sum(min_count=1))
    own = table["kind"] == OWN
    table.loc[own, "promotion_days"] = _own_promotion_days(shop, period)
    table.loc[own, "new_products"] = _own_launches(shop, period)
    first = ["name", "kind", "daily_visitors", "visitors_index", "visitors_change"]
    rates = [f"{metric}{of}" for of in ("", ".mean_of_days") for metric in RATES]
    sales = ["daily_paid_amount", "paid_index", "paid_amount_change"]
    return table[[*first, *rates, *sales, *SCORES, "promotion_days", "new_products"]]


def _days(shop: Shop, period: Period) -> pd.DataFrame:
    """Days of the shop (peer_id empty) and its peers with the rates and what they are ratios of."""
    others = period.clip(shop.table("peers_daily"))
    buyers = others["visitors"] * others["conversion"]
    others = others.assign(paid_buyers=buyers, paid_amount=buyers * others["average_order_value"])
    if not (shop.has("shop_daily") or shop.has("orders")):
        return others
    own = period.clip(shop.daily())[["date", "visitors", "paid_buyers", "paid_amount"]].assign(peer_id="")
    for metric in RATES:
        own[metric] = own["date"].map(measure.daily(own, metric).set_index("date")["value"])
    return pd.concat([own, others], ignore_index=True)


def _own_promotion_days(shop: Shop, period: Period) -> float:
    if not shop.has("events"):
        return np.nan
    own = prepared.own_occasions(shop.table("events"), "promotion")
    return float(sum(((own["starts_on"] <= day) & (day <= own["ends_on"])).any() for day in period.dates()))


def _own_launches(shop: Shop, period: Period) -> float:
    listed = shop.table("products")["listed_on"] if shop.has("products") else pd.Series(dtype="datetime64[us]")
    return float(period.mask(listed).sum()) if listed.notna().any() else np.nan
