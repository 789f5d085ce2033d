"""The exact split of a difference of products over their factors, by logarithmic means (LMDI; Ang, 2004)."""

from __future__ import annotations

import numpy as np
import pandas as pd


def log_mean(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(x − y) ÷ ln(x ÷ y) of positive numbers, x where they are equal."""
    ratio = np.log(x / y)
    near = np.abs(ratio) < 1e-9
    return np.where(near, (x + y) / 2, (x - y) / np.where(near, 1.0, ratio))


def split(now: pd.DataFrame, aim: pd.DataFrame) -> pd.DataFrame:
    """Per row: what each factor (column) adds to the product of `now` − the product of `aim`, whose factors are all
    above 0; the parts of a row add up to that difference.

    A factor of `now` that is 0 takes the whole difference (its limit), several share it alike. An unknown factor (what
    a buyer spends where nobody bought) is taken as aimed at.
    """
    factors = now.fillna(aim).to_numpy(dtype=float)
    aims = aim[now.columns].to_numpy(dtype=float)
    whole, aimed = factors.prod(axis=1), aims.prod(axis=1)
    none = factors <= 0
    some = np.asarray(none.sum(axis=1) == 0)
    logs = np.log(np.where(none, 1.0, factors) / aims)
    parts = log_mean(np.where(some, whole, 1.0), aimed)[:, None] * logs
    alike = (whole - aimed)[:, None] * none / np.maximum(none.sum(axis=1), 1)[:, None]
    return pd.DataFrame(np.where(some[:, None], parts, alike), index=now.index, columns=now.columns)
