"""From a plan to a made shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from .adverts import ads_daily, keywords_daily, spend
from .behave import Outcome, behave
from .daily import product_daily, shop_daily, traffic_daily
from .faults import plant
from .orders import buyers, orders_table, refunds_table, returns
from .peers import lost_buyers_daily, peer_products_daily, peers_daily, peers_table
from .plan import DAILY, Made, Plan
from .planting import Planted
from .push import Push
from .reviews import reviews_table
from .service import answers_table, events_table, service_daily
from .stock import stock_daily
from .words import words
from .world import World, draw_world

TIMEZONES = {"zh": "Asia/Shanghai", "en": "America/Los_Angeles"}


def simulate(plan: Plan) -> Made:
    """Makes the shop of `plan`; the same plan makes the same shop.

    Raises ValueError for a fault that cannot be planted.
    """
    world = draw_world(plan)
    calm = behave(world)
    planted = [plant(world, calm, fault, number) for number, fault in enumerate(plan.faults)]
    pushes = [push for one in planted for push in (*one.facts, *one.effects)]
    outcome = behave(world, pushes) if pushes else calm
    tables = _tables(world, outcome, pushes, planted)
    for one in planted:
        _spoil(tables, plan, one.spoils)
    return Made(_profile(plan), tables, [_truth(world, outcome, planted, number) for number in range(len(planted))])


def _tables(world: World, outcome: Outcome, pushes: list[Push], planted: list[Planted]) -> dict[str, pd.DataFrame]:
    back, buyer, spent = returns(world, outcome, pushes), buyers(world, outcome), spend(world, outcome, pushes)
    made: dict[str, pd.DataFrame] = {}
    faults = world.plan.faults
    troubles = [(fault.cause, world.plan.day(fault.start)) for fault in faults if not fault.decoy]
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "traffic_daily": lambda: traffic_daily(world, outcome, spent),
        "product_daily": lambda: product_daily(world, outcome, back, pushes),
        "shop_daily": lambda: shop_daily(
            world, outcome, back, buyer, made["traffic_daily"], made["product_daily"], pushes
        ),
        "products": lambda: _products(world),
        "stock_daily": lambda: stock_daily(world, outcome, pushes),
        "ads_daily": lambda: ads_daily(world, outcome, spent),
        "keywords_daily": lambda: keywords_daily(world, outcome, pushes),
        "service_daily": lambda: service_daily(world, outcome, pushes),
        "refunds": lambda: refunds_table(world, outcome, back),
        "reviews": lambda: reviews_table(world, outcome, pushes),
        "peers": lambda: peers_table(world),
        "peers_daily": lambda: peers_daily(world, outcome, pushes),
        "peer_products_daily": lambda: peer_products_daily(world, pushes),
        "lost_buyers_daily": lambda: lost_buyers_daily(world, pushes),
        "orders": lambda: orders_table(world, outcome, back, buyer, pushes),
        "events": lambda: events_table(world, [row for one in planted for row in one.events]),
        "answers": lambda: answers_table(world, troubles),
    }
    needed = set(DAILY) if "shop_daily" not in world.plan.omit else set()
    for name, maker in makers.items():
        if name not in world.plan.omit or name in needed:
            made[name] = maker()
    return {name: frame for name, frame in made.items() if name not in world.plan.omit}


def _products(world: World) -> pd.DataFrame:
    cat, plan = world.catalogue, world.plan
    return pd.DataFrame(
        {
            "product_id": list(cat.product_ids),
            "title": list(cat.titles),
            "category": plan.category,
            "role": list(cat.roles),
            "list_price": np.round(cat.price * 1.25),
            "unit_cost": cat.unit_cost,
            "listed_on": np.datetime64(plan.start, "D") + cat.listed.astype("timedelta64[D]"),
        }
    )


def _spoil(tables: dict[str, pd.DataFrame], plan: Plan, spoils: dict[str, Any]) -> None:
    """What goes wrong between the platform and the file."""
    if "missing" in spoils:
        first, last = (pd.Timestamp(plan.start + timedelta(days=day)) for day in spoils["missing"])
        for name in set(DAILY) & set(tables):
            inside = tables[name]["date"].between(first, last, inclusive="left")
            tables[name] = tables[name][~inside].reset_index(drop=True)
    if "doubled" in spoils and spoils["doubled"][0] in tables:
        table, begin, end = spoils["doubled"]
        frame = tables[table]
        first, last = (pd.Timestamp(plan.start + timedelta(days=day)) for day in (begin, end))
        inside = frame["date"].between(first, last, inclusive="left")
        means = [name for name in map(str, frame) if name.startswith(("dsr_", "dwell_")) or name == "price"]
        sums = frame.select_dtypes("number").columns.difference(means)
        frame.loc[inside, sums] *= 2


def _profile(plan: Plan) -> dict[str, Any]:
    return {
        "shop_id": plan.shop_id,
        "name": plan.name or plan.shop_id,
        "platform": plan.platform,
        "category": plan.category,
        "language": plan.language,
        "currency": plan.currency,
        "timezone": TIMEZONES[plan.language],
        "gross_margin": plan.gross_margin,
        "owner": {
            "name": words()["owner"][plan.language],
            "email": f"owner@{plan.shop_id.lower().replace('_', '-')}.example",
        },
    }


def _truth(world: World, outcome: Outcome, planted: list[Planted], number: int) -> dict[str, Any]:
    """What this fault cost: the same shop without it, with all others, over its days."""
    fault, mine = world.plan.faults[number], planted[number]
    last = world.days if mine.last is None else mine.last
    first = world.plan.day(fault.start)
    with_all = [push for one in planted for push in (*one.facts, *one.effects)]
    without = [push for i, one in enumerate(planted) for push in ((*one.facts, *one.effects) if i != number else ())]
    other = behave(world, without)
    usual = other.sales(first, last)
    loss = usual - outcome.sales(first, last)
    if mine.kind == "cost":
        loss = _cost(world, outcome, with_all, first, last) - _cost(world, other, without, first, last)
    if mine.kind == "none" and not fault.decoy:
        loss = 0.0
    return {
        "cause": fault.cause,
        "subject": mine.subject,
        "start": fault.start.isoformat(),
        "end": (world.plan.start + timedelta(days=last - 1)).isoformat(),
        "size": fault.size,
        "kind": mine.kind,
        "true_loss": round(loss, 2),
        "share": round(loss / max(usual, 1e-9), 4),
        "decoy": fault.decoy,
        "detail": mine.detail,
    }


def _cost(world: World, outcome: Outcome, pushes: list[Push], first: int, last: int) -> float:
    """Advertising and refunds of days first <= day < last."""
    back = returns(world, outcome, pushes)
    inside = (back.day >= first) & (back.day < last)
    return float(back.cents[inside].sum() + spend(world, outcome, pushes).cents[first:last].sum()) / 100
