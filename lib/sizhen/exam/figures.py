"""Figures: the number a rule watches, read off the frame that shows it. Each has one home, named in rules.toml."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import pandas as pd


@dataclass(frozen=True)
class Figure:
    """A number in its metric's unit, and how many (visitors, buyers, reviews, money) it rests on. NaN is unknown."""

    value: float
    n: float


UNKNOWN = Figure(float("nan"), 0.0)
Build = Callable[..., pd.DataFrame]
Read = Callable[[pd.DataFrame], Figure]
HOMES = {
    "look": "sizhen.exam.look",
    "listen": "sizhen.exam.listen",
    "ask": "sizhen.exam.ask",
    "check": "sizhen.exam.check",
    "expected": "sizhen.diagnosis.expected",
    "advice": "sizhen.diagnosis.advice",
    "promotions": "sizhen.diagnosis.promotions",
}
SHOWN = 80  # characters of why a frame cannot be read
FIGURES: dict[str, Read] = {}


def figure(id: str) -> Callable[[Read], Read]:
    """Registers what reads a number off a frame as `<part>.<frame>:<figure>`: `look.traffic_groups:paid_share` reads
    the frame that `look.traffic_groups` builds."""

    def register(read: Read) -> Read:
        if id in FIGURES:
            raise ValueError(f"figure {id} has a home already: {FIGURES[id].__module__}")
        FIGURES[id] = read
        return read

    return register


def builder(frame: str) -> Build:
    """What builds the frame `<part>.<name>`: of (shop, period) where an examination shows it, of the case elsewhere.
    KeyError or AttributeError for a name that is none."""
    part, _, name = frame.partition(".")
    build: Build = getattr(import_module(HOMES[part]), name)
    return build


def read(id: str, frame: pd.DataFrame) -> Figure:
    """The figure `id` of this frame; unknown for a frame without columns, as one is where the tables cannot tell.

    Raises ValueError for a frame that lacks the columns it reads or holds no numbers in them, KeyError for an id that
    is none.
    """
    import_module(HOMES[id.partition(".")[0]])
    home = FIGURES[id]
    if not len(frame.columns):
        return UNKNOWN
    try:
        return home(frame)
    except KeyError as lacking:
        raise ValueError(f"{id} cannot be read off this frame: it has no {lacking}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"{id} cannot be read off this frame: {str(error)[:SHOWN]}") from None


def of(value: float, n: float) -> Figure:
    """The figure; an unknown value rests on nothing."""
    return Figure(value, n) if math.isfinite(value) else UNKNOWN


def ratio(top: float, bottom: float) -> float:
    """NaN where the lower part is unknown or 0."""
    return top / bottom if bottom > 0 else float("nan")


def by_the_case(frame: str) -> bool:
    """True where the frame is built from the whole case, not from shop and period alone."""
    return HOMES[frame.partition(".")[0]].startswith("sizhen.diagnosis.")
