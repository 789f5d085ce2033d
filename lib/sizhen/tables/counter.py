"""Counters that add up day by day: what came to them between two looks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def added(rows: pd.DataFrame, item: Sequence[str], day: str, counter: str) -> pd.DataFrame:
    """Per row, in the index of `rows`: added (to the counter since the item was last seen with one) and days (since
    then).

    Both are unknown at an item's first look and where the counter is. Where it fell, only `added` is: it was restarted
    or sales were taken back, and how many were sold meanwhile cannot be told.
    """
    known = rows[rows[counter].notna()].sort_values([*item, day], kind="stable")
    items = known.groupby(list(item), sort=False)
    more, days = items[counter].diff(), items[day].diff().dt.days.astype("float64")
    return pd.DataFrame({"added": more.where(more >= 0), "days": days}).reindex(rows.index)
