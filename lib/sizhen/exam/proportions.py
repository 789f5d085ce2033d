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
    now, before = wilson(hits, n), wilson(hits_before, n_before)
    share, share_before = hits / n.where(n > 0), hits_before / n_before.where(n_before > 0)
    apart = share - share_before
    down = np.hypot(share - now["low"], before["high"] - share_before)
    up = np.hypot(now["high"] - share, share_before - before["low"])
    pooled = (hits + hits_before) / (n + n_before)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n.where(n > 0) + 1 / n_before.where(n_before > 0)))
    p = pd.Series(2 * ndtr(-(apart / error.where(error > 0)).abs()), index=hits.index)
    known = p.notna()
    beyond = pd.Series(False, index=hits.index)
    beyond[known] = discoveries(p[known].to_numpy(), FALSE_SHARE)
    return pd.DataFrame({"gap": apart, "gap_low": apart - down, "gap_high": apart + up, "beyond_chance": beyond})
