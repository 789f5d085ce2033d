"""How many would come: market, week, calendar, promotions, and the restlessness of every channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from sizhen.vocab import calendar

from .plan import Plan
from .push import Floats
from .words import OWN_SITES, words

PERSISTENCE, MARKET_SPREAD, CONVERSION_SPREAD = 0.93, 0.035, 0.03


@dataclass(frozen=True)
class Demand:
    """All (days,). `market` is the tier's movement without the calendar; `calm_*` are shared with peers."""

    market: Floats
    calm_visits: Floats
    calm_conversion: Floats
    promotion: Floats
    conversion: Floats

    @property
    def visits(self) -> Floats:
        return self.market * self.calm_visits * self.promotion**0.55

    @property
    def deal(self) -> Floats:
        """What a promotion does to asked prices."""
        return self.promotion**-0.12


def draw_demand(plan: Plan, rng: np.random.Generator) -> Demand:
    visits, conversion = _rhythm(plan)
    promotion = np.ones(plan.days)
    for first, last, lift in plan.promotions:
        begin, end = max(plan.day(first), 0), max(plan.day(last) + 1, 0)
        promotion[begin:end] *= lift
        promotion[end : end + 3] *= 0.94
    noise = rng.gamma(CONVERSION_SPREAD**-2, CONVERSION_SPREAD**2, plan.days)
    return Demand(
        market=_autoregressive(plan.days, rng),
        calm_visits=visits,
        calm_conversion=conversion,
        promotion=promotion,
        conversion=conversion * noise * promotion**0.57,
    )


def _autoregressive(days: int, rng: np.random.Generator) -> Floats:
    steps = rng.standard_normal(days) * MARKET_SPREAD * np.sqrt(1 - PERSISTENCE**2)
    level = np.empty(days)
    state = MARKET_SPREAD * rng.standard_normal()
    for day, step in enumerate(steps):
        state = PERSISTENCE * state + step
        level[day] = state
    return np.exp(level - level.mean())


def _occasions(plan: Plan) -> tuple[calendar.Occasion, ...]:
    week = timedelta(days=7)
    return calendar.occasions(plan.start - week, plan.end + week, platform=plan.platform, currency=plan.currency)


def _rhythm(plan: Plan) -> tuple[Floats, Floats]:
    """Weekday and calendar factors of visits and conversion. Own sites keep no calendar."""
    weekday = np.array(words()["weekday"][plan.language])
    visits = weekday[(plan.start.weekday() + np.arange(plan.days)) % 7]
    conversion = np.ones(plan.days)
    if plan.platform in OWN_SITES:
        return visits, conversion
    for occasion in _occasions(plan):
        habit = words()["rhythm"].get(occasion.id) or words()["rhythm"].get(occasion.kind)
        if habit is None:
            continue
        first, last = max(plan.day(occasion.start), 0), max(plan.day(occasion.end) + 1, 0)
        visits[first:last] *= habit["visits"]
        conversion[first:last] *= habit["conversion"]
        if 0 < last <= plan.days and "peak" in habit:
            conversion[last - 1] *= habit["peak"] ** 0.5
            visits[last - 1] *= habit["peak"] ** 0.5
    return visits, conversion
