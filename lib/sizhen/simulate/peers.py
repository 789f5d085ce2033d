"""Other shops: they live in the same market, and sell some of the same styles."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from .behave import Outcome
from .catalogue import PEER_KINDS
from .frames import dates, ids, lookup
from .push import Floats, Push, added, factor, on
from .words import words
from .world import World

SIZE = np.array([2.6, 1.9, 1.15, 0.95, 0.85, 1.0, 2.2])
RESTLESS = np.array([0.06, 0.06, 0.07, 0.07, 0.07, 0.015, 0.02])
CONVERSION = np.array([1.1, 1.05, 1.0, 0.97, 1.02, 0.97, 1.25])
PROMOTION_DAYS, COLUMNS = 6, 7


def peers_table(world: World) -> pd.DataFrame:
    language, text = world.plan.language, words()
    names = [*text["peers"][language], text["tier"]["tier_average"][language], text["tier"]["tier_top"][language]]
    return pd.DataFrame({"peer_id": list(world.catalogue.peers), "name": names, "kind": list(PEER_KINDS)})


def _promotions(world: World, pushes: list[Push], rng: np.random.Generator) -> Floats:
    """(days, peers): 1 while a competitor runs a promotion. Tiers have none."""
    running = np.zeros((world.days, COLUMNS))
    for peer in range(5):
        for start in rng.integers(0, world.days, max(world.days // 45, 1)):
            running[start : start + PROMOTION_DAYS, peer] = 1
    marks = {"peer": np.arange(COLUMNS)[None, :]}
    return np.maximum(running, added(pushes, "peer_promotion", np.arange(world.days)[:, None], marks))


def peers_daily(world: World, outcome: Outcome, pushes: Iterable[Push]) -> pd.DataFrame:
    pushes, rng, plan = list(pushes), world.rng(80), world.plan
    shape = (world.days, COLUMNS)
    running = _promotions(world, pushes, rng)
    tide = world.demand.market * world.demand.calm_visits * factor(pushes, "demand", np.arange(world.days), {})
    expected = plan.visitors_per_day * SIZE * tide[:, None] * rng.gamma(RESTLESS**-2, RESTLESS**2, shape)
    visitors = np.rint(expected * (1 + 0.25 * running)).astype(np.int64)
    noise = np.exp(RESTLESS * 0.6 * rng.standard_normal(shape))
    rate = 0.033 * CONVERSION * world.demand.calm_conversion[:, None] * noise * (1 + 0.12 * running)
    conversion = np.clip(rate, 0, 0.5).round(5)
    buyers = max(int((outcome.lines.paid < world.days).sum()), 1)
    typical = outcome.sales(0, world.days) / buyers * 1.18
    value = np.round(typical * rng.uniform(0.9, 1.15, COLUMNS) * np.exp(0.02 * rng.standard_normal(shape)), 2)
    paid = np.round(visitors * conversion * value, 2)
    scores = np.round(
        np.clip(4.81 + 0.03 * rng.standard_normal((1, COLUMNS, 3)) + 0.004 * rng.standard_normal((*shape, 3)), 1, 5), 3
    )
    texts = np.array([*words()["peer_promotions"][plan.language], ""], dtype=object)
    choice = np.where(running > 0, rng.integers(0, len(texts) - 1, COLUMNS), len(texts) - 1)
    day, peer = np.indices(shape).reshape(2, -1)
    return pd.DataFrame(
        {
            "date": dates(plan, day),
            "peer_id": lookup(world.catalogue.peers, peer),
            "visitors": visitors.ravel(),
            "conversion": conversion.ravel(),
            "average_order_value": value.ravel(),
            "paid_amount": paid.ravel(),
            "visitors_index": np.round(100 * visitors / plan.visitors_per_day, 1).ravel(),
            "paid_index": np.round(100 * paid / max(outcome.sales(0, world.days) / world.days, 1), 1).ravel(),
            "dsr_description": scores[:, :, 0].ravel(),
            "dsr_service": scores[:, :, 1].ravel(),
            "dsr_logistics": scores[:, :, 2].ravel(),
            "promotion": texts[choice].ravel(),
            "new_products": np.where(np.arange(COLUMNS) < 5, rng.poisson(0.25, shape), 0).ravel(),
        }
    )


def peer_products_daily(world: World, pushes: Iterable[Push]) -> pd.DataFrame:
    """Styles a competitor shares with the shop, and one of its own."""
    cat, plan, rng = world.catalogue, world.plan, world.rng(81)
    items = [*cat.matched, *((peer, -1) for peer in range(5))]
    peer, product = np.array([p for p, _ in items]), np.array([i for _, i in items])
    like = np.where(product >= 0, product, np.arange(len(items)) % plan.products)
    shape = (world.days, len(items))
    day = np.arange(world.days)[:, None]
    cut = factor(pushes, "peer_price", day, {"peer": peer[None, :], "product": product[None, :]})
    base = np.rint(cat.price[like] * rng.uniform(0.96, 1.12, len(items)))
    price = np.round(base * cut, 2)
    tide = world.demand.market * world.demand.calm_visits * factor(pushes, "demand", np.arange(world.days), {})
    pace = plan.visitors_per_day * 0.03 * np.maximum(cat.weight[like], 0.01) * SIZE[peer]
    sold = rng.poisson(tide[:, None] * pace * cut**-2)
    comments = rng.integers(200, 4000, len(items)) + np.cumsum(rng.binomial(sold, 0.3), axis=0)
    own = [cat.titles[i] for i in like]
    at, item = np.indices(shape).reshape(2, -1)
    return pd.DataFrame(
        {
            "date": dates(plan, at),
            "peer_id": lookup(cat.peers, peer[item]),
            "peer_product_id": (ids("q", peer + 1, 2) + ids("-", np.arange(len(items)) + 1, 3)).to_numpy()[item],
            "product_id": np.array([*cat.product_ids, ""], dtype=object)[product][item],
            "title": lookup(own, item),
            "price": price.ravel(),
            "units_sold": sold.ravel(),
            "comments": comments.ravel(),
            "rating": np.round(np.clip(4.75 + 0.1 * rng.standard_normal(len(items)), 1, 5), 2)[item],
        }
    )


def lost_buyers_daily(world: World, pushes: Iterable[Push]) -> pd.DataFrame:
    """Visitors of this shop who bought at a competitor that day, with the product most of them had looked at."""
    cat, rng = world.catalogue, world.rng(82)
    pushes = list(pushes)
    shape = (world.days, 5)
    marks = {"peer": np.arange(5)[None, :]}
    usual = len(world.serious) / world.days * 0.014 * SIZE[:5]
    lost = rng.poisson(
        usual * world.demand.visits[:, None] + added(pushes, "lost", np.arange(world.days)[:, None], marks)
    )
    typical = float((cat.weight * cat.price).sum()) * 1.4
    shared = [[item for peer, item in cat.matched if peer == index] or [0] for index in range(5)]
    picks = np.array(
        [[items[int(i * len(items))] for items, i in zip(shared, row, strict=True)] for row in rng.random(shape)]
    )
    winners = {push.where["peer"] for push in on(pushes, "lost")}
    for push in on(pushes, "peer_price"):
        if push.where["peer"] in winners:
            picks[push.first : push.last, push.where["peer"]] = push.where["product"]
    index = np.flatnonzero(lost.ravel() > 0)
    day, peer = np.divmod(index, shape[1])
    return pd.DataFrame(
        {
            "date": dates(world.plan, day),
            "peer_id": lookup(cat.peers, peer),
            "product_id": lookup(cat.product_ids, picks.ravel()[index]),
            "lost_buyers": lost.ravel()[index],
            "lost_amount": np.round(lost * typical * np.exp(0.15 * rng.standard_normal(shape)), 2).ravel()[index],
        }
    )
