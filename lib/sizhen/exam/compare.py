"""This period beside the days before it: what listening and asking share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.tables import Period, Shop

BEFORE, NOW = "before", "period"
WEEK = 7
WEEKS = 13
CONFIDENT = 1.96  # standard errors of a 95 % interval
SAME_PRICE = 0.005  # a change of a price below this rounds to nothing


def parts(frame: pd.DataFrame, period: Period, column: str = "date") -> pd.DataFrame:
    """The rows of the baseline and of the period, told apart by `when`: `before` or `period`."""
    return pd.concat(
        [period.baseline.clip(frame, column).assign(when=BEFORE), period.clip(frame, column).assign(when=NOW)],
        ignore_index=True,
    )


def comparable(days: pd.Series, period: Period) -> float:
    """What counts of the baseline are multiplied by to stand for as many days as the period has.

    Only days between the first and the last of `days` (all that the table holds) count as observed, so a table
    that begins or ends inside is compared by what it covers. NaN when it covers no day of the baseline.
    """
    covered = covered_days(days, period)
    return covered[NOW] / covered[BEFORE] if covered[BEFORE] else float("nan")


def covered_days(days: pd.Series, period: Period) -> dict[str, float]:
    """How many days of the period and of the baseline lie between the first and the last of `days`."""
    return {NOW: float(_covered(days, period)), BEFORE: float(_covered(days, period.baseline))}


def _covered(days: pd.Series, period: Period) -> int:
    if days.notna().sum() == 0:
        return 0
    first, last = days.min().date(), days.max().date()
    return max(0, (min(last, period.end) - max(first, period.start)).days + 1)


def weeks(days: pd.Series, period: Period) -> pd.DatetimeIndex:
    """First days of the weeks to show: runs of seven days, the last ends with the period.

    At least 13 weeks and four before the period, but none that begins before the first of `days`.
    """
    count = max(WEEKS, -(-period.days // WEEK) + 4)
    last = pd.Timestamp(period.end) - pd.Timedelta(days=WEEK - 1)
    starts = pd.DatetimeIndex([last - pd.Timedelta(days=WEEK * n) for n in reversed(range(count))])
    return starts[starts >= days.min().normalize()] if days.notna().any() else starts[:0]


def week_of(days: pd.Series, period: Period) -> pd.Series:
    """The first day of the week (as `weeks` cuts them) each of `days` lies in; days after the period are unknown."""
    end = pd.Timestamp(period.end)
    back = (end - days.dt.normalize()).dt.days // WEEK
    return (end - pd.to_timedelta(back * WEEK + WEEK - 1, unit="D")).where(back >= 0)


def in_part(week: pd.Series, period: Period) -> pd.Series:
    """`period` for a week with at least half of its days in the period, else `before`."""
    middle = week + pd.Timedelta(days=WEEK // 2)
    return pd.Series(np.where(middle >= pd.Timestamp(period.start), NOW, BEFORE), index=week.index)


def titles(shop: Shop) -> pd.Series:
    """Title by product_id; empty where the shop has no table of products."""
    return shop.table("products").set_index("product_id")["title"] if shop.has("products") else pd.Series(dtype="str")


def wilson(hits: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Columns low, high: the 95 % interval of the share hits ÷ n (Wilson); NaN where n is 0, unknown or below hits."""
    hits, n = hits.align(n)
    found, of = hits.to_numpy("float64"), n.to_numpy("float64")
    of = np.where(of > 0, of, np.nan)
    share, z2 = np.where(found <= of, found / of, np.nan), CONFIDENT**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = CONFIDENT * np.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return pd.DataFrame({"low": np.maximum(middle - reach, 0), "high": np.minimum(middle + reach, 1)}, index=hits.index)
