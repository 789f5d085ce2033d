"""Orders, the people behind them, and what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .behave import Lines, Outcome
from .frames import dates, ids, lookup, moments, summed
from .plan import ASPECTS
from .push import Floats, Push, added
from .words import category, words
from .world import World

MEAN_WAIT_DAYS = 6.0
HOURS = np.array([2, 1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 7, 6, 7, 7, 7, 6, 5, 6, 8, 10, 11, 9, 5], dtype=float)


@dataclass(frozen=True)
class Returns:
    """Lines that came back: index into the lines, day, aspect (index into ASPECTS), amount in hundredths, kind."""

    line: NDArray[np.int64]
    day: NDArray[np.int64]
    aspect: NDArray[np.int64]
    cents: NDArray[np.int64]
    kind: NDArray[np.int64]


KINDS = ("exchange", "refund_only", "return")


def line_chance(world: World, lines: Lines, name: str, shift: float = 0.0) -> Floats:
    """A uniform number per line: a second line must not share its buyer's first luck."""
    return np.asarray((world.serious.chance[name][lines.who] + 0.37 * lines.second + shift) % 1.0)


def returns(world: World, outcome: Outcome, pushes: Iterable[Push]) -> Returns:
    """Refunds finished by the last day; a push on refunds works on the day of the refund."""
    pushes, lines = list(pushes), outcome.lines
    luck = np.maximum(line_chance(world, lines, "delay"), 1e-6) * np.maximum(
        line_chance(world, lines, "delay_more"), 1e-6
    )
    day = lines.paid + np.maximum(np.rint(-np.log(luck) * MEAN_WAIT_DAYS / 2), 0).astype(np.int64)
    base = world.catalogue.refund[lines.product]
    more = [added(pushes, f"refund:{aspect}", day, {"product": lines.product}) for aspect in ASPECTS]
    limit = base + np.cumsum(more, axis=0)
    chance = line_chance(world, lines, "refund")
    back = (chance < np.minimum(limit[-1], 0.95)) & (lines.paid < world.days) & (day < world.days)
    weights = np.array([category(world.plan.category)["complaints"][aspect] for aspect in ASPECTS])
    usual = np.searchsorted(np.cumsum(weights / weights.sum()), line_chance(world, lines, "wait") * 0.999999)
    aspect = np.where(chance < base, usual, (chance >= limit).sum(axis=0).clip(max=len(ASPECTS) - 1))
    kind = np.searchsorted([0.05, 0.3], line_chance(world, lines, "coupon"), side="right")
    line = np.flatnonzero(back)
    cents = np.where(kind[line] == 0, 0, lines.cents[line])
    return Returns(line, day[line], aspect[line], cents, kind[line])


def buyers(world: World, outcome: Outcome) -> NDArray[np.int64]:
    """A number per serious visitor who ordered (0 for others). Returning ones are drawn from all who bought before,
    most of them before the first day."""
    people = world.serious
    ordered = np.flatnonzero(outcome.ordered)
    fresh = ~people.returning[ordered]
    past = int(len(ordered) / world.days * 25) + 10
    newcomers = np.bincount(people.day[ordered[fresh]], minlength=world.days)
    before = np.concatenate([[0], np.cumsum(newcomers)[:-1]])[people.day[ordered]]
    number = np.floor(people.chance["wait"][ordered] * (past + before)).astype(np.int64)
    number[fresh] = past + np.arange(int(fresh.sum()))
    out = np.zeros(len(people), dtype=np.int64)
    out[ordered] = number + 1
    return out


def order_ids(number: NDArray[np.int64]) -> pd.Series:
    return ids("o", number + 1, 8)


def orders_table(
    world: World, outcome: Outcome, back: Returns, buyer: NDArray[np.int64], pushes: Iterable[Push]
) -> pd.DataFrame:
    lines, plan, rng = outcome.lines, world.plan, world.rng(40)
    count = int(lines.order[-1]) + 1 if len(lines.order) else 0
    head = np.flatnonzero(np.diff(lines.order, prepend=-1))
    day, paid, who = lines.day[head], lines.paid[head], lines.who[head]
    hour = np.searchsorted(np.cumsum(HOURS / HOURS.sum()), rng.random(count) * 0.999999)
    second = hour * 3600 + rng.integers(0, 3600, count)
    pays = np.minimum(second + np.rint(rng.exponential(150, count)).astype(np.int64) + 5, 86_399)
    pays = np.where(paid > day, rng.integers(28_800, 80_000, count), pays)
    has_paid = paid < world.days
    slow = added(pushes, "dispatch", paid, {}) * 3600
    sent = paid * 86_400 + pays + np.rint(rng.gamma(4, 5 * 3600, count) + slow).astype(np.int64)
    received = sent + np.rint(rng.gamma(6, 0.45 * 86_400, count)).astype(np.int64)
    amount = summed((count,), lines.cents, lines.order)
    refunded = summed((count,), back.cents, lines.order[back.line])
    regions = words()["regions"][plan.language]
    weight = 1 / np.arange(2, len(regions) + 2)
    return pd.DataFrame(
        {
            "order_id": order_ids(np.arange(count)),
            "buyer_id": ids("b", buyer[who], 7),
            "created_at": moments(plan, day, second),
            "paid_at": _known(moments(plan, paid, pays), has_paid),
            "sent_at": _known(moments(plan, sent * 0, sent), has_paid & (sent < world.days * 86_400)),
            "received_at": _known(moments(plan, sent * 0, received), has_paid & (received < world.days * 86_400)),
            "region": lookup(regions, rng.choice(len(regions), count, p=weight / weight.sum())),
            "units": summed((count,), lines.units, lines.order),
            "amount": amount / 100,
            "paid_amount": np.where(has_paid, amount, 0) / 100,
            "refund_amount": refunded / 100,
        }
    )


def _known(when: NDArray[np.datetime64], known: NDArray[np.bool_]) -> NDArray[np.datetime64]:
    return np.where(known, when, np.datetime64("NaT"))


def refunds_table(world: World, outcome: Outcome, back: Returns) -> pd.DataFrame:
    lines, cat = outcome.lines, world.catalogue
    own = category(world.plan.category)[world.plan.language].get("reasons", {})
    reasons = {a: own.get(a, text[world.plan.language]) for a, text in words()["refund_reasons"].items()}
    order = np.argsort(back.day, kind="stable")
    line = back.line[order]
    dispute = world.rng(41).random(len(line)) < 0.03
    return pd.DataFrame(
        {
            "refund_id": ids("r", np.arange(len(line)) + 1, 7),
            "order_id": order_ids(lines.order[line]),
            "product_id": lookup(cat.product_ids, lines.product[line]),
            "sku": lookup(cat.skus, lines.sku[line]),
            "paid_on": dates(world.plan, lines.paid[line]),
            "refunded_on": dates(world.plan, back.day[order]),
            "amount": back.cents[order] / 100,
            "reason": lookup([reasons[a] for a in ASPECTS], back.aspect[order]),
            "kind": lookup(KINDS, back.kind[order]),
            "dispute": dispute,
        }
    )
