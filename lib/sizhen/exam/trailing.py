"""This period beside the 28 days before it, per comparable day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd

from sizhen.tables import Period, measure
from sizhen.vocab import load

Measured = TypeVar("Measured", pd.Series, pd.DataFrame)
PEOPLE = {"visitors": "visitor_days"}


def days_with_data(frame: pd.DataFrame, period: Period) -> int:
    """Days of the period on which the table has any row."""
    return int(period.clip(frame)["date"].nunique())


def change(now: Measured, before: Measured) -> Measured:
    """now ÷ before − 1; unknown where either is unknown or there was nothing before."""
    return now / before.where(before > 0) - 1


def moved(now: Measured, before: Measured, metric: str) -> Measured:
    """How a metric's value changed: rates and scores by their difference, all else as a fraction (`change`)."""
    return now - before if load().metrics[metric].unit in ("rate", "score") else change(now, before)


def beside(
    frame: pd.DataFrame,
    period: Period,
    metrics: Sequence[str],
    by: Sequence[str] = (),
    *,
    plain: Sequence[str] = (),
) -> pd.DataFrame:
    """One row per member of `by` seen in the period or in its baseline: per metric its value,
    `<metric>_before` and `<metric>_change` (a fraction; of rates and scores the difference); the metrics in `plain` as
    the period's value only.

    Sums before are those of the baseline per day with data, times the period's days with data. Daily visitors added up
    are called `visitor_days`. Empty when the period has no row.
    """
    now, before = period.clip(frame), period.baseline.clip(frame)
    if now.empty:
        return pd.DataFrame()
    days = days_with_data(frame, period.baseline)
    scale = days_with_data(frame, period) / days if days else float("nan")
    compared = [m for m in metrics if m not in plain]
    seen = measure.totals(now, metrics, by)
    past = measure.totals(before if compared else now, compared, by)
    past = past * [scale if load().metrics[m].kind == "sum" else 1.0 for m in compared]
    members = seen.index.append(past.index[~past.index.isin(seen.index)])
    seen, past = seen.reindex(members), past.reindex(members)
    changes = pd.DataFrame({m: moved(seen[m], past[m], m) for m in compared}, index=seen.index)
    ends = {"": seen, "_before": past, "_change": changes}
    table = pd.concat([values.add_suffix(end) for end, values in ends.items()], axis=1)
    order = {f"{m}{end}": f"{PEOPLE.get(m, m)}{end}" for m in metrics for end, values in ends.items() if m in values}
    table = table[list(order)].rename(columns=order)
    return table.rename_axis(list(by) or None).reset_index(drop=not by)


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
