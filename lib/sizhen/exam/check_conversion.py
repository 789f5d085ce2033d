"""Conversion: along the funnel, by channel, device and product."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.look_products import named
from sizhen.exam.look_traffic import devices_added, devices_apart
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import beside, change
from sizhen.tables import Period, Shop, measure

STEPS = ("visitors", "product_visitors", "cart_buyers", "order_buyers", "paid_buyers")
ENOUGH_VISITORS = 100  # below, a product's conversion of a few percent is noise


def _parts(daily: pd.DataFrame, step: str, above: str) -> tuple[float, float]:
    """(people at the step, its rate to the step above), over the days on which both are known."""
    both = daily[daily[step].notna() & daily[above].notna()]
    top, bottom = both[step].sum(min_count=1), both[above].sum(min_count=1)
    people = daily[step].sum(min_count=1)
    return float(people), float(top / bottom) if bottom and bottom > 0 else float("nan")


@needs("shop_daily")
def funnel(shop: Shop, period: Period) -> pd.DataFrame:
    """Per step from visitors to paying buyers, known steps only: step, people (daily people added up), of_visitors
    (share of the visitors; + _before, _change), of_step (share of the step above; + _before, _change)."""
    now, before = period.clip(shop.daily()), period.baseline.clip(shop.daily())
    known = [s for s in STEPS if now[s].notna().any()]
    if "visitors" not in known:
        return unknown() if now.empty else unknown("visitors")
    rows = []
    for above, step in zip([known[:1], *([s] for s in known)], known, strict=False):
        people, of_step = _parts(now, step, above[0])
        _, step_before = _parts(before, step, above[0])
        of_visitors, visitors_before = (_parts(d, step, "visitors")[1] for d in (now, before))
        rows.append((step, people, of_visitors, visitors_before, of_step, step_before))
    names = ["step", "people", "of_visitors", "of_visitors_before", "of_step", "of_step_before"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(4, "of_visitors_change", change(table["of_visitors"], table["of_visitors_before"]))
    return table.assign(of_step_change=change(table["of_step"], table["of_step_before"]))


def _conversion(frame: pd.DataFrame, period: Period, by: str) -> pd.DataFrame:
    metrics = ["visitors", "paid_buyers", "conversion", "average_order_value"]
    table = beside(frame, period, metrics, [by], plain=["visitors", "paid_buyers"])
    return table if table.empty else table.sort_values("visitor_days", ascending=False, ignore_index=True)


@needs("traffic_daily")
def channels(shop: Shop, period: Period) -> pd.DataFrame:
    """Per channel, most visitors first: channel, visitor_days, paid_buyers, conversion (+ _before, _change),
    average_order_value (+ …)."""
    return _conversion(devices_added(shop.table("traffic_daily")), period, "channel")


@needs("traffic_daily")
def devices(shop: Shop, period: Period) -> pd.DataFrame:
    """`channels` per device."""
    return _conversion(devices_apart(shop.table("traffic_daily")), period, "device")


@needs("product_daily")
def product_quadrants(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product, most visitors first: product_id, title, role, visitor_days, paid_buyers, conversion (+ _before,
    _change), average_order_value (+ …), paid_amount, quadrant: `strong` (many visitors, converts well), `promote`
    (few, well), `repair` (many, badly), `weak` (few, badly); empty on fewer than 100 visitors.

    Many: at least the median of the products judged. Well: at least all products' conversion together, which stands in
    attrs["conversion"]; the median in attrs["visitor_days"].
    """
    daily = shop.table("product_daily")
    table = _conversion(daily, period, "product_id")
    if table.empty:
        return table
    sums = period.clip(daily).groupby("product_id")["paid_amount"].sum(min_count=1)
    table["paid_amount"] = table["product_id"].map(sums)
    judged = table[(table["visitor_days"] >= ENOUGH_VISITORS) & table["conversion"].notna()]
    many, well = judged["visitor_days"].median(), measure.value(period.clip(daily), "conversion")
    names = {(True, True): "strong", (False, True): "promote", (True, False): "repair", (False, False): "weak"}
    place = zip(judged["visitor_days"] >= many, judged["conversion"] >= well, strict=True)
    table["quadrant"] = (
        pd.Series([names[p] for p in place], index=judged.index, dtype="str").reindex(table.index).fillna("")
    )
    table.attrs.update(visitor_days=float(many), conversion=well)
    return named(table, shop)
