"""This period beside the 28 days (or as many days) before it, per comparable day."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sizhen.tables import Period, measure
from sizhen.vocab import load

PEOPLE = {"visitors": "visitor_days"}


def days_with_data(frame: pd.DataFrame, period: Period) -> int:
    """Days of the period on which the table has any row."""
    return int(period.clip(frame)["date"].nunique())


def change(now: pd.Series, before: pd.Series) -> pd.Series:
    """now ÷ before − 1; unknown where either is unknown or there was nothing before."""
    return now / before.where(before > 0) - 1


def _totals(frame: pd.DataFrame, metric: str, by: Sequence[str], scale: float) -> pd.Series:
    total = measure.total(frame, metric, by)
    values = total.set_index(list(by))["value"] if by else total["value"]
    return values * scale if load().metrics[metric].kind == "sum" else values


def beside(
    frame: pd.DataFrame,
    period: Period,
    metrics: Sequence[str],
    by: Sequence[str] = (),
    *,
    plain: Sequence[str] = (),
    against: Period | None = None,
) -> pd.DataFrame:
    """One row per member of `by` seen in the period or in `against` (None: its baseline): per metric its value,
    `<metric>_before` and `<metric>_change` (a fraction); the metrics in `plain` as the period's value only.

    Sums before are those of `against` per day with data, times the period's days with data. Daily visitors added up
    are called `visitor_days`. Empty when the period has no row.
    """
    against = against or period.baseline
    now, before = period.clip(frame), against.clip(frame)
    if now.empty:
        return pd.DataFrame()
    days = days_with_data(frame, against)
    scale = days_with_data(frame, period) / days if days else float("nan")
    columns: dict[str, pd.Series] = {}
    for metric in metrics:
        name = PEOPLE.get(metric, metric)
        columns[name] = _totals(now, metric, by, 1.0)
        if metric not in plain:
            columns[f"{name}_before"] = _totals(before, metric, by, scale)
            columns[f"{name}_change"] = change(columns[name], columns[f"{name}_before"])
    return pd.DataFrame(columns).rename_axis(list(by) or None).reset_index(drop=not by)


def share(values: pd.Series) -> pd.Series:
    """Each value's share of their total; unknown when the total is 0 or unknown."""
    total = values.sum(min_count=1)
    return values / total if pd.notna(total) and total > 0 else values * float("nan")


def around(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """One row per calendar day from the baseline's first to the period's last, `in_period` true in the period.

    Days without data are there, unknown.
    """
    days = pd.date_range(period.baseline.start, period.end, unit="us", name="date")
    daily = frame.set_index("date").reindex(days).reset_index()
    return daily.assign(in_period=daily["date"] >= pd.Timestamp(period.start))
