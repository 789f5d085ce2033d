"""Shelves: what is sold leaves, what runs low is ordered again, unless a push empties the shelf."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .behave import Outcome
from .frames import counted, dates, lookup, summed
from .push import Push, on
from .world import World

COVER_DAYS, REORDER_DAYS = 28, 9


def stock_daily(world: World, outcome: Outcome, pushes: Iterable[Push]) -> pd.DataFrame:
    lines, cat = outcome.lines, world.catalogue
    shape = (world.days, world.plan.products, len(cat.skus))
    sold = summed(shape, lines.units, lines.day, lines.product, lines.sku)
    on_hand, restocked = _shelves(world, sold)
    for push in on(pushes, "out"):
        _run_dry(on_hand, restocked, sold, push)
    listed = np.broadcast_to((np.arange(world.days)[:, None] >= cat.listed)[:, :, None], shape)
    index = np.flatnonzero(listed.ravel())
    day, product, sku = np.unravel_index(index, shape)
    return pd.DataFrame(
        {
            "date": dates(world.plan, day),
            "product_id": lookup(cat.product_ids, product),
            "sku": lookup(cat.skus, sku),
            "on_hand": on_hand.ravel()[index],
        }
    )


def _shelves(world: World, sold: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """On hand at the end of each day, and on which days goods came in."""
    rng = world.rng(60)
    people, size = world.serious, sold.shape
    wanted = counted(size[1:], people.product, people.sku) * 0.33 / world.days
    cover = np.ceil(wanted * COVER_DAYS + 6).astype(np.int64)
    low = wanted * REORDER_DAYS + 2
    level = np.rint(cover * rng.uniform(0.5, 1.2, size[1:])).astype(np.int64)
    on_hand, restocked = np.empty(size, dtype=np.int64), np.zeros(size, dtype=bool)
    for day in range(size[0]):
        arrives = (level < low) | (level < sold[day])
        level = level + np.where(arrives, cover + np.maximum(sold[day] - level, 0), 0) - sold[day]
        on_hand[day], restocked[day] = level, arrives
    return on_hand, restocked


def _run_dry(on_hand: NDArray[np.int64], restocked: NDArray[np.bool_], sold: NDArray[np.int64], push: Push) -> None:
    """The last delivery before the push was just what sold until it; nothing came after. A delivery only adds."""
    product, sku = push.where["product"], push.where["sku"]
    daily = sold[: push.first, product, sku]
    needed = np.cumsum(daily[::-1])[::-1]
    had = np.concatenate([[0], on_hand[: push.first - 1, product, sku]])
    since = int(
        np.flatnonzero((restocked[: push.first, product, sku] & (had <= needed)) | (np.arange(push.first) == 0))[-1]
    )
    on_hand[since : push.first, product, sku] = (needed - daily)[since:]
    on_hand[push.first : push.last, product, sku] = 0
