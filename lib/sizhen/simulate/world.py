"""Everything chance decides, drawn once: with and without a fault, a shop meets the same people on the same days.

Visitors are of two sorts. Browsers are only counted. The serious ones, about one in eight, are followed one by one:
each has a day, a channel, a product in mind and a row of uniform numbers that settle every step to come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .catalogue import DEVICE_SHARES, Catalogue, draw_catalogue
from .demand import Demand, draw_demand
from .plan import Plan
from .push import Floats, Shares
from .words import channel_shares, words

SERIOUS = 0.125
NOISE = ("browsers", "bounce", "favourite", "cart")
LOOK_NOISE = ("looks", "look_bounce", "look_favourite", "look_cart", "look_search")
CHANCES = (
    "arrive",
    "stay",
    "down",
    "cart",
    "favourite",
    "order",
    "pay",
    "units",
    "more",
    "coupon",
    "apart",
    "refund",
    "delay",
    "delay_more",
    "review",
    "wait",
)


@dataclass(frozen=True)
class Serious:
    """Visitors who may buy; all arrays (n,), sorted by day. `other` is what they would add to the basket, `cheap` what
    they would turn to when money is short."""

    day: NDArray[np.int64]
    channel: NDArray[np.int64]
    device: NDArray[np.int64]
    returning: NDArray[np.bool_]
    product: NDArray[np.int64]
    sku: NDArray[np.int64]
    other: NDArray[np.int64]
    other_sku: NDArray[np.int64]
    cheap: NDArray[np.int64]
    asks: NDArray[np.bool_]
    agent: NDArray[np.int64]
    ad: NDArray[np.int64]
    chance: dict[str, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.day)

    @property
    def marks(self) -> dict[str, NDArray[np.int64] | NDArray[np.bool_]]:
        return {
            "channel": self.channel,
            "device": self.device,
            "product": self.product,
            "returning": self.returning,
            "agent": np.where(self.asks, self.agent, -1),
            "asks": self.asks,
            "ad": self.ad,
        }


@dataclass(frozen=True)
class World:
    """`browsers` (days, channels, devices); `looks` (days, products): product pages opened by browsers; `interest`
    (days, products): shares of interest; `noise`: standard normal grids for `thin`."""

    plan: Plan
    catalogue: Catalogue
    demand: Demand
    browsers: NDArray[np.int64]
    looks: NDArray[np.int64]
    interest: Floats
    serious: Serious
    noise: dict[str, Floats]

    def rng(self, *name: int) -> np.random.Generator:
        """A stream of its own for a part of the shop, the same whatever other parts do."""
        return np.random.default_rng([self.plan.seed, *name])

    @property
    def days(self) -> int:
        return self.plan.days

    @property
    def shares(self) -> Shares:
        """Shares of visitors with a mark, for those who are only counted."""
        cat = self.catalogue
        return {
            "product": cat.weight,
            "ad": np.array([row.share for row in cat.ads]),
            "returning": np.array([0.9, 0.1]),
            "device": np.array(DEVICE_SHARES[self.plan.language]),
        }


def draw_world(plan: Plan) -> World:
    rng = [np.random.default_rng([plan.seed, part]) for part in range(7)]
    catalogue = draw_catalogue(plan, rng[0])
    demand = draw_demand(plan, rng[1])
    shares = np.array(list(channel_shares(plan.platform).values()))
    spread = np.array([words()["restless"][name] for name in catalogue.channels])
    restless = rng[2].gamma(spread**-2, spread**2, (plan.days, len(shares)))
    expected = plan.visitors_per_day * 1.05 * demand.visits[:, None] * shares * restless
    eager = np.array([words()["serious"][name] for name in catalogue.channels]) * SERIOUS
    device = np.array(DEVICE_SHARES[plan.language])
    browsers = rng[2].poisson((expected * (1 - eager))[:, :, None] * device)
    interest = _interest(plan, catalogue, rng[3])
    looks = rng[3].poisson(browsers.sum(axis=(1, 2))[:, None] * 0.98 * interest)
    grid = (plan.days, len(shares), 2)
    noise = {name: rng[4].standard_normal(grid) for name in NOISE}
    noise |= {name: rng[5].standard_normal(looks.shape) for name in LOOK_NOISE}
    serious = _draw_serious(plan, catalogue, interest, rng[6].poisson(expected * eager), rng[6])
    return World(plan, catalogue, demand, browsers, looks, interest, serious, noise)


def _interest(plan: Plan, catalogue: Catalogue, rng: np.random.Generator) -> Floats:
    """Popularity, nothing before a product is listed, and a slow sway of every product."""
    knots = np.linspace(0, plan.days - 1, max(plan.days // 21, 2))
    sway = rng.standard_normal((len(knots), plan.products)) * 0.06
    position = np.interp(np.arange(plan.days), knots, np.arange(len(knots)))
    low = np.minimum(position.astype(int), len(knots) - 2)
    part = (position - low)[:, None]
    age = np.arange(plan.days)[:, None] - catalogue.listed
    grown = np.clip((age + 1) / 14, 0, 1)
    raw = catalogue.weight * np.exp(sway[low] * (1 - part) + sway[low + 1] * part) * grown
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def _pick(cumulative: Floats, row: NDArray[np.int64], uniform: Floats) -> NDArray[np.int64]:
    """For each i, an index drawn from the distribution in row[i] of `cumulative` (each row ends at 1)."""
    flat = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
    found = np.searchsorted(flat, row + uniform, side="right") - row * cumulative.shape[1]
    return np.clip(found, 0, cumulative.shape[1] - 1)


def _draw_serious(
    plan: Plan, catalogue: Catalogue, interest: Floats, counts: NDArray[np.int64], rng: np.random.Generator
) -> Serious:
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    day, channel = np.divmod(cells, counts.shape[1])
    size = len(cells)
    mind, skus = np.cumsum(interest, axis=1), np.cumsum(catalogue.sku_weight, axis=1)
    product, other = (_pick(mind, day, rng.random(size)) for _ in range(2))
    order = np.argsort(catalogue.price, kind="stable")
    cheapest = order[: max(plan.products * 2 // 5, 1)]
    owned = np.array([name == "owned" for name in catalogue.channels])
    ad = np.full(size, -1)
    for index in range(len(catalogue.channels)):
        rows = [i for i, row in enumerate(catalogue.ads) if row.channel == index]
        if rows:
            here = channel == index
            pull = np.cumsum([catalogue.ads[i].share * catalogue.ads[i].appeal for i in rows])
            ad[here] = np.array(rows)[np.searchsorted(pull / pull[-1], rng.random(int(here.sum())), side="right")]
    weight = catalogue.weight[cheapest]
    return Serious(
        day=day,
        channel=channel,
        device=(rng.random(size) >= DEVICE_SHARES[plan.language][0]).astype(np.int64),
        returning=rng.random(size) < np.where(owned[channel], 0.55, 0.16),
        product=product,
        sku=_pick(skus, product, rng.random(size)),
        other=other,
        other_sku=_pick(skus, other, rng.random(size)),
        cheap=cheapest[np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(size) * 0.999999)],
        asks=rng.random(size) < 0.2,
        agent=np.searchsorted(np.cumsum(catalogue.agent_weight), rng.random(size) * 0.999999),
        ad=ad,
        chance={name: rng.random(size, dtype=np.float32) for name in CHANCES},
    )
