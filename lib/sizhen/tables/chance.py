"""Which of many differences are more than chance."""

from __future__ import annotations

import math

import numpy as np

ONE_SIDED = 1.645  # standard errors: of a one-sided 95 % test, and of a 90 % interval


def counting_noise(share: float, n: float) -> float:
    """How far a share of `n` may be off by chance (one-sided 95 %); 0 outside of 0 to 1."""
    return ONE_SIDED * math.sqrt(max(share * (1 - share), 0.0) / n)


def discoveries(p: np.ndarray, q: float) -> np.ndarray:
    """Benjamini–Hochberg (1995): which p-values are discoveries at false-discovery rate `q`."""
    found = np.zeros(len(p), dtype=bool)
    order = np.argsort(p)
    under = np.flatnonzero(p[order] <= q * np.arange(1, len(p) + 1) / max(len(p), 1))
    if len(under):
        found[order[: under[-1] + 1]] = True
    return found
