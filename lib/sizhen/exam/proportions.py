"""Two shares beside each other: how far apart, within which interval, and whether that is more than chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from sizhen.exam.compare import wilson
from sizhen.tables.chance import discoveries

FALSE_SHARE = 0.05  # of what is called more than chance


def gap(hits: pd.Series, n: pd.Series, hits_before: pd.Series, n_before: pd.Series) -> pd.DataFrame:
    """Columns gap (share now − share before), gap_low, gap_high (95 %, Newcombe's method 10) and beyond_chance: what
    stands out of all rows together (two-proportion z-test, false discoveries held at 5 %). NaN where a side has no one.
    """
    sides = pd.DataFrame({"hits": hits, "n": n, "hits_before": hits_before, "n_before": n_before}, dtype="float64")
    now, before = wilson(sides["hits"], sides["n"]), wilson(sides["hits_before"], sides["n_before"])
    found, of, found_before, of_before = sides.to_numpy().T
    some, some_before = np.where(of > 0, of, np.nan), np.where(of_before > 0, of_before, np.nan)
    share, share_before = found / some, found_before / some_before
    apart = share - share_before
    down = np.hypot(share - now["low"].to_numpy(), before["high"].to_numpy() - share_before)
    up = np.hypot(now["high"].to_numpy() - share, share_before - before["low"].to_numpy())
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (found + found_before) / (of + of_before)
        error = np.sqrt(pooled * (1 - pooled) * (1 / some + 1 / some_before))
    p = 2 * ndtr(-np.abs(apart / np.where(error > 0, error, np.nan)))
    known = ~np.isnan(p)
    beyond = np.zeros(len(p), dtype=bool)
    beyond[known] = discoveries(p[known], FALSE_SHARE)
    gaps = {"gap": apart, "gap_low": apart - down, "gap_high": apart + up, "beyond_chance": beyond}
    return pd.DataFrame(gaps, index=sides.index)
