"""Which of many differences are more than chance."""

from __future__ import annotations

import numpy as np


def discoveries(p: np.ndarray, q: float) -> np.ndarray:
    """Benjamini–Hochberg (1995): which p-values are discoveries at false-discovery rate `q`."""
    found = np.zeros(len(p), dtype=bool)
    order = np.argsort(p)
    under = np.flatnonzero(p[order] <= q * np.arange(1, len(p) + 1) / max(len(p), 1))
    if len(under):
        found[order[: under[-1] + 1]] = True
    return found
