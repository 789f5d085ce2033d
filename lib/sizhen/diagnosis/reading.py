"""A figure over a period beside what was expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from sizhen.diagnosis.panel import Panel
from sizhen.tables import Period


@dataclass(frozen=True)
class Reading:
    """One member's figure over a period beside what was expected. `ratio` is observed ÷ expected.

    `se` is the standard error of log(ratio); `n` the count behind the figure; `p` two-sided.
    """

    metric: str
    member: str
    observed: float
    expected: float
    ratio: float
    se: float
    df: float
    p: float
    n: float
    since: pd.Timestamp
    top: float
    bottom: float

    def interval(self, level: float = 0.90) -> tuple[float, float]:
        """Interval of `observed ÷ ratio`, the expected value."""
        t = float(stdtrit(self.df, 0.5 + level / 2))
        return self.expected * float(np.exp(-t * self.se)), self.expected * float(np.exp(t * self.se))

    def against(self, movement: float) -> Reading:
        """The same reading where a movement by the ratio `movement` was to be expected."""
        if not movement > 0:
            return self
        ratio = self.ratio / movement
        p = 2 * float(stdtr(self.df, -abs(np.log(max(ratio, 1e-6))) / self.se))
        return replace(self, expected=self.expected * movement, ratio=ratio, p=p)

    @property
    def log(self) -> float:
        return float(np.log(self.ratio)) if self.ratio > 0 else -np.inf


@dataclass(frozen=True)
class Readings:
    """All members' readings of a panel over a period; `frame` has a row per member with a Reading's figures."""

    panel: Panel
    period: Period
    frame: pd.DataFrame

    @cached_property
    def _rows(self) -> dict[str, Reading]:
        figures = [field.name for field in fields(Reading)][2:]
        rows = zip(self.panel.members, *(self.frame[f].tolist() for f in figures), strict=True)
        return {member: Reading(self.panel.metric.id, member, *row) for member, *row in rows}

    def __getitem__(self, member: str) -> Reading:
        return self._rows[member]

    def __iter__(self) -> Iterator[Reading]:
        return iter(self._rows.values())

    def __contains__(self, member: str) -> bool:
        return member in self._rows
