"""The exact split of observed − expected sales: over factors by Shapley values, over members by symmetric mix and rate.

At every level the parts add up to the whole. Sources: Shapley (1953) for factor chains; the symmetric
(midpoint) volume, mix and rate parts are the two-factor Shapley values (Kitagawa, 1955).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

Part = dict[str, object]


def shapley(value: Callable[..., float], before: list[object], after: list[object]) -> list[float]:
    """Each argument's share of value(*after) − value(*before); the shares add up to it exactly."""
    k = len(before)
    shares = [0.0] * k
    for size in range(k):
        weight = factorial(size) * factorial(k - size - 1) / factorial(k)
        for chosen in combinations(range(k), size):
            mixed = [after[i] if i in chosen else before[i] for i in range(k)]
            base = value(*mixed)
            for i in set(range(k)) - set(chosen):
                raised = [after[j] if j == i else mixed[j] for j in range(k)]
                shares[i] += weight * (value(*raised) - base)
    return shares


def carry(before: float, after: float) -> tuple[float, float]:
    """A factor that is undefined on one side keeps the other side's value."""
    before = after if not np.isfinite(before) else before
    after = before if not np.isfinite(after) else after
    return (before, after) if np.isfinite(before) else (0.0, 0.0)


def factors(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Amounts of a product's factors; the product of `after` − the product of `before` in all."""
    pairs = {k: carry(before[k], after[k]) for k in before}
    shares = shapley(lambda *x: float(np.prod(x)), [b for b, _ in pairs.values()], [a for _, a in pairs.values()])
    return dict(zip(pairs, shares, strict=True))


def close(amounts: pd.Series, total: float, weight: pd.Series) -> pd.Series:
    """`amounts` with what is missing to `total` spread by `weight`, so that they add up exactly."""
    if amounts.empty:
        return amounts
    share = weight / weight.sum() if weight.sum() > 0 else pd.Series(1 / len(amounts), amounts.index)
    closed = amounts + (total - amounts.sum()) * share
    closed.iloc[-1] += total - closed.sum()
    return closed


def by_volume(total: float, observed: pd.Series, expected: pd.Series, unit: float) -> pd.Series:
    """A volume's amount over its members: how far each is from its expectation × `unit`, money per visitor.

    Members may over-count (a visitor of two channels is in both): what that leaves is spread by size.
    """
    return close((observed - expected) * unit, total, observed + expected)


def mix_and_rate(
    total: float, volume: tuple[pd.Series, pd.Series], paid: tuple[pd.Series, pd.Series], unit: float
) -> tuple[pd.Series, pd.Series]:
    """(mix, rate) amounts per member of a rate's amount `total`; `volume` and `paid` are (expected, observed).

    `unit` is money per unit of the rate. A member that appears or vanishes keeps the rate of its other side,
    so it counts as mix alone. What over-counted volumes leave is spread over the rates by size.
    """
    v0, v1 = (v.clip(lower=0.0) for v in volume)
    share0, share1 = v0 / max(v0.sum(), 1e-12), v1 / max(v1.sum(), 1e-12)
    rate0, rate1 = paid[0] / v0.where(v0 > 0), paid[1] / v1.where(v1 > 0)
    rate0, rate1 = rate0.fillna(rate1).fillna(0.0), rate1.fillna(rate0).fillna(0.0)
    mean_rate, mean_share = (rate0 + rate1) / 2, (share0 + share1) / 2
    mix = (share1 - share0) * (mean_rate - float((mean_rate * mean_share).sum())) * unit
    rate = mean_share * (rate1 - rate0) * unit
    return mix, close(rate, total - float(mix.sum()), mean_share * mean_rate)
