"""Conversion by channel, device and product."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.look_products import named
from sizhen.exam.needs import needs
from sizhen.exam.proportions import gap
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop, measure, prepared


def _conversion(frame: pd.DataFrame, period: Period, by: str) -> pd.DataFrame:
    metrics = ["visitors", "paid_buyers", "conversion", "average_order_value"]
    table = beside(frame, period, metrics, [by], plain=["visitors", "paid_buyers"])
    if table.empty:
        return table
    now, before = (_counts(p.clip(frame), by, table[by]) for p in (period, period.baseline))
    place = list(table).index("conversion_change") + 1
    found = wilson(now["hits"], now["n"])
    found["beyond_chance"] = gap(now["hits"], now["n"], before["hits"], before["n"])["beyond_chance"]
    for at, column in enumerate(found):
        table.insert(place + at, str(column), found[column])
    return table.sort_values("visitor_days", ascending=False, ignore_index=True)


def _counts(rows: pd.DataFrame, by: str, members: pd.Series) -> pd.DataFrame:
    """hits (paying buyers) of n (visitors) per member, over rows that know both; unknown where more pay than come."""
    counts = measure.total(rows, "conversion", [by]).set_index(by)[["numerator", "denominator"]]
    counts = counts.set_axis(["hits", "n"], axis=1).reindex(members).reset_index(drop=True)
    return counts.where(counts["hits"] <= counts["n"])


@needs("traffic_daily")
def channels(shop: Shop, period: Period) -> pd.DataFrame:
    """Per channel, most visitors first: channel, visitor_days, paid_buyers, conversion (+ _before, _change) with
    low, high (95 %), beyond_chance (the change, held over all rows), average_order_value (+ …)."""
    return _conversion(prepared.channel_totals(shop.table("traffic_daily")), period, "channel")


@needs("traffic_daily")
def devices(shop: Shop, period: Period) -> pd.DataFrame:
    """`channels` per device."""
    return _conversion(prepared.devices_apart(shop.table("traffic_daily")), period, "device")


@needs("product_daily")
def product_quadrants(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product, most visitors first: product_id, title, role, visitor_days, paid_buyers, conversion (+ _before,
    _change) with low, high, beyond_chance, average_order_value (+ …), paid_amount, quadrant: `strong` (many visitors,
    converts well), `promote` (few, well), `repair` (many, badly), `weak` (few, badly); empty below 100 visitors.

    Many: at least the median of the products judged. Well: at least all products' conversion together, which stands in
    attrs["conversion"]; the median in attrs["visitor_days"].
    """
    daily = shop.table("product_daily")
    table = _conversion(daily, period, "product_id")
    if table.empty:
        return table
    sums = period.clip(daily).groupby("product_id")["paid_amount"].sum(min_count=1)
    table["paid_amount"] = table["product_id"].map(sums)
    judged = table[(table["visitor_days"] >= prepared.ENOUGH_VISITORS) & table["conversion"].notna()]
    many, well = judged["visitor_days"].median(), measure.value(period.clip(daily), "conversion")
    names = {(True, True): "strong", (False, True): "promote", (True, False): "repair", (False, False): "weak"}
    place = zip(judged["visitor_days"] >= many, judged["conversion"] >= well, strict=True)
    table["quadrant"] = (
        pd.Series([names[p] for p in place], index=judged.index, dtype="str").reindex(table.index).fillna("")
    )
    table.attrs.update(visitor_days=float(many), conversion=well)
    return named(table, shop)
