"""Advertising: clicks follow the paid channels' visitors, costs follow the clicks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .behave import Outcome
from .catalogue import CLICK_PRICE
from .frames import counted, dates, lookup, summed
from .push import Push, added, factor, thin
from .world import World

CLICKS_PER_VISITOR, WINDOW_DAYS, LATE_SALES = 1.07, 15, 0.12


@dataclass(frozen=True)
class Spend:
    """(days, advertising rows): impressions, clicks and cost in hundredths."""

    impressions: NDArray[np.int64]
    clicks: NDArray[np.int64]
    cents: NDArray[np.int64]


def spend(world: World, outcome: Outcome, pushes: Iterable[Push]) -> Spend:
    pushes = list(pushes)
    ads, rng = world.catalogue.ads, world.rng(20)
    shape = (world.days, len(ads))
    day, marks = np.arange(world.days)[:, None], _marks(world)
    visitors = _visitors(world, outcome)
    part = np.array([row.share for row in ads]) * factor(pushes, "arrive", day, marks, world.shares)
    for channel in set(marks["channel"].ravel()):
        here = marks["channel"].ravel() == channel
        part[:, here] *= visitors[:, [channel]] / np.maximum(part[:, here].sum(axis=1, keepdims=True), 1e-9)
    clicks = np.rint((part + added(pushes, "waste", day, marks)) * CLICKS_PER_VISITOR).astype(np.int64)
    rate = np.array([row.click_rate for row in ads]) * np.exp(0.04 * rng.standard_normal(shape))
    impressions = np.rint(clicks / (rate * factor(pushes, "click_rate", day, marks))).astype(np.int64)
    price = np.array([CLICK_PRICE[row.kind] * row.price for row in ads]) * world.catalogue.visitor_value
    price = price * np.exp(0.03 * rng.standard_normal(shape)) * factor(pushes, "click_price", day, marks)
    return Spend(impressions, clicks, np.rint(clicks * price * 100).astype(np.int64))


def _marks(world: World) -> dict[str, NDArray[np.int64]]:
    ads = world.catalogue.ads
    return {"ad": np.arange(len(ads))[None, :], "channel": np.array([[row.channel for row in ads]], dtype=np.int64)}


def _visitors(world: World, outcome: Outcome) -> NDArray[np.float64]:
    """(days, channels) without the surge of those who were bought for nothing."""
    people = world.serious
    shape = outcome.browsers.shape[:2]
    serious = counted(shape, people.day[outcome.arrived], people.channel[outcome.arrived])
    return (outcome.browsers.sum(axis=2) + serious).astype(float)


def ads_daily(world: World, outcome: Outcome, spent: Spend) -> pd.DataFrame:
    """Attributed figures hold the day's own sales and, as their window fills, some that come later."""
    people, lines, ads = world.serious, outcome.lines, world.catalogue.ads
    shape = spent.clicks.shape
    rows = people.ad[lines.who]
    good = (lines.paid < world.days) & (rows >= 0)
    first = good & ~lines.second
    orders = counted(shape, lines.paid[first], rows[first])
    cents = summed(shape, lines.cents[good], lines.paid[good], rows[good])
    age = world.days - 1 - np.arange(world.days)[:, None]
    grown = 1 + LATE_SALES * np.minimum(age / WINDOW_DAYS, 1)
    noise = world.rng(21).standard_normal(shape)
    index = np.flatnonzero(spent.clicks.ravel() > 0)
    day, row = np.divmod(index, len(ads))
    products = np.array([world.catalogue.product_ids[a.product] if a.product >= 0 else "" for a in ads], dtype=object)
    return pd.DataFrame(
        {
            "date": dates(world.plan, day),
            "kind": lookup([a.kind for a in ads], row),
            "plan": lookup([a.plan for a in ads], row),
            "keyword": lookup([a.keyword for a in ads], row),
            "product_id": products[row],
            "impressions": np.maximum(spent.impressions, spent.clicks).ravel()[index],
            "clicks": spent.clicks.ravel()[index],
            "cost": spent.cents.ravel()[index] / 100,
            "cart_buyers": (thin(spent.clicks, 0.07, noise) + orders).ravel()[index],
            "paid_orders": np.rint(orders * grown).astype(np.int64).ravel()[index],
            "paid_amount": (np.rint(cents * grown) / 100).ravel()[index],
            "attribution_days": WINDOW_DAYS,
        }
    )


def keywords_daily(world: World, outcome: Outcome, pushes: Iterable[Push]) -> pd.DataFrame:
    """Free search by word: visitors follow the channel, ranks worsen when it falls."""
    if "search" not in world.catalogue.channels:
        return pd.DataFrame()
    channel, words = world.catalogue.channel("search"), world.catalogue.keywords
    rng = world.rng(22)
    day = np.arange(world.days)[:, None]
    weight = 1 / np.arange(1, len(words) + 1) ** 0.9
    visitors = _visitors(world, outcome)[:, [channel]] * 0.8 * weight / weight.sum()
    visitors = np.rint(visitors * np.exp(0.07 * rng.standard_normal((world.days, len(words))))).astype(np.int64)
    lines, people = outcome.lines, world.serious
    paid = (people.channel[lines.who] == channel) & ~lines.second & (lines.paid < world.days)
    buyers = counted((world.days,), lines.paid[paid])[:, None] * 0.8 * weight / weight.sum()
    home = 2 + np.arange(len(words)) * 1.3 + rng.gamma(3, 1, len(words))
    lost = factor(pushes, "arrive", day, {"channel": np.full((1, 1), channel)}, world.shares)
    rank = home / np.maximum(lost, 0.05) + rng.normal(0, 0.4, visitors.shape)
    chance = rng.random(visitors.shape)
    index = np.flatnonzero(visitors.ravel() > 0)
    at, word = np.divmod(index, len(words))
    return pd.DataFrame(
        {
            "date": dates(world.plan, at),
            "keyword": lookup(words, word),
            "visitors": visitors.ravel()[index],
            "paid_buyers": np.minimum(np.floor(buyers + chance).astype(np.int64), visitors).ravel()[index],
            "rank": np.round(np.maximum(rank, 1), 1).ravel()[index],
        }
    )
