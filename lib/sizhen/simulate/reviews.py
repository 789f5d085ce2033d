"""Reviews: who writes, what about, how many stars, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .behave import Outcome
from .frames import dates, ids, lookup, moments
from .orders import line_chance
from .plan import ASPECTS, Plan
from .push import Push, added
from .words import category, suits, words
from .world import World

WRITES, COMPLAINER_WRITES, COMPLAINS = 0.20, 0.34, 0.07
STARS = {"happy": (0.0, 0.0, 0.02, 0.12, 0.86), "sad": (0.38, 0.22, 0.22, 0.11, 0.07)}
MASKS = "abcdefghijkmnpqrstuvwxyz"
FOLLOWS_UP, PICTURES, UNSTARRED, WORDLESS = 0.04, 0.14, 0.005, 0.18


def reviews_table(world: World, outcome: Outcome, pushes: Iterable[Push]) -> pd.DataFrame:
    """Written 3 to 20 days after payment, or later where goods arrive late."""
    pushes, lines, plan = list(pushes), outcome.lines, world.plan
    late = added(pushes, "dispatch", lines.paid, {}) / 24
    wait = 3 + np.floor(17 * line_chance(world, lines, "wait", 0.5) ** 1.6 + late * 0.5).astype(np.int64)
    day = lines.paid + wait
    aspect = _aspect(world, outcome, day, pushes)
    writes = line_chance(world, lines, "review") < np.where(aspect >= 0, COMPLAINER_WRITES, WRITES)
    line = np.flatnonzero(writes & (lines.paid < world.days) & (day < world.days))
    line = line[np.argsort(day[line], kind="stable")]
    rng, size = world.rng(30), len(line)
    sad = aspect[line] >= 0
    stars = _stars(sad, rng)
    nouns = [world.catalogue.nouns[product] for product in lines.product[line]]
    blank = ~sad & (rng.random(size) < WORDLESS)
    stars = np.where(blank, 5, stars)
    say = remarks(plan)
    text = _texts(say, aspect[line], stars, blank, nouns, rng)
    follow, follow_day = _follow_ups(say["follow_up"], sad & (stars < 4), blank, day[line], world.days, rng)
    shown = rng.integers(0, len(MASKS), (size, 2))
    return pd.DataFrame(
        {
            "review_id": ids("v", np.arange(size) + 1, 7),
            "reviewed_at": moments(plan, day[line], rng.integers(25_000, 86_000, size)),
            "product_id": lookup(world.catalogue.product_ids, lines.product[line]),
            "sku": lookup(world.catalogue.skus, lines.sku[line]),
            "rating": np.where(rng.random(size) < UNSTARRED, np.nan, stars),
            "text": text,
            "follow_up_text": follow,
            "follow_up_at": np.where(
                follow != "", dates(plan, follow_day).astype("datetime64[s]"), np.datetime64("NaT")
            ),
            "buyer": [f"{MASKS[a]}***{MASKS[b]}" for a, b in shown.tolist()],
            "has_picture": (rng.random(size) < PICTURES) & ~blank,
        }
    )


def _aspect(world: World, outcome: Outcome, day: NDArray[np.int64], pushes: list[Push]) -> NDArray[np.int64]:
    """What each line's buyer would complain of (index into ASPECTS), -1 for nothing."""
    lines = outcome.lines
    weights = np.array([category(world.plan.category)["complaints"][aspect] for aspect in ASPECTS])
    usual = COMPLAINS * world.catalogue.refund[lines.product] / world.catalogue.refund.mean()
    more = [added(pushes, f"complain:{aspect}", day, {"product": lines.product}) for aspect in ASPECTS]
    limits = np.cumsum(usual * (weights / weights.sum())[:, None] + np.array(more), axis=0)
    luck = line_chance(world, lines, "delay", 0.61)
    return np.where(luck < limits[-1], (luck >= limits).sum(axis=0), -1)


def _stars(sad: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    luck = rng.random(len(sad)) * 0.999999
    happy, unhappy = (np.searchsorted(np.cumsum(STARS[mood]), luck, side="right") + 1 for mood in ("happy", "sad"))
    return np.where(sad, unhappy, happy)


def remarks(plan: Plan) -> dict[str, Any]:
    """What buyers of the plan's goods write: of every kind of goods, and of this kind."""
    every, own = words()["reviews"][plan.language], category(plan.category)[plan.language]
    both = {mood: every[mood] | own[mood] for mood in ("praise", "complaint")}
    return every | both | {"follow_up": own["follow_up"], "only": own["only"]}


def _choose(options: Sequence[str], luck: float) -> str:
    return options[int(luck * len(options))]


def _texts(
    say: dict[str, Any],
    aspect: NDArray[np.int64],
    stars: NDArray[np.int64],
    blank: NDArray[np.bool_],
    nouns: list[str],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """One text each: the platform's own where `blank`, else an opening, one or two remarks and an ending."""
    luck = rng.random((len(aspect), 7))
    out = []
    for about, rating, noun, empty, u in zip(
        aspect.tolist(), stars.tolist(), nouns, blank.tolist(), luck.tolist(), strict=True
    ):
        told = _choose(say["blank"], u[0]) if empty else _compose(say, about, rating, noun, u)
        out.append(told.replace("{noun}", noun))
    return np.array(out, dtype=object)


def _compose(say: dict[str, Any], about: int, rating: int, noun: str, u: list[float]) -> str:
    others = [aspect for aspect in ASPECTS if about < 0 or aspect != ASPECTS[about]]
    praise = [_remark(say, "praise", _choose(others, u[i]), noun, u[i + 1]) for i in (0, 2)]
    if about < 0:
        said = say["joiner"].join(praise[:1] if u[4] < 0.5 else dict.fromkeys(praise))
        return _opener(say, said, u[5]) + said + _end(say, _choose(say["happy_ends"], u[6]))
    complaint = _remark(say, "complaint", ASPECTS[about], noun, u[4])
    if rating >= 4:
        return praise[0] + say["stop"] + _choose(say["buts"], u[5]) + complaint
    return _opener(say, complaint, u[5]) + complaint + _end(say, _choose(say["sad_ends"], u[6]))


def _remark(say: dict[str, Any], mood: str, aspect: str, noun: str, luck: float) -> str:
    """One that can be made of such goods: nobody speaks of the trousers of a coat."""
    return _choose([r for r in say[mood][aspect] if suits(r, [noun], say["only"])], luck)


def _opener(say: dict[str, Any], said: str, luck: float) -> str:
    clash = say["clash"]
    return _choose([o for o in say["openers"] if not any(word in said for word in clash.get(o, ()))], luck)


def _end(say: dict[str, Any], ending: str) -> str:
    return f"{say['stop'] if ending[:1].isalnum() else ''}{ending}"


def _follow_ups(
    say: dict[str, list[str]],
    sad: NDArray[np.bool_],
    blank: NDArray[np.bool_],
    day: NDArray[np.int64],
    days: int,
    rng: np.random.Generator,
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    size = len(sad)
    later = day + rng.integers(5, 30, size)
    writes = (rng.random(size) < FOLLOWS_UP) & (later < days) & ~blank
    luck = rng.random(size)
    texts = [
        _choose(say["sad" if bad else "happy"], u) if yes else ""
        for yes, bad, u in zip(writes.tolist(), sad.tolist(), luck.tolist(), strict=True)
    ]
    return np.array(texts, dtype=object), later
