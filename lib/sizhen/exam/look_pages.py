"""Page health: who leaves at once, how deep the others look, how long they stay."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.look_traffic import SEPARATE, devices_added, devices_apart
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop

PAGES = ("visitors", "bounce_rate.visitor", "depth.visitor")


@needs("shop_daily")
def page_health(shop: Shop, period: Period) -> pd.DataFrame:
    """The whole shop (device `all`), then mobile and desktop where traffic_daily tells them apart: device,
    visitor_days, bounce_rate.visitor, depth.visitor, each with _before and _change; dwell_seconds of the whole shop."""
    whole = beside(shop.daily(), period, [*PAGES, "dwell_seconds"])
    if whole.empty:
        return whole
    whole.insert(0, "device", "all")
    parts = [whole]
    if shop.has("traffic_daily"):
        apart = beside(devices_apart(shop.table("traffic_daily")), period, PAGES, ["device"])
        parts += [apart[apart["device"] == device] for device in SEPARATE if len(apart)]
    table = pd.concat(parts, ignore_index=True)
    known = table[["visitor_days", "bounce_rate.visitor", "depth.visitor", "dwell_seconds"]].notna().any(axis=1)
    return table[known].reset_index(drop=True) if known.any() else unknown("visitors")


@needs("traffic_daily")
def channel_health(shop: Shop, period: Period) -> pd.DataFrame:
    """Per channel, most visitors first: channel, visitor_days, bounce_rate.visitor, depth.visitor, each with _before
    and _change."""
    table = beside(devices_added(shop.table("traffic_daily")), period, PAGES, ["channel"])
    return table if table.empty else table.sort_values("visitor_days", ascending=False, ignore_index=True)
