"""Peers, reviews, refunds, the service desk, regular customers, penalty points, and broken exports."""

from __future__ import annotations

from sizhen.vocab import load

from .catalogue import PEER_KINDS
from .faults_traffic import event
from .plan import DAILY
from .planting import Planted, Scene, Where, plants
from .push import Push

LEADING_REASONS = ("quality", "size", "colour")


def _peer(scene: Scene, product: int | None = None) -> int:
    cat = scene.world.catalogue
    if scene.fault.subject and "peer_id" in scene.fault.subject:
        return cat.peers.index(scene.fault.subject["peer_id"])
    able = [peer for peer, item in cat.matched if product is None or item == product]
    if not able:
        raise ValueError("no peer sells this style")
    return able[int(scene.rng.integers(len(able)))]


def _lost(scene: Scene, peer: int) -> Push:
    """More than half of those who do not buy here are seen buying there."""
    lines = scene.calm.lines
    inside = (lines.paid >= scene.first) & (lines.paid < scene.last) & ~lines.second
    daily = float(inside.sum()) / (scene.last - scene.first)
    return scene.push("lost", daily * scene.fault.share * 0.6, {"peer": peer})


@plants("peer.price_cut", decoy=True)
def price_cut(scene: Scene) -> Planted:
    """One competitor sells the same style cheaper; a subject with peer_id means all styles it shares with the shop."""
    cat = scene.world.catalogue
    if scene.fault.subject and "peer_id" in scene.fault.subject:
        peer = _peer(scene)
        products = [item for other, item in cat.matched if other == peer]
        subject = {"peer_id": cat.peers[peer]}
    else:
        options = sorted({item for _, item in cat.matched})
        given = (scene.fault.subject or {}).get("product_id")
        product = cat.product(given) if given else scene.choose("product", options, 0.75)
        peer, products, subject = _peer(scene, product), [product], {"product_id": cat.product_ids[product]}
    cut = 1 - (0.11 + 0.35 * scene.fault.share)
    keep = scene.keep(scene.exposed(product=products), 0.75)
    return Planted(
        subject,
        facts=[scene.push("peer_price", cut, {"peer": peer, "product": item}) for item in products],
        effects=[scene.push("order", keep, {"product": item}) for item in products] + [_lost(scene, peer)],
        detail={"peer_id": cat.peers[peer], "cut": round(1 - cut, 3)},
    )


@plants("peer.promotion", decoy=True)
def promotion(scene: Scene) -> Planted:
    peer = _peer(scene)
    if PEER_KINDS[peer] not in ("leader", "similar"):
        raise ValueError("a tier has no promotions")
    return Planted(
        {"peer_id": scene.world.catalogue.peers[peer]},
        facts=[scene.push("peer_promotion", 1.0, {"peer": peer})],
        effects=[scene.push("order", scene.keep(1.0)), _lost(scene, peer)],
    )


def _item(scene: Scene, cap: float = 0.75) -> tuple[dict[str, str], Where]:
    """The product of the subject or a leading one; an empty subject is the whole shop."""
    if scene.fault.subject == {}:
        return {}, {}
    product = scene.product(cap, slow_decoy=False)
    return {"product_id": scene.world.catalogue.product_ids[product]}, {"product": product}


@plants("review.logistics", "review.service", "review.packaging", decoy=True)
def shop_complaints(scene: Scene) -> Planted:
    """What the shop does, not a product, unless the subject says so."""
    product = (scene.fault.subject or {}).get("product_id")
    where: Where = {"product": scene.world.catalogue.product(product)} if product else {}
    return _complaints(scene, {"product_id": product} if product else {}, where)


@plants(
    *(f"review.{a}" for a in ("size", "quality", "colour", "price", "authenticity", "function", "other")), decoy=True
)
def product_complaints(scene: Scene) -> Planted:
    return _complaints(scene, *_item(scene))


