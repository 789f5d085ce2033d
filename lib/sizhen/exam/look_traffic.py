"""Days and traffic sources."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.figures import Figure, figure, ratio
from sizhen.exam.needs import needs
from sizhen.exam.trailing import around, beside, share
from sizhen.tables import Period, Shop, prepared
from sizhen.vocab import load

SOURCE = ("visitors", "conversion", "paid_buyers", "paid_amount", "visitor_value", "cost", "visitor_cost")
PLAIN = ("paid_buyers", "paid_amount", "cost")


@needs("shop_daily")
def day_line(shop: Shop, period: Period) -> pd.DataFrame:
    """Every day of the baseline and the period: date, visitors, paid_amount, in_period, occasion (the id of a holiday
    or sales event of its market that day, else empty). A day without data is unknown."""
    daily = shop.daily()[["date", "visitors", "paid_amount"]]
    if period.clip(daily).empty:
        return daily.head(0).assign(in_period=False, occasion="")
    table = around(daily, period).assign(occasion="")
    for occasion in shop.profile.occasions(period.baseline.start, period.end):
        table.loc[table["date"].between(pd.Timestamp(occasion.start), pd.Timestamp(occasion.end)), "occasion"] = (
            occasion.id
        )
    return table


def _sources(traffic: pd.DataFrame, period: Period, by: str) -> pd.DataFrame:
    metrics = [m if m != "cost" else "ad_spend" for m in SOURCE]
    table = beside(traffic, period, metrics, [by], plain=[m if m != "cost" else "ad_spend" for m in PLAIN])
    if table.empty:
        return table
    table = table.rename(columns={"ad_spend": "cost"})
    place = list(table).index("visitor_days_change") + 1
    table.insert(place, "visitor_days_share", share(table["visitor_days"]))
    table.insert(place + 1, "visitor_days_share_before", share(table["visitor_days_before"]))
    return table.sort_values("visitor_days", ascending=False, ignore_index=True)


@needs("traffic_daily")
def traffic_sources(shop: Shop, period: Period) -> pd.DataFrame:
    """Per channel, largest first: channel, group, visitor_days (+ _before, _change, _share, _share_before), conversion
    (+ _before, _change), paid_buyers, paid_amount, visitor_value (+ …), cost, visitor_cost (+ …)."""
    table = _sources(prepared.channel_totals(shop.table("traffic_daily")), period, "channel")
    if table.empty:
        return table
    channels = load().channels
    table.insert(1, "group", table["channel"].map({id: c.group for id, c in channels.items()}))
    return table


@figure("look.traffic_sources:visitors")
def visitors_of_sources(sources: pd.DataFrame) -> Figure:
    """Visitors of all channels: who came by two of them counts twice."""
    return Figure(float(sources["visitor_days"].sum(min_count=1)), float(sources["visitor_days"].sum()))


@needs("traffic_daily")
def traffic_groups(shop: Shop, period: Period) -> pd.DataFrame:
    """`traffic_sources` per group: free, paid, owned, activity, external, other."""
    channels = load().channels
    traffic = prepared.channel_totals(shop.table("traffic_daily"))
    return _sources(
        traffic.assign(group=traffic["channel"].map({id: c.group for id, c in channels.items()})), period, "group"
    )


@figure("look.traffic_groups:paid_share")
def paid_share(groups: pd.DataFrame) -> Figure:
    """Visitors of the group `paid` ÷ those of all groups."""
    visitors = groups.set_index("group")["visitor_days"]
    return Figure(ratio(float(visitors.get("paid", 0.0)), float(visitors.sum())), float(visitors.sum()))


@needs("traffic_daily")
def traffic_devices(shop: Shop, period: Period) -> pd.DataFrame:
    """`traffic_sources` per device: mobile and desktop, or all where the platform does not tell them apart."""
    return _sources(prepared.devices_apart(shop.table("traffic_daily")), period, "device")
