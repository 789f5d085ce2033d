"""What the owner's first screen consists of, as plain text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """A figure as the reader sees it. What claims to be the same figure of the same scope reads the same."""

    text: str
    figure: str
    scope: str


@dataclass(frozen=True)
class Gauge:
    """Sales beside what they are measured by: amounts for the picture, and what is written beside them."""

    observed: float
    expected: float | None
    low: float | None
    high: float | None
    target: float | None
    told: tuple[Shown, ...]


@dataclass(frozen=True)
class Chip:
    """A size of a product: pieces left, or for how long it is gone."""

    sku: str
    note: str
    gone: bool


@dataclass(frozen=True)
class Task:
    """One thing to do. `share`: its money as a part of the largest; `money` None where there is none to speak of."""

    id: str
    title: str
    kind: str
    money: Shown | None
    share: float
    who: str
    by: str
    sure: str
    says: str
    steps: tuple[str, ...]
    chips: tuple[Chip, ...]
    places: tuple[str, ...]
    check: str
    between: Shown | None
    evidence: str
    again: str


@dataclass(frozen=True)
class Bar:
    """A week of a vital sign; `value` None is unknown."""

    value: float | None
    now: bool


@dataclass(frozen=True)
class Sign:
    """A vital sign. `bad`: worse than expected, beyond chance."""

    metric: str
    label: str
    value: Shown
    change: Shown | None
    note: str
    bad: bool
    weeks: tuple[Bar, ...]


@dataclass(frozen=True)
class Watched:
    """A finding to keep an eye on, in a line."""

    id: str
    title: str
    says: str
    money: Shown | None


@dataclass(frozen=True)
class Screen:
    """`money`: the part of `headline` that is money, empty where it holds none; `notes`: sentences on what the sales
    rest on, where that is to be told; `more`: of tasks beyond MOST_TASKS."""

    when: str
    issued: str
    state: str
    headline: str
    money: str
    why: str
    notes: tuple[str, ...]
    gauge: Gauge | None
    tasks: tuple[Task, ...]
    more: str
    watched: tuple[Watched, ...]
    signs: tuple[Sign, ...]
    previous: tuple[str, ...]
