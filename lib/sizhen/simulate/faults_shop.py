"""Pages, payment, stock, price, basket, products, and what no table shows."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from .catalogue import DEVICES
from .planting import Planted, Scene, Where, plants


def _whom(scene: Scene) -> Where:
    """The marks of the subject given; none for the whole shop."""
    cat, subject = scene.world.catalogue, scene.fault.subject or {}
    where: Where = {}
    if "device" in subject:
        where["device"] = DEVICES.index(subject["device"])
    if "channel" in subject:
        where["channel"] = cat.channel(subject["channel"])
    if "product_id" in subject:
        where["product"] = cat.product(subject["product_id"])
    return where


@plants("page.bounce")
def bounce(scene: Scene) -> Planted:
    where = _whom(scene)
    return Planted(
        dict(scene.fault.subject or {}), effects=[scene.push("stay", scene.keep(scene.exposed(**where)), where)]
    )


@plants("page.checkout")
def checkout(scene: Scene) -> Planted:
    where = _whom(scene) or {"device": scene.choose("device", range(len(DEVICES)))}
    keep = scene.keep(scene.exposed(**where), 0.9)
    return Planted({"device": DEVICES[where["device"]]}, effects=[scene.push("order", keep, where)])


@plants("unexplained.conversion")
def unexplained(scene: Scene) -> Planted:
    where = _whom(scene)
    keep = scene.keep(scene.exposed(**where))
    return Planted(dict(scene.fault.subject or {}), effects=[scene.push("order", keep, where)])


@plants("order.payment")
def payment(scene: Scene) -> Planted:
    return Planted({}, effects=[scene.push("pay", scene.keep(1.0))])


@plants("stock.sold_out", decoy=True)
def sold_out(scene: Scene) -> Planted:
    """The sizes are chosen whose buyers come nearest to the wanted loss. Their shelf is empty on the first day."""
    cat = scene.world.catalogue
    product = scene.product(0.95)
    lines = scene.calm.lines
    inside = (lines.paid >= scene.first) & (lines.paid < scene.last) & (lines.product == product)
    lost = np.bincount(lines.sku[inside], lines.cents[inside], minlength=len(cat.skus)) / 100
    sets = [group for size in range(1, len(cat.skus) + 1) for group in combinations(range(len(cat.skus)), size)]
    wanted = scene.fault.share * scene.sales
    gone = sets[0] if scene.fault.decoy else min(sets, key=lambda group: abs(lost[list(group)].sum() - wanted))
    empty = [scene.push("out", 1.0, {"product": product, "sku": sku}) for sku in gone]
    detail = {"skus": [cat.skus[sku] for sku in gone]}
    return Planted({"product_id": cat.product_ids[product]}, facts=empty, detail=detail)


@plants("price.own_rise", decoy=True)
def own_rise(scene: Scene) -> Planted:
    product = scene.product(0.7)
    rise = 1.06 + 0.5 * scene.fault.share
    keep = scene.keep(scene.exposed(product=product)) / rise
    return Planted(
        {"product_id": scene.world.catalogue.product_ids[product]},
        facts=[scene.push("price", rise, {"product": product})],
        effects=[scene.push("order", keep, {"product": product})],
        detail={"rise": round(rise - 1, 3)},
    )


@plants("price.discount_leak")
def discount_leak(scene: Scene) -> Planted:
    return Planted({}, effects=[scene.push("discount", scene.keep(1.0))])


@plants("basket.mix")
def cheap_mix(scene: Scene) -> Planted:
    """So many of those who wanted something dearer take something cheap."""
    people, lines = scene.world.serious, scene.calm.lines
    price, worth = scene.world.catalogue.price, scene.world.catalogue.price * scene.world.catalogue.appeal
    inside = (lines.paid >= scene.first) & (lines.paid < scene.last) & ~lines.second
    who = lines.who[inside]
    cheap, dear = people.cheap[who], people.product[who]
    gap = np.where(price[cheap] < price[dear], 1 - worth[cheap] / worth[dear], 0.0)
    saved = float((lines.cents[inside] * gap).sum()) / 100
    return Planted({}, effects=[scene.push("down", min(scene.fault.share * scene.sales / max(saved, 1e-9), 0.95))])


@plants("basket.units")
def fewer_units(scene: Scene) -> Planted:
    lines = scene.calm.lines
    inside = (lines.paid >= scene.first) & (lines.paid < scene.last)
    extra = np.where(lines.second, lines.cents, lines.cents - lines.cents // lines.units)
    share = float(extra[inside].sum()) / max(float(lines.cents[inside].sum()), 1.0)
    return Planted({}, effects=[scene.push("more", scene.keep(share, 0.95))])


@plants("product.decline")
def decline(scene: Scene) -> Planted:
    """Fewer come for it every day, for five weeks at most; then it stays there."""
    product = scene.product(0.7)
    days = scene.last - scene.first
    slope = np.minimum((np.arange(days) + 1) / min(days, 35), 1.0)
    depth = min(scene.fault.share / max(scene.exposed(product=product) * slope.mean(), 1e-9), 0.9)
    fewer = scene.push("arrive", 1 - depth * slope, {"product": product})
    return Planted({"product_id": scene.world.catalogue.product_ids[product]}, effects=[fewer])
