"""Market, calendar, channels and advertising."""

from __future__ import annotations

from typing import Any

import numpy as np

from .adverts import CLICKS_PER_VISITOR, spend
from .catalogue import CLICK_PRICE
from .planting import Planted, Scene, plants
from .push import Push
from .words import words

DEARER = 1.8


def event(scene: Scene, kind: str, **more: Any) -> dict[str, Any]:
    plan = scene.world.plan
    name = words()["events"][kind][plan.language]
    return {"starts_on": scene.fault.start, "name": name, "ends_on": None, "kind": kind} | more


@plants("market.demand")
def demand(scene: Scene) -> Planted:
    return Planted({}, effects=[scene.push("demand", scene.keep(1.0))])


@plants("calendar.shift")
def holiday(scene: Scene) -> Planted:
    """A week in which the whole tier is away."""
    last = min(scene.first + 7, scene.last)
    row = event(scene, "holiday", ends_on=scene.fault.start + (last - 1 - scene.first) * np.timedelta64(1, "D"))
    if scene.fault.subject:
        row["name"] = scene.fault.subject["event"]
    quiet = scene.push("demand", scene.keep(1.0), last=last)
    return Planted({"event": row["name"]}, effects=[quiet], events=[row], last=last)


def _channel(scene: Scene, *defaults: str) -> int:
    cat = scene.world.catalogue
    if scene.fault.subject and "channel" in scene.fault.subject:
        return cat.channel(scene.fault.subject["channel"])
    return scene.choose("channel", [cat.channel(name) for name in defaults if name in cat.channels])


def _loses(scene: Scene, channel: int) -> Push:
    return scene.push("arrive", scene.keep(scene.exposed(channel=channel), 0.9), {"channel": channel})


@plants("traffic.search", "traffic.recommend", "traffic.paid_budget", "traffic.channel")
def channel_falls(scene: Scene) -> Planted:
    defaults = {
        "traffic.search": ("search",),
        "traffic.recommend": ("recommend",),
        "traffic.paid_budget": ("paid_search", "paid_display"),
        "traffic.channel": ("owned", "content", "activity"),
    }
    channel = _channel(scene, *defaults[scene.fault.cause])
    return Planted({"channel": scene.world.catalogue.channels[channel]}, effects=[_loses(scene, channel)])


@plants("traffic.low_quality")
def low_quality(scene: Scene) -> Planted:
    """Many come who never meant to buy. Sales hold; conversion does not."""
    cat = scene.world.catalogue
    names = [name for name in ("external", "content", "activity") if name in cat.channels]
    channel = cat.channel((scene.fault.subject or {}).get("channel", names[int(scene.rng.integers(len(names)))]))
    crowd = scene.world.plan.visitors_per_day * scene.fault.share * 3.2
    daily = crowd * scene.rng.gamma(60, 1 / 60, scene.last - scene.first)
    return Planted(
        {"channel": cat.channels[channel]}, effects=[scene.push("surge", daily, {"channel": channel})], kind="none"
    )


@plants("traffic.violation", decoy=True)
def violation(scene: Scene) -> Planted:
    block = _loses(scene, scene.world.catalogue.channel("search"))
    return Planted({}, effects=[block], events=[event(scene, "violation", points=12)])


def _rows(scene: Scene, plan_index: int) -> tuple[dict[str, str], list[int]]:
    """The advertising rows of the subject (a plan or a keyword); without one, of the search plan `plan_index`."""
    ads = scene.world.catalogue.ads
    default = {"plan": words()["plans"]["search"][scene.world.plan.language][plan_index]}
    subject = scene.fault.subject or default
    rows = [i for i, row in enumerate(ads) if all(getattr(row, key) == value for key, value in subject.items())]
    if not rows:
        raise ValueError("no such plan or keyword")
    return dict(subject), rows


def _on(scene: Scene, row: int) -> dict[str, int]:
    return {"channel": scene.world.catalogue.ads[row].channel, "ad": row}


@plants("ads.click_cost")
def click_cost(scene: Scene) -> Planted:
    subject, rows = _rows(scene, 0)
    cost = spend(scene.world, scene.calm, []).cents[scene.first : scene.last, rows].sum() / 100
    rise = 1 + min(scene.fault.share * scene.sales / max(cost, 1e-9), 4.0)
    facts = [scene.push("click_price", rise, _on(scene, row)) for row in rows]
    return Planted(subject, facts=facts, kind="cost")


@plants("ads.waste")
def waste(scene: Scene) -> Planted:
    """Dearer clicks are bought from people who look for something else."""
    subject, rows = _rows(scene, 2)
    cat = scene.world.catalogue
    daily = scene.fault.share * scene.sales / (scene.last - scene.first) / len(rows)
    effects = []
    for row in rows:
        price = CLICK_PRICE[cat.ads[row].kind] * cat.ads[row].price * cat.visitor_value * CLICKS_PER_VISITOR * DEARER
        clicks = daily / price * scene.rng.gamma(60, 1 / 60, scene.last - scene.first)
        effects.append(scene.push("click_price", DEARER, _on(scene, row)))
        effects.append(scene.push("waste", clicks, _on(scene, row)))
        effects.append(scene.push("surge", clicks, {"channel": cat.ads[row].channel}))
    return Planted(subject, effects=effects, kind="cost")


@plants("ads.creative")
def creative(scene: Scene) -> Planted:
    """Shown as often, clicked less."""
    subject, rows = _rows(scene, 0)
    keep = scene.keep(scene.exposed(ad=rows), 0.85)
    effects = [scene.push(step, keep, _on(scene, row)) for row in rows for step in ("arrive", "click_rate")]
    return Planted(subject, effects=effects)
