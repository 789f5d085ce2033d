"""New and returning visitors and buyers of the shop."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import beside, share
from sizhen.tables import Period, Shop

KINDS = ("new", "returning")
SHARED = ("visitor_days", "paid_buyers", "paid_amount")


def _less(whole: pd.Series, part: pd.Series) -> pd.Series:
    """whole - part; unknown where the part is larger, for then one of them is wrong."""
    return (whole - part).where(whole >= part)


def _apart(daily: pd.DataFrame) -> pd.DataFrame:
    """Two rows a day: what new and what returning people did. A figure known of one kind only is known of neither."""
    returning = pd.DataFrame(
        {
            "visitors": _less(daily["visitors"], daily["new_visitors"]),
            "paid_buyers": daily["returning_paid_buyers"],
            "paid_amount": daily["returning_paid_amount"],
        }
    )
    new = pd.DataFrame({c: _less(daily[c], returning[c]) for c in returning})
    both = new.notna() & returning.notna()
    made = {"new": new, "returning": returning}
    rows = [made[kind].where(both).assign(date=daily["date"], visitor_kind=kind) for kind in KINDS]
    return pd.concat(rows, ignore_index=True)


def _bounds(apart: pd.DataFrame) -> pd.DataFrame:
    """conversion_least, conversion_most by kind, over the days that tell all four counts."""
    wide = apart.pivot(index="date", columns="visitor_kind", values=["visitors", "paid_buyers"]).dropna()
    new, back = (wide["visitors", kind].sum() for kind in KINDS)
    first, again = (wide["paid_buyers", kind].sum() for kind in KINDS)
    least = [max(0.0, first - max(back - again, 0.0)), min(again, back)]
    most = [min(first, new), min(first + again, back)]
    people = pd.Series([new, back], index=list(KINDS), dtype="float64").where(lambda n: n > 0)
    return pd.DataFrame({"conversion_least": least / people, "conversion_most": most / people}, index=list(KINDS))


@needs("shop_daily")
def new_and_returning(shop: Shop, period: Period) -> pd.DataFrame:
    """New, then returning people: visitor_kind, visitor_days, paid_buyers, paid_amount (each + _before, _change,
    _share, _share_before), average_order_value (+ _before, _change), conversion_least, conversion_most.

    A new visitor was not seen before, a returning buyer has bought before: someone seen before may buy for the first
    time, so the conversion of either kind lies between two bounds and is not known exactly. Returning buyers are
    returning visitors: at least they converted; new visitors made at most all the first purchases.
    """
    daily = shop.daily()
    if period.clip(daily).empty:
        return pd.DataFrame()
    apart = _apart(daily)
    table = beside(apart, period, ["visitors", "paid_buyers", "paid_amount", "average_order_value"], ["visitor_kind"])
    if table[list(SHARED)].isna().all(axis=None):
        return unknown("new_visitors", "returning_paid_buyers")
    for column in SHARED:
        place = list(table).index(f"{column}_change") + 1
        table.insert(place, f"{column}_share", share(table[column]))
        table.insert(place + 1, f"{column}_share_before", share(table[f"{column}_before"]))
    bounds = _bounds(period.clip(apart))
    least, most = (table["visitor_kind"].map(bounds[c]) for c in ("conversion_least", "conversion_most"))
    return table.assign(conversion_least=least, conversion_most=most)
