"""A figure over a period beside what was expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from sizhen.diagnosis.panel import Panel
from sizhen.tables import Period


@dataclass(frozen=True)
class Stretch:
    """A figure over the last days of a period, and what was expected of these days; a sum is that of the days.

    `top` and `bottom`: what it is made of (`bottom` of a sum: the days).
    """

    value: float
    usual: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Reading:
    """One member's figure over a period beside what was expected. `ratio` is observed ÷ expected.

    `se` is the standard error of log(ratio); `n` the count behind the figure; `p` two-sided; `family`: the readings it
    is one of.
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
    family: Readings | None = field(default=None, repr=False, compare=False)

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

    def begin(self, first: pd.Timestamp) -> Stretch | None:
        """The figure from the day `first` to the period's end; None where no such day is known."""
        return None if self.family is None else self.family.begin(self.member, first)

    @property
    def log(self) -> float:
        return float(np.log(self.ratio)) if self.ratio > 0 else -np.inf


@dataclass(frozen=True)
class Readings:
    """All members' readings of a panel over a period; `frame` has a row per member with a Reading's figures.

    `rows`: the panel's days that were compared, and `usual` what was expected of their `top`, a column per member.
    """

    panel: Panel
    period: Period
    frame: pd.DataFrame
    rows: np.ndarray
    usual: np.ndarray

    @cached_property
    def _rows(self) -> dict[str, Reading]:
        figures = [field.name for field in fields(Reading)][2:-1]
        members = self.panel.members
        rows = zip(members, *(self.frame[f].tolist() for f in figures), [self] * len(members), strict=True)
        return {member: Reading(self.panel.metric.id, member, *row) for member, *row in rows}

    def begin(self, member: str, first: pd.Timestamp) -> Stretch | None:
        """The member's figure from the day `first` on; None where no such day is known."""
        at = self.panel.members.index(member)
        late = self.rows >= self.panel.index(first)
        rows = self.rows[late]
        top, bottom = (np.nansum(values[rows, at]) for values in (self.panel.top, self.panel.bottom))
        usual = np.nansum(self.usual[late, at])
        if not bottom > 0:
            return None
        divisor = bottom if self.panel.is_rate else 1.0
        return Stretch(float(top / divisor), float(usual / divisor), float(top), float(bottom))

    def __getitem__(self, member: str) -> Reading:
        return self._rows[member]

    def __iter__(self) -> Iterator[Reading]:
        return iter(self._rows.values())

    def __contains__(self, member: str) -> bool:
        return member in self._rows
