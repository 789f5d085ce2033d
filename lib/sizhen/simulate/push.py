"""A push changes one step on the buyers' way, for some days and some of the buyers. A fault is a list of pushes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Marks = Mapping[str, Any]
Shares = Mapping[str, Floats]


@dataclass(frozen=True)
class Push:
    """`value` (one, or one per day from `first`) on `step`, on days first <= day < last, where the marks are so."""

    step: str
    first: int
    last: int
    value: float | Floats
    where: Mapping[str, int] = field(default_factory=dict)

    def at(self, day: NDArray[Any]) -> Floats | float:
        if isinstance(self.value, float | int):
            return float(self.value)
        return np.asarray(self.value)[np.clip(day - self.first, 0, len(self.value) - 1)]

    def strength(self, day: NDArray[Any], marks: Marks, shares: Shares) -> Floats:
        """1 where the push holds, 0 elsewhere; the share of those it holds for where a mark is not known."""
        out: Any = ((day >= self.first) & (day < self.last)).astype(float)
        for key, value in self.where.items():
            out = out * ((marks[key] == value) if key in marks else shares[key][value])
        return np.asarray(out)


def on(pushes: Iterable[Push], *steps: str) -> list[Push]:
    return [push for push in pushes if push.step in steps]


def factor(pushes: Iterable[Push], step: str, day: NDArray[Any], marks: Marks, shares: Shares | None = None) -> Floats:
    """The product of all pushes on `step`, in the shape that day and marks broadcast to."""
    out = np.ones(np.broadcast_shapes(day.shape, *(np.shape(mark) for mark in marks.values())))
    for push in on(pushes, step):
        out *= 1 - push.strength(day, marks, shares or {}) * (1 - push.at(day))
    return out


def added(pushes: Iterable[Push], step: str, day: NDArray[Any], marks: Marks, shares: Shares | None = None) -> Floats:
    """The sum of all pushes on `step`."""
    out = np.zeros(np.broadcast_shapes(day.shape, *(np.shape(mark) for mark in marks.values())))
    for push in on(pushes, step):
        out += push.strength(day, marks, shares or {}) * push.at(day)
    return out


def thin(count: NDArray[Any], keep: Any, noise: Floats) -> NDArray[np.int64]:
    """How many of `count` are kept with probability `keep`: a binomial draw made from fixed standard normal `noise`,
    so that two runs that differ in `keep` only stay comparable."""
    keep = np.clip(keep, 0.0, 1.0)
    drawn = np.rint(count * keep + np.sqrt(count * keep * (1 - keep)) * noise)
    return np.clip(drawn, 0, count).astype(np.int64)
