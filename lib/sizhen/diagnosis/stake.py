"""Money: every claim is priced, and overlapping claims share a loss; together they never exceed it, nor the gap."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.sales import Sales
from sizhen.document import Stake
from sizhen.tables.chance import ONE_SIDED

WEIGHT = {"A": 4.0, "B": 3.0, "C": 1.0, "D": 0.0}


def pools(sales: Sales) -> dict[str, float]:
    """What there is to claim: the losses at the roots of the split, the excess in each cost line."""
    found = {"sales": sum(max(-amount, 0.0) for path, amount in sales.split.items() if len(path) == 1)}
    for name, observed, expected in sales.cost_lines:
        known = observed is not None and expected is not None
        found[name] = max(observed - expected, 0.0) if known else 0.0  # type: ignore[operator]
    return found


def shrunk(claim: Claim) -> float:
    """The amount without the winner's curse: a claim that is found because it looks large is drawn back.

    An amount that cannot be worked out (nothing was sold) claims nothing.
    """
    return max(claim.amount, 0.0) / (1 + min(claim.se, 2.0) ** 2 / 2) if math.isfinite(claim.amount) else 0.0


def _share(claims: list[Claim], left: float) -> list[float]:
    """Claims on the same symptom share by level; then all are cut to what is left of the pool."""
    rivals: defaultdict[str, list[int]] = defaultdict(list)
    for i, claim in enumerate(claims):
        rivals[claim.explains[0] if claim.explains else claim.id].append(i)
    wanted = [0.0] * len(claims)
    for group in rivals.values():
        weights = [WEIGHT[claims[i].level] for i in group]
        whole = max(shrunk(claims[i]) for i in group)
        for i, weight in zip(group, weights, strict=True):
            share = weight / sum(weights) if sum(weights) else 0.0
            wanted[i] = min(shrunk(claims[i]) if WEIGHT[claims[i].level] else 0.0, whole * share)
    total = sum(wanted)
    cut = min(1.0, left / total) if total > 0 else 0.0
    return [w * cut for w in wanted]


def allocate(claims: Iterable[Claim], sales: Sales) -> dict[str, Stake]:
    """Stake by claim id. Where sales are below what was expected, all losses together are at most what is missing: what
    one part of the split gained made good for another's loss."""
    drawn = draw(claims, sales)
    gap = (sales.expected or 0.0) - (sales.observed or 0.0)
    lost = sum(stake.amount for stake in drawn.values() if stake.kind == "loss")
    if not 0 < gap < lost:
        return drawn
    part = gap / lost
    return {
        id: Stake(s.kind, s.amount * part, s.low * part, s.high * part) if s.kind == "loss" else s
        for id, s in drawn.items()
    }


def draw(claims: Iterable[Claim], sales: Sales) -> dict[str, Stake]:
    """Stake by claim id, of the losses of the split and the excess of the costs. Earlier orders draw first."""
    left = pools(sales)
    stakes: dict[str, Stake] = {}
    for _, group in groupby(sorted(claims, key=lambda c: (c.order, c.id)), key=lambda c: c.order):
        by_pool: defaultdict[str, list[Claim]] = defaultdict(list)
        for claim in group:
            by_pool[claim.pool].append(claim)
        for pool, mine in by_pool.items():
            room = left.get(pool, float("inf"))
            amounts = _share(mine, room)
            for claim, amount in zip(mine, amounts, strict=True):
                half = ONE_SIDED * min(claim.se, 1.0)
                whole = shrunk(claim)
                possible = min(whole, room) if claim.level == "D" else max(amount, min(whole, room)) * (1 + half)
                stakes[claim.id] = Stake(claim.kind, amount, max(amount * (1 - half), 0.0), possible)
            if pool in left:
                left[pool] = max(room - sum(amounts), 0.0)
    return stakes
