"""The three daily reports: shop, traffic, products. All money comes from the same order lines, to the cent."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sizhen.vocab import load

from .adverts import Spend
from .behave import BOUNCE, Outcome
from .catalogue import DEVICES
from .frames import counted, dates, lookup, summed
from .orders import Returns
from .push import Floats, Push, added, factor, thin
from .world import World

UNIQUE, SCORE_MEMORY = 0.952, 40.0
SCORE_LEVELS = (4.83, 4.86, 4.81)
Grid = NDArray[np.int64]


def traffic_daily(world: World, outcome: Outcome, spent: Spend) -> pd.DataFrame:
    people, lines, plan = world.serious, outcome.lines, world.plan
    shape = outcome.browsers.shape

    def serious(mask: NDArray[np.bool_]) -> Grid:
        return counted(shape, people.day[mask], people.channel[mask], people.device[mask])

    def on_lines(mask: NDArray[np.bool_], day: Grid) -> tuple[Grid, ...]:
        return day[mask], people.channel[lines.who[mask]], people.device[lines.who[mask]]

    visitors = outcome.browsers + outcome.surge + serious(outcome.arrived)
    bounced = outcome.bounced + serious(outcome.arrived & ~outcome.stayed)
    depth = 4.4 * np.exp(0.03 * world.rng(50).standard_normal(shape)) * np.array([1.0, 1.15])
    carts = outcome.stayed & ((people.chance["cart"] < 0.4) | outcome.ordered)
    liked = outcome.stayed & (people.chance["favourite"] < 0.15)
    paid, first = lines.paid < world.days, ~lines.second
    index = np.indices(shape).reshape(3, -1)
    cost = _channel_cost(world, spent)
    return pd.DataFrame(
        {
            "date": dates(plan, index[0]),
            "channel": lookup(world.catalogue.channels, index[1]),
            "device": lookup(DEVICES, index[2]),
            "channel_raw": lookup(
                [load().channels[name].label[plan.language] for name in world.catalogue.channels], index[1]
            ),
            "visitors": visitors.ravel(),
            "page_views": (bounced + np.rint((visitors - bounced) * depth).astype(np.int64)).ravel(),
            "bounced_visitors": bounced.ravel(),
            "favourite_buyers": (thin(outcome.browsers, 0.02, world.noise["favourite"]) + serious(liked)).ravel(),
            "cart_buyers": (thin(outcome.browsers, 0.02, world.noise["cart"]) + serious(carts)).ravel(),
            "order_buyers": counted(shape, *on_lines(first, lines.day)).ravel(),
            "paid_buyers": counted(shape, *on_lines(paid & first, lines.paid)).ravel(),
            "paid_amount": summed(shape, lines.cents[paid], *on_lines(paid, lines.paid)).ravel() / 100,
            "cost": cost.ravel() / 100,
        }
    )


def _channel_cost(world: World, spent: Spend) -> Grid:
    """(days, channels, devices) in hundredths; the desktop's part is rounded, the rest is the phone's."""
    out = np.zeros(world.browsers.shape, dtype=np.int64)
    for index, row in enumerate(world.catalogue.ads):
        out[:, row.channel, 0] += spent.cents[:, index]
    out[:, :, 1] = np.rint(out[:, :, 0] * world.shares["device"][1])
    out[:, :, 0] -= out[:, :, 1]
    return out


def product_daily(world: World, outcome: Outcome, back: Returns, pushes: Iterable[Push]) -> pd.DataFrame:
    people, lines, plan = world.serious, outcome.lines, world.plan
    pushes = list(pushes)
    shape = world.looks.shape
    looks = _looks(world, outcome, pushes)

    def of(mask: NDArray[np.bool_]) -> Grid:
        return counted(shape, people.day[mask], outcome.product[mask])

    paid, main = lines.paid < world.days, ~lines.second
    search = world.catalogue.channels.index("search")
    by_search = people.channel[lines.who] == search
    by_day, by_paid = (lines.day, lines.product), (lines.paid[paid], lines.product[paid])
    new = paid & ~people.returning[lines.who]
    stay = factor(
        pushes,
        "stay",
        np.arange(world.days)[:, None],
        {"product": np.arange(plan.products)[None, :]},
        dict(world.shares) | {"channel": _channel_shares(world)},
    )
    serious = of(outcome.arrived)
    visitors = looks + serious + counted(shape, lines.day[~main], lines.product[~main])
    bounced = thin(looks, 1 - (1 - BOUNCE) * stay, world.noise["look_bounce"]) + of(outcome.arrived & ~outcome.stayed)
    asks = outcome.stayed & ((people.chance["cart"] < 0.4) | outcome.ordered)
    carts = thin(looks, 0.02, world.noise["look_cart"]) + of(asks)
    noise = world.noise["looks"]
    columns = {
        "visitors": visitors,
        "page_views": np.maximum(np.rint(visitors * 1.5 * np.exp(0.03 * noise)).astype(np.int64), visitors),
        "bounced_visitors": bounced,
        "dwell_seconds": np.round(48 * np.exp(0.05 * noise) * (1 - 0.6 * bounced / np.maximum(visitors, 1)), 1),
        "favourite_buyers": thin(looks, 0.015, world.noise["look_favourite"]),
        "cart_buyers": carts,
        "cart_units": np.rint(carts * 1.2).astype(np.int64),
        "order_buyers": counted(shape, *by_day),
        "order_units": summed(shape, lines.units, *by_day),
        "order_amount": summed(shape, lines.cents, *by_day) / 100,
        "paid_buyers": counted(shape, *by_paid),
        "paid_units": summed(shape, lines.units[paid], *by_paid),
        "paid_amount": summed(shape, lines.cents[paid], *by_paid) / 100,
        "new_paid_buyers": counted(shape, lines.paid[new], lines.product[new]),
        "refund_amount": summed(shape, back.cents, back.day, lines.product[back.line]) / 100,
        "search_visitors": thin(visitors, _search_share(world, outcome), world.noise["look_search"]),
        "search_paid_buyers": counted(shape, lines.paid[paid & by_search], lines.product[paid & by_search]),
        "price": outcome.price,
    }
    listed = np.arange(world.days)[:, None] >= world.catalogue.listed
    seen = np.flatnonzero(((visitors > 0) | listed).ravel())
    day, product = np.divmod(seen, shape[1])
    keys = {"date": dates(plan, day), "product_id": lookup(world.catalogue.product_ids, product)}
    out = pd.DataFrame(keys | {name: values.ravel()[seen] for name, values in columns.items()})
    out["search_visitors"] = np.maximum(out["search_visitors"], out["search_paid_buyers"])
    return out


def _looks(world: World, outcome: Outcome, pushes: list[Push]) -> Grid:
    """Product pages opened by browsers: as many fewer as came that day, and fewer of what is in decline."""
    own = [push for push in pushes if "product" in push.where]
    marks = {"product": np.arange(world.plan.products)[None, :]}
    fewer = factor(own, "arrive", np.arange(world.days)[:, None], marks)
    total, came = world.browsers.sum(axis=(1, 2)), (outcome.browsers + outcome.surge * 0.6).sum(axis=(1, 2))
    held = (world.interest * fewer).sum(axis=1)
    ratio = came / np.maximum(total, 1) / held
    kept = ratio[:, None] * fewer
    crowd = np.rint(world.looks * np.maximum(kept - 1, 0)).astype(np.int64)
    return thin(world.looks, kept, world.noise["looks"]) + crowd


def _channel_shares(world: World) -> Floats:
    total = world.browsers.sum(axis=(0, 2))
    return np.asarray(total / total.sum())


def _search_share(world: World, outcome: Outcome) -> Floats:
    search = world.catalogue.channels.index("search")
    by_channel = (outcome.browsers + outcome.surge).sum(axis=2)
    return np.asarray((by_channel[:, search] / np.maximum(by_channel.sum(axis=1), 1))[:, None])


def shop_daily(
    world: World,
    outcome: Outcome,
    back: Returns,
    buyer: Grid,
    traffic: pd.DataFrame,
    products: pd.DataFrame,
    pushes: Iterable[Push],
) -> pd.DataFrame:
    people, lines, plan = world.serious, outcome.lines, world.plan
    rng = world.rng(51)
    shape = (world.days,)
    sums = traffic.groupby("date", sort=True)[
        ["visitors", "page_views", "bounced_visitors", "favourite_buyers", "cart_buyers"]
    ].sum()
    visitors = thin(sums["visitors"].to_numpy(), UNIQUE, rng.standard_normal(shape))
    ratio = visitors / np.maximum(sums["visitors"].to_numpy(), 1)
    scaled = {name: np.floor(sums[name].to_numpy() * ratio).astype(np.int64) for name in sums if name != "page_views"}
    pages = products.groupby("date", sort=True)[["visitors", "page_views"]].sum().reindex(sums.index, fill_value=0)
    product_visitors = np.minimum(np.rint(pages["visitors"].to_numpy() / 1.28).astype(np.int64), visitors)
    paid = lines.paid < world.days
    known = paid & people.returning[lines.who]
    heads = np.diff(lines.order, prepend=-1) > 0
    bounce = scaled["bounced_visitors"] / np.maximum(visitors, 1)
    frame = pd.DataFrame(
        {
            "date": dates(plan, np.arange(world.days)),
            "visitors": visitors,
            "page_views": sums["page_views"].to_numpy(),
            "product_visitors": product_visitors,
            "product_page_views": np.maximum(pages["page_views"].to_numpy(), product_visitors),
            "bounced_visitors": scaled["bounced_visitors"],
            "dwell_seconds": np.round(150 * (1 - 0.75 * bounce) * np.exp(0.02 * rng.standard_normal(shape)), 1),
            "new_visitors": thin(visitors, 0.7, rng.standard_normal(shape)),
            "favourite_buyers": scaled["favourite_buyers"],
            "cart_buyers": scaled["cart_buyers"],
            "order_buyers": _people(world.days, lines.day, buyer[lines.who]),
            "order_amount": summed(shape, lines.cents, lines.day) / 100,
            "paid_buyers": _people(world.days, lines.paid[paid], buyer[lines.who[paid]]),
            "paid_orders": counted(shape, lines.paid[paid & heads]),
            "paid_units": summed(shape, lines.units[paid], lines.paid[paid]),
            "paid_amount": summed(shape, lines.cents[paid], lines.paid[paid]) / 100,
            "returning_paid_buyers": _people(world.days, lines.paid[known], buyer[lines.who[known]]),
            "returning_paid_amount": summed(shape, lines.cents[known], lines.paid[known]) / 100,
            "refund_amount": summed(shape, back.cents, back.day) / 100,
        }
    )
    frame["cart_buyers"] = np.maximum(frame["cart_buyers"], frame["order_buyers"])
    scores = _scores(world, list(pushes))
    return frame.assign(dsr_description=scores[:, 0], dsr_service=scores[:, 1], dsr_logistics=scores[:, 2])


def _people(days: int, day: Grid, buyer: Grid) -> Grid:
    """Different people per day."""
    top = int(buyer.max(initial=0)) + 1
    return counted((days,), np.unique(day * top + buyer) // top)


def _scores(world: World, pushes: list[Push]) -> Floats:
    """The platform's moving means of what buyers gave that day, (days, 3)."""
    given = np.array(SCORE_LEVELS) + 0.03 * world.rng(52).standard_normal((world.days, 3))
    given += added(pushes, "score", np.arange(world.days)[:, None], {"score": np.arange(3)[None, :]})
    out, level = np.empty_like(given), given[0] * 0.1 + np.array(SCORE_LEVELS) * 0.9
    for day in range(world.days):
        level = level + (given[day] - level) / SCORE_MEMORY
        out[day] = level
    return out.clip(1, 5).round(3)
