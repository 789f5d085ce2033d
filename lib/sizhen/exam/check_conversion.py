"""Conversion by channel, device and product."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.figures import Figure, figure, ratio
from sizhen.exam.look_products import named
from sizhen.exam.needs import needs
from sizhen.exam.proportions import gap
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop, measure, prepared

ROUNDING = 1e-12  # a product alone converts as well as all together


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


@figure("check.devices:conversion")
@figure("check.product_quadrants:conversion")
def together(members: pd.DataFrame) -> Figure:
    """Conversion of all rows together, each by its visitors; n: those visitors."""
    known = members.dropna(subset=["conversion", "visitor_days"])
    visitors = known["visitor_days"]
    return Figure(ratio(float((known["conversion"] * visitors).sum()), float(visitors.sum())), float(visitors.sum()))


@needs("product_daily")
def product_quadrants(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product, most visitors first: product_id, title, role, visitor_days, paid_buyers, conversion (+ _before,
    _change) with low, high, beyond_chance, average_order_value (+ …), paid_amount, quadrant: `strong` (many visitors,
    converts well), `promote` (few, well), `repair` (many, badly), `weak` (few, badly); empty below 100 visitors; price
    (asked, mean of the days), high_value (price and conversion both above the median of the products judged).

    Many: at least the median of the products judged. Well: at least all products' conversion together, which stands in
    attrs["conversion"]; the median in attrs["visitor_days"].
    """
    daily = shop.table("product_daily")
    table = _conversion(daily, period, "product_id")
    if table.empty:
        return table
    now = period.clip(daily)
    table["paid_amount"] = table["product_id"].map(now.groupby("product_id")["paid_amount"].sum(min_count=1))
    table["price"] = table["product_id"].map(
        measure.total(now, "price", ["product_id"]).set_index("product_id")["value"]
    )
    judged = table[(table["visitor_days"] >= prepared.ENOUGH_VISITORS) & table["conversion"].notna()]
    many, well = judged["visitor_days"].median(), together(table).value
    names = {(True, True): "strong", (False, True): "promote", (True, False): "repair", (False, False): "weak"}
    place = zip(judged["visitor_days"] >= many, judged["conversion"] >= well - ROUNDING, strict=True)
    table["quadrant"] = (
        pd.Series([names[p] for p in place], index=judged.index, dtype="str").reindex(table.index).fillna("")
    )
    table["high_value"] = _high_value(table)
    table.attrs.update(visitor_days=float(many), conversion=well)
    return named(table, shop)


def _priced(products: pd.DataFrame) -> pd.Series:
    """True for products that are judged and have a price."""
    return (products["quadrant"] != "") & products["price"].notna()


def _high_value(products: pd.DataFrame) -> pd.Series:
    """Unknown for products that are not judged or have no price."""
    figures = products.loc[_priced(products), ["price", "conversion"]]
    return (figures > figures.median()).all(axis=1).astype("boolean").reindex(products.index)


@figure("check.product_quadrants:high_value_ratio")
def high_value_ratio(products: pd.DataFrame) -> Figure:
    """Visitors of a product of high value ÷ visitors of any product, both means of the products judged that have a
    price; n: visitors of all of these."""
    judged = products[_priced(products)]
    visitors = judged["visitor_days"]
    best = float(visitors[judged["high_value"]].mean())
    return Figure(ratio(best, float(visitors.mean())), float(visitors.sum()))
