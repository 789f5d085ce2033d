"""Rows that share their table's key and are one row: what a layout says adds up is added."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def joined(frame: pd.DataFrame, keys: Sequence[str], adds: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """(one row per key, notes by id). `frame`: rows in the order of their keys.

    The columns of `adds` are summed, of every other the first known value counts. A sum of which a part is unknown is
    that of its known parts and is noted; of unknown parts only, it is unknown.
    """
    first = ~frame.duplicated(list(keys))
    if first.all():
        return frame, {}
    groups = frame.groupby(first.cumsum().to_numpy() - 1)
    out = groups.first()
    there = [c for c in adds if c in frame]
    out[there] = groups[there].sum(min_count=1)
    known, rows = groups[there].count(), groups.size()
    partly = known.gt(0) & known.lt(rows, axis=0)
    return out[list(frame.columns)], {"joined": int((~first).sum()), "partly_known": int(partly.to_numpy().sum())}