def _complaints(scene: Scene, subject: dict[str, str], where: Where) -> Planted:
    aspect = str(load().causes[scene.fault.cause].aspect)
    share = 0.2 + 1.4 * min(scene.fault.share, 0.26)
    burst = scene.first + 5 if scene.fault.decoy else None
    score = {"service": 1, "logistics": 2}.get(aspect, 0)
    facts = [scene.push(f"complain:{aspect}", share, where, last=burst)]
    if not scene.fault.decoy:
        facts.append(scene.push("score", -1.2 * share * (scene.exposed(**where)), {"score": score}))
    if aspect == "logistics" and not scene.fault.decoy:
        facts.append(scene.push("dispatch", 40.0 + 60.0 * share))
    keep = scene.keep(scene.exposed(**where), 0.75)
    back = 0.3 if where else 0.12
    effects = [scene.push("order", keep, where), scene.push(f"refund:{aspect}", back * share, where)]
    return Planted(subject, facts=facts, effects=effects, detail={"complaints_added": round(share, 3)})


@plants("refund.rise")
def refunds(scene: Scene) -> Planted:
    """More of what was sold comes back; the money is a cost, sales hold."""
    subject, where = _item(scene, 0.5)
    reason = LEADING_REASONS[int(scene.rng.integers(len(LEADING_REASONS)))]
    more = min(scene.fault.share / max(scene.exposed(**where), 1e-9), 0.55)
    return Planted(
        subject, effects=[scene.push(f"refund:{reason}", more, where)], kind="cost", detail={"aspect": reason}
    )


def _agent(scene: Scene) -> tuple[dict[str, str], Where]:
    cat = scene.world.catalogue
    name = (scene.fault.subject or {}).get("agent")
    index = cat.agents.index(name) if name else scene.choose("agent", range(len(cat.agents)))
    return {"agent": cat.agents[index]}, {"agent": index}


@plants("service.slow", decoy=True)
def slow(scene: Scene) -> Planted:
    """Without a subject the whole desk is slow."""
    subject, where = _agent(scene) if scene.fault.subject else ({}, {})
    asking: Where = where or {"asks": 1}
    return Planted(
        subject,
        facts=[scene.push("respond", 1.6 + 22 * min(scene.fault.share, 0.25), where)],
        effects=[
            scene.push("order", scene.keep(scene.exposed(**asking)), asking),
            scene.push("score", -0.25 * scene.exposed(**asking), {"score": 1}),
        ],
    )


@plants("service.skill")
def skill(scene: Scene) -> Planted:
    subject, where = _agent(scene)
    keep = scene.keep(scene.exposed(**where), 0.75)
    return Planted(subject, effects=[scene.push("order", keep, where)])


@plants("customer.returning")
def returning(scene: Scene) -> Planted:
    where: Where = {"returning": 1}
    return Planted({}, effects=[scene.push("arrive", scene.keep(scene.exposed(**where), 0.9), where)])


@plants("compliance.points")
def points(scene: Scene) -> Planted:
    """Points only; the block comes with traffic.violation."""
    taken = 6 if scene.fault.share < 0.08 else 10 if scene.fault.share < 0.2 else 12
    return Planted({}, events=[event(scene, "violation", points=taken)], kind="none")


@plants("data.presale")
def presale(scene: Scene) -> Planted:
    """Orders of some days are all paid on one later day."""
    last = min(scene.first + _days(scene), scene.last)
    return Planted({}, effects=[scene.push("settle", 1.0, last=last)], kind="none", last=last)


@plants("data.missing_days")
def missing(scene: Scene) -> Planted:
    last = min(scene.first + _days(scene) - 2, scene.last)
    return Planted({}, spoils={"missing": (scene.first, last)}, kind="none", last=last)


@plants("data.inconsistent")
def inconsistent(scene: Scene) -> Planted:
    """Some days of one table were exported twice and added up."""
    table = (scene.fault.subject or {}).get("table", "product_daily")
    if table not in DAILY:
        raise ValueError(f"only {', '.join(DAILY)} are exported twice")
    last = min(scene.first + _days(scene) - 1, scene.last)
    return Planted({"table": table}, spoils={"doubled": (table, scene.first, last)}, kind="none", last=last)


def _days(scene: Scene) -> int:
    return 3 if scene.fault.share < 0.08 else 5 if scene.fault.share < 0.2 else 8
