"""Plants a fault: the planters register themselves when their modules are imported here."""

from __future__ import annotations

from sizhen.vocab import load

from . import faults_people, faults_shop, faults_traffic
from .behave import Outcome
from .plan import Fault
from .planting import DECOYS, PLANTERS, Planted, Scene
from .world import World

MODULES = (faults_people, faults_shop, faults_traffic)
CAUSES = tuple(cause for cause in load().causes if cause in PLANTERS)


def plant(world: World, calm: Outcome, fault: Fault, number: int) -> Planted:
    """Raises ValueError for a subject the shop does not have, and for a decoy of a cause that has no separate fact."""
    if fault.decoy and fault.cause not in DECOYS:
        raise ValueError(f"{fault.cause} cannot be a decoy; these can: {', '.join(sorted(DECOYS))}")
    scene = Scene(world, calm, fault, world.plan.day(fault.start), world.rng(900, number))
    try:
        planted = PLANTERS[fault.cause](scene)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{fault.cause} cannot be planted with subject {fault.subject}: {error}") from error
    if not fault.decoy:
        return planted
    return Planted(
        planted.subject, planted.facts, [], planted.events, kind="none", last=planted.last, detail=planted.detail
    )
