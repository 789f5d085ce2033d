"""Days against the usual of their weekday."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.look_traffic import day_line
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop, prepared
from sizhen.texts.clean import hide

OTHER_WEEKS = 3  # with fewer known, nothing is usual


def _median_of_others(values: pd.Series) -> pd.Series:
    """Per value the median of the other known ones; unknown where there are fewer than three."""
    known = values.dropna()
    if len(known) <= OTHER_WEEKS:
        return values * float("nan")
    array = known.to_numpy(dtype=float)
    others = [float(np.median(np.delete(array, n))) for n in range(len(array))]
    return pd.Series(others, index=known.index).reindex(values.index)


def promotion_days(shop: Shop, dates: pd.Series) -> pd.Series:
    """Per day the name of the shop's own promotion (the later begun, where two run), else empty."""
    names = pd.Series("", index=dates.index, dtype="object")
    if shop.has("events"):
        own = prepared.own_occasions(hide(shop.table("events"), "name"), "promotion").sort_values("starts_on")
        for name, first, last in zip(own["name"], own["starts_on"], own["ends_on"], strict=True):
            names[(dates >= first) & (dates <= last)] = name
    return names.astype("str")


@needs("shop_daily")
def calendar(shop: Shop, period: Period) -> pd.DataFrame:
    """Every day of the baseline and the period: date, week (its Monday), weekday (0 is Monday), paid_amount,
    usual_amount (median of that weekday in the other weeks shown, three at least), times_usual (paid_amount ÷
    usual_amount), occasion (id of a holiday or festival), promotion (name of the shop's own), in_period.

    A day without data is unknown.
    """
    days = day_line(shop, period)
    if days.empty:
        return days
    weekday = days["date"].dt.day_of_week
    usual = days["paid_amount"].groupby(weekday).transform(_median_of_others)
    return pd.DataFrame(
        {
            "date": days["date"],
            "week": days["date"] - pd.to_timedelta(weekday, unit="D"),
            "weekday": weekday,
            "paid_amount": days["paid_amount"],
            "usual_amount": usual,
            "times_usual": days["paid_amount"] / usual.where(usual > 0),
            "occasion": days["occasion"],
            "promotion": promotion_days(shop, days["date"]),
            "in_period": days["in_period"],
        }
    )
