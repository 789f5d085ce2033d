"""What the visitors do: come, stay, ask, order, pay, send back. The only place where a push takes effect on sales."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .push import Floats, Push, added, factor, on, thin
from .world import World

ORDER_SILENT, ORDER_ASKING, PAYS = 0.15, 0.60, 0.94
BOUNCE, COUPON = 0.47, 0.08


@dataclass(frozen=True)
class Lines:
    """Order lines, arrays (lines,). `who` indexes the serious; `second` marks what was added to the basket; `cents` is
    the whole line in hundredths; `order` numbers the orders; `paid` is the day of payment, or days when unpaid."""

    who: NDArray[np.int64]
    second: NDArray[np.bool_]
    product: NDArray[np.int64]
    sku: NDArray[np.int64]
    units: NDArray[np.int64]
    cents: NDArray[np.int64]
    order: NDArray[np.int64]
    day: NDArray[np.int64]
    paid: NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """`browsers`, `surge`, `bounced` are (days, channels, devices); `price` (days, products) is the asked price."""

    arrived: NDArray[np.bool_]
    stayed: NDArray[np.bool_]
    ordered: NDArray[np.bool_]
    product: NDArray[np.int64]
    browsers: NDArray[np.int64]
    surge: NDArray[np.int64]
    bounced: NDArray[np.int64]
    price: Floats
    lines: Lines

    def sales(self, first: int, last: int) -> float:
        """Paid amount of days first <= day < last."""
        inside = (self.lines.paid >= first) & (self.lines.paid < last)
        return float(self.lines.cents[inside].sum()) / 100


def behave(world: World, pushes: Iterable[Push] = ()) -> Outcome:
    pushes = list(pushes)
    people, chance = world.serious, world.serious.chance
    marks: dict[str, Any] = dict(people.marks)
    down = chance["down"] < added(pushes, "down", people.day, marks)
    product = np.where(down & (_dearer(world)), people.cheap, people.product)
    come = factor(pushes, "demand", people.day, {}) * factor(pushes, "arrive", people.day, marks)
    arrived = chance["arrive"] < come
    marks["product"] = product
    stayed = arrived & (chance["stay"] < factor(pushes, "stay", people.day, marks))
    wants = np.where(people.asks, ORDER_ASKING, ORDER_SILENT) * np.where(people.returning, 1.15, 0.97)
    wants = (
        wants * world.catalogue.appeal[product] * (world.demand.conversion * world.demand.calm_conversion)[people.day]
    )
    wants = np.minimum(wants, 0.95) * factor(pushes, "order", people.day, marks)
    there = ~sold_out(pushes, people.day, product, people.sku)
    ordered = stayed & there & (chance["order"] < wants)
    price = asked_price(world, pushes)
    lines = _lines(world, pushes, ordered, product, price, marks)
    browsers, surge, bounced = _browsers(world, pushes)
    return Outcome(arrived, stayed, ordered, product, browsers, surge, bounced, price, lines)


def _dearer(world: World) -> NDArray[np.bool_]:
    price = world.catalogue.price
    return price[world.serious.product] > price[world.serious.cheap]


def asked_price(world: World, pushes: list[Push]) -> Floats:
    """(days, products), to the cent."""
    days, products = np.arange(world.days)[:, None], np.arange(world.plan.products)[None, :]
    base = world.catalogue.price * world.demand.deal[:, None]
    return np.round(base * factor(pushes, "price", days, {"product": products}), 2)


def sold_out(
    pushes: list[Push], day: NDArray[np.int64], product: NDArray[np.int64], sku: NDArray[np.int64]
) -> NDArray[np.bool_]:
    return added(pushes, "out", day, {"product": product, "sku": sku}) > 0


def _browsers(world: World, pushes: list[Push]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    days, channels, devices = world.browsers.shape
    day = np.arange(days)[:, None, None]
    channel = np.arange(channels)[None, :, None]
    device = np.arange(devices)[None, None, :]
    marks = {"channel": channel, "device": device}
    come = factor(pushes, "demand", day, marks) * factor(pushes, "arrive", day, marks, world.shares)
    browsers = thin(world.browsers, come, world.noise["browsers"])
    surge = np.rint(added(pushes, "surge", day, marks, world.shares) * world.shares["device"]).astype(np.int64)
    stay = factor(pushes, "stay", day, marks, world.shares)
    bounced = thin(browsers, 1 - (1 - BOUNCE) * stay, world.noise["bounce"]) + np.rint(surge * 0.72).astype(np.int64)
    return browsers, surge, bounced


def _lines(
    world: World,
    pushes: list[Push],
    ordered: NDArray[np.bool_],
    product: NDArray[np.int64],
    price: Floats,
    marks: dict[str, Any],
) -> Lines:
    people, chance = world.serious, world.serious.chance
    more = factor(pushes, "more", people.day, marks)
    units = 1 + (chance["units"] < 0.17 * more) + (chance["units"] < 0.05 * more)
    second = ordered & (chance["more"] < 0.24 * more) & (people.other != product)
    second &= ~sold_out(pushes, people.day, people.other, people.other_sku)
    first_who, second_who = np.flatnonzero(ordered), np.flatnonzero(second)
    who = np.concatenate([first_who, second_who])
    is_second = np.arange(len(who)) >= len(first_who)
    order = np.lexsort((is_second, who))
    who, is_second = who[order], is_second[order]
    item = np.where(is_second, people.other[who], product[who])
    day = people.day[who]
    count = np.where(is_second, 1, units[who])
    realised = (1 - COUPON * chance["coupon"][who]) * factor(pushes, "discount", day, {})
    cents = np.rint(price[day, item] * realised * 100).astype(np.int64) * count
    paid = chance["pay"] < PAYS * factor(pushes, "pay", people.day, marks)
    apart = ~is_second | (chance["apart"][who] < 0.2)
    return Lines(
        who=who,
        second=is_second,
        product=item,
        sku=np.where(is_second, people.other_sku[who], people.sku[who]),
        units=count,
        cents=cents,
        order=np.cumsum(apart) - 1,
        day=day,
        paid=np.where(paid[who], _settled(pushes, day, world.days), world.days),
    )


def _settled(pushes: list[Push], day: NDArray[np.int64], days: int) -> NDArray[np.int64]:
    """The day an order is paid: its own, or the day a presale is settled."""
    out = day.copy()
    for push in on(pushes, "settle"):
        out[(day >= push.first) & (day < push.last)] = min(push.last, days)
    return out
