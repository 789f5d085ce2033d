"""Rows that share their table's key and are one row: what a layout says adds up is added, equal lines too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
STRETCH = 10  # different lines: as many that stand before in the same order are no chance


def pasted(codes: Sequence[NDArray[np.int32]], blocks: NDArray[np.int64]) -> Mask:
    """Rows that an earlier block has as often already, cell for cell: equal lines of one block are as many units, but a
    file that was pasted from several tells them again. `blocks`: for each row the number of its block; a long stretch
    that stands before is a block as well, if nobody left its headings there."""
    cells = pd.DataFrame(dict(enumerate(codes)))
    line = cells.groupby(list(cells), sort=False).ngroup()
    time = line.groupby([line, blocks, _again(line)], sort=False).cumcount()
    return np.asarray(pd.DataFrame({"line": line, "time": time}).duplicated())


def _again(line: pd.Series) -> pd.Series:
    """The number of the stretch a row is in, of those whose lines all stand before it in the same order; 0 for none."""
    row = pd.Series(line.index)
    stands = row.groupby(line).transform("min")  # where the line of each row stands first
    again = stands < row
    run = (again.ne(again.shift()) | (stands.diff() < 0)).cumsum()
    rows = pd.DataFrame({"stands": stands, "row": row})[again].groupby(run[again])
    pasted = rows["stands"].nunique().ge(STRETCH) & (rows["stands"].max() < rows["row"].min())
    return run.where(run.isin(pasted.index[pasted]), 0)


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
