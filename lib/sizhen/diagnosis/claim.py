"""A claim: a cause that would explain a symptom, with its evidence and the money it could account for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.reading import Reading
from sizhen.document.findings import Evidence, Kind, Level, Reference
from sizhen.vocab import STEPS, Cause, Pool, Step, load


@dataclass(frozen=True)
class Claim:
    """`amount`: money per period it could account for; `se` relative to it.

    `step`: at which it draws, where that is not its cause's. `covers`: money of the symptom that is explained by it,
    where that is more: buyers lost to a higher price are gone, though those who stay pay more. `quiet` asks for no
    action; an `opportunity` is what could be gained where nothing was lost. `reading`: the one its figures are of;
    `told`: what its sentence tells besides, by the names in causes.toml, and whether it is `partly` explained.
    """

    cause: str
    subject: dict[str, str]
    metric: str
    observed: float
    expected: float
    level: Level
    evidence: tuple[Evidence, ...]
    amount: float
    step: Step | None = None
    since: pd.Timestamp | None = None
    se: float = 0.3
    n: float = np.nan
    p: float | None = None
    reference: Reference = "own_baseline"
    explains: tuple[str, ...] = ()
    covers: float = 0.0
    quiet: bool = False
    opportunity: bool = False
    reading: Reading | None = field(default=None, repr=False)
    told: Mapping[str, str | float | pd.Timestamp] = field(default_factory=dict)

    @property
    def id(self) -> str:
        where = ":".join(self.subject.values())
        return f"{self.cause}:{where}" if where else self.cause

    @property
    def entry(self) -> Cause:
        """What causes.toml tells of its cause."""
        return load().causes[self.cause]

    @property
    def order(self) -> int:
        """The place of its step: who draws first where causes overlap."""
        return STEPS.index(self.step or self.entry.step)

    @property
    def pool(self) -> Pool:
        """Whose loss it draws on."""
        return "none" if self.opportunity else self.entry.draws_from

    @property
    def kind(self) -> Kind:
        if self.opportunity:
            return "opportunity"
        return "cost" if self.pool in ("refunds", "ad_spend") else "loss"


@dataclass(frozen=True)
class Money:
    """What sales should have been and what a visitor is worth: the units in which claims are priced."""

    observed: float
    expected: float
    visitors: float
    visitor_value: float
    order_value: float


WORTH_ERROR = 0.25


@dataclass(frozen=True)
class Patient:
    """What a detector looks at: the chart, the split's amounts by path, and the money units."""

    chart: Chart
    split: dict[tuple[str, ...], float]
    money: Money
    real: Callable[[str, str, str], bool] = field(repr=False)

    def loss(self, *path: str) -> float:
        """Loss at a node of the split as a positive amount, 0 for a gain or an unknown node."""
        return max(-self.split.get(path, 0.0), 0.0)


def relative_error(reading: Reading) -> float:
    """Standard error of a loss relative to it: the reading's own, and what a visitor's or click's worth adds."""
    own = reading.se / max(abs(1 - reading.ratio), 0.02) if np.isfinite(reading.ratio) else 0.5
    return float(np.hypot(own, WORTH_ERROR))


def from_reading(reading: Reading) -> dict[str, object]:
    """The fields of a claim that a reading fills."""
    return {
        "metric": reading.metric,
        "observed": reading.observed,
        "expected": reading.expected,
        "since": reading.since,
        "n": reading.n,
        "p": reading.p,
        "se": relative_error(reading),
        "reading": reading,
    }


def fell(reading: Reading | None, p: float, by: float = 0.0) -> bool:
    return reading is not None and reading.p < p and reading.ratio < 1 - by


def rose(reading: Reading | None, p: float, by: float = 0.0) -> bool:
    return reading is not None and reading.p < p and reading.ratio > 1 + by
