"""An effect on some items against others on the same days, with an interval that was tried where nothing happened.

Every item is held against its own days before: what it would have had at its rate then. The items that were not exposed
show how far such a ratio strays on its own (placebos: each against the others, on the same days and in earlier windows
of the same length), and the interval is as wide as that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sizhen.exam.compare import CONFIDENT

EXPECTED = 5.0  # an item with fewer expected hits is no placebo
PLACEBOS = 10  # with fewer there is no interval
EARLIER = 6  # windows before
ENOUGH, CONTROL = 10.0, 30.0  # expected hits of the items exposed and of the others; under them the answer is `few`
MEDIAN_Z = 0.6745
UNKNOWN = float("nan")


@dataclass(frozen=True)
class Effect:
    """ratio and control_ratio: hits ÷ those expected at the rates before; effect: ratio ÷ control_ratio − 1 with low
    and high (95 %); reading: below, above, within (the interval holds 0), few, or alone (nothing to compare with)."""

    ratio: float
    control_ratio: float
    effect: float
    low: float
    high: float
    reading: str


NOTHING = Effect(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "few")


@dataclass(frozen=True)
class _Window:
    """Per item: hits, those expected at the rate before, and the variance of that expectation."""

    hits: np.ndarray
    expected: np.ndarray
    variance: np.ndarray

    def ratio(self, items: np.ndarray) -> float:
        expected = float(self.expected[items].sum())
        return float(self.hits[items].sum()) / expected if expected > 0 else UNKNOWN

    def log(self, items: np.ndarray) -> float:
        """Its logarithm, known with no hits too."""
        return float(np.log((self.hits[items].sum() + 0.5) / (self.expected[items].sum() + 0.5)))

    def counted(self, items: np.ndarray) -> float:
        """Variance of the ratio's logarithm that counting alone brings."""
        expected = self.expected[items].sum()
        return float(1 / max(self.hits[items].sum(), 0.5) + self.variance[items].sum() / expected**2)

    def crowd(self, items: np.ndarray) -> float:
        """Sum of squared shares: 1 for one item, 1/n for n alike."""
        return float((self.expected[items] ** 2).sum() / self.expected[items].sum() ** 2)


class Panel:
    """Hits and what they come from (visitors, or days observed), day by day and item by item."""

    def __init__(self, hits: pd.DataFrame, base: pd.DataFrame) -> None:
        """Days as rows, items as columns, both frames alike. A cell unknown in either counts in neither."""
        top, bottom = hits.to_numpy(dtype=float), base.to_numpy(dtype=float)
        known = ~np.isnan(top) & ~np.isnan(bottom)
        self._hits = _summed(np.where(known, top, 0.0))
        self._base = _summed(np.where(known, bottom, 0.0))

    def window(self, start: int, days: int, before: int) -> _Window:
        """The `days` rows from `start` against the `before` rows ahead of it."""
        past, now = slice(start - before, start), slice(start, start + days)
        hits, hits_before = _of(self._hits, now), _of(self._hits, past)
        base, base_before = _of(self._base, now), _of(self._base, past)
        scale = np.divide(base, base_before, out=np.zeros_like(base), where=base_before > 0)
        expected = scale * hits_before
        return _Window(np.where(expected > 0, hits, 0.0), expected, scale**2 * hits_before)

    def effect(self, exposed: np.ndarray, control: np.ndarray, start: int, days: int, before: int) -> Effect:
        """The exposed items against the control (masks over the items) in the `days` rows from `start`."""
        now = self.window(start, days, before)
        ratio, beside = now.ratio(exposed), now.ratio(control)
        if not now.expected[control].sum() > 0:
            return Effect(ratio, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "alone")
        if not ratio >= 0 or not beside > 0:
            return Effect(ratio, beside, UNKNOWN, UNKNOWN, UNKNOWN, "few")
        middle = now.log(exposed) - now.log(control)
        strayed, width = self._strays(control, start, days, before)
        spread = now.counted(exposed) + now.counted(control)
        reach = width * np.sqrt(spread + strayed * (now.crowd(exposed) + now.crowd(control)))
        effect = ratio / beside - 1
        low, high = min(float(np.expm1(middle - reach)), effect), float(np.expm1(middle + reach))
        few = now.expected[exposed].sum() < ENOUGH or now.expected[control].sum() < CONTROL or not np.isfinite(reach)
        reading = "few" if few else "below" if high < 0 else "above" if low > 0 else "within"
        if np.isnan(reach):
            low = high = UNKNOWN
        return Effect(ratio, beside, effect, low, high, reading)

    def _strays(self, control: np.ndarray, start: int, days: int, before: int) -> tuple[float, float]:
        """(variance of an item's log ratio beyond counting, standard errors that hold 95 % of the placebos)."""
        starts = [start - n * days for n in range(EARLIER + 1) if start - n * days >= before]
        parts = [_placebos(self.window(at, days, before), control) for at in starts]
        apart, counted = (np.concatenate([p[n] for p in parts]) for n in (0, 1))
        if len(apart) < PLACEBOS:
            return UNKNOWN, UNKNOWN
        strayed = max(0.0, float((np.median(np.abs(apart)) / MEDIAN_Z) ** 2 - np.median(counted)))
        z = np.abs(apart) / np.sqrt(counted + strayed)
        return strayed, max(CONFIDENT, float(np.quantile(z, 0.95)))


def _placebos(window: _Window, control: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log ratio of each control item against the other ones, and its variance by counting."""
    hits, expected, variance = (v[control] for v in (window.hits, window.expected, window.variance))
    others = (hits.sum() - hits) / np.maximum(expected.sum() - expected, 1e-9)
    fit = (expected >= EXPECTED) & (others > 0)
    own = (hits[fit] + 0.5) / (expected[fit] + 0.5)
    counted = 1 / (hits[fit] + 0.5) + variance[fit] / expected[fit] ** 2
    return np.log(own / others[fit]), counted


def _summed(values: np.ndarray) -> np.ndarray:
    return np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])


def _of(sums: np.ndarray, rows: slice) -> np.ndarray:
    return sums[rows.stop] - sums[rows.start]
