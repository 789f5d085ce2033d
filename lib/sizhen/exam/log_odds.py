"""Which words one pile of texts uses more than another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd


def counted_terms(texts: Iterable[frozenset[str]]) -> pd.Series:
    """In how many of the texts each term stands, however often it stands there."""
    counts: Counter[str] = Counter()
    for terms in texts:
        counts.update(terms)
    return pd.Series(counts, dtype="float64").sort_index()


def log_odds(here: pd.Series, there: pd.Series, usual: pd.Series) -> pd.DataFrame:
    """Per term of `here`: log_odds (among the terms of `here` against those of `there`) and z, with an informative
    Dirichlet prior (Monroe, Colaresi & Quinn 2008): the shares of terms in `usual`, weighing as much as the smaller
    pile. Counts by term; a term must stand in `usual`."""
    n, m = here.sum(), there.sum()
    weight = max(min(n, m), 1.0)
    there, prior = there.reindex(here.index, fill_value=0.0), usual.reindex(here.index) / usual.sum() * weight
    apart = np.log((here + prior) / (n + weight - here - prior)) - np.log(
        (there + prior) / (m + weight - there - prior)
    )
    return pd.DataFrame({"log_odds": apart, "z": apart / np.sqrt(1 / (here + prior) + 1 / (there + prior))})
