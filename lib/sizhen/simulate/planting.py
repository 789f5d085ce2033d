"""How a cause becomes pushes: whom it can reach, and how hard it must push to cost what was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from .behave import Outcome
from .plan import Fault
from .push import Push
from .world import World

Kind = Literal["loss", "cost", "none"]
Where = dict[str, int]


@dataclass(frozen=True)
class Scene:
    """One fault about to be planted in a shop that is well otherwise."""

    world: World
    calm: Outcome
    fault: Fault
    first: int
    rng: np.random.Generator

    @property
    def last(self) -> int:
        return self.world.days

    def exposed(self, **where: Any) -> float:
        """The share of the calm shop's sales, while the fault lasts, that goes to people with these marks."""
        lines, people = self.calm.lines, self.world.serious
        marks = people.marks | {"product": self.calm.product}
        inside = (lines.paid >= self.first) & (lines.paid < self.last)
        mine = inside.copy()
        for key, value in where.items():
            mine &= np.isin(marks[key][lines.who], value)
        return float(lines.cents[mine].sum()) / max(float(lines.cents[inside].sum()), 1.0)

    @property
    def sales(self) -> float:
        return self.calm.sales(self.first, self.last)

    def keep(self, exposed: float, cap: float = 0.8) -> float:
        """The factor that makes those exposed buy so much less that the shop loses the wanted share."""
        return 1 - min(self.fault.share / max(exposed, 1e-9), cap)

    def choose(self, key: str, options: Sequence[int], cap: float = 0.8) -> int:
        """One of `options` for mark `key` that can cost what is wanted; the biggest where none can."""
        if not options:
            raise ValueError(f"the shop has no such {key}")
        shares = {option: self.exposed(**{key: option}) for option in options}
        able = [option for option, share in shares.items() if share * cap >= self.fault.share]
        return able[int(self.rng.integers(len(able)))] if able else max(shares, key=lambda option: shares[option])

    def push(self, step: str, value: Any, where: Where | None = None, last: int | None = None) -> Push:
        return Push(step, self.first, self.last if last is None else min(last, self.last), value, where or {})

    def product(self, cap: float = 0.8, *, slow_decoy: bool = True) -> int:
        """The product of the subject, else one of the leading ones; for most decoys a slow one."""
        cat = self.world.catalogue
        if self.fault.subject and "product_id" in self.fault.subject:
            return cat.product(self.fault.subject["product_id"])
        if self.fault.decoy and slow_decoy:
            return int(self.rng.integers(len(cat.product_ids) * 2 // 3, len(cat.product_ids)))
        return self.choose("product", range(min(5, len(cat.product_ids))), cap)


@dataclass(frozen=True)
class Planted:
    """`facts` show, `effects` cost; a decoy keeps its facts only."""

    subject: dict[str, str]
    facts: list[Push] = field(default_factory=list)
    effects: list[Push] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    spoils: dict[str, Any] = field(default_factory=dict)
    kind: Kind = "loss"
    last: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Planter = Callable[[Scene], Planted]
PLANTERS: dict[str, Planter] = {}
DECOYS: set[str] = set()


def plants(*causes: str, decoy: bool = False) -> Callable[[Planter], Planter]:
    """Registers a planter for causes; `decoy` says that its facts can be shown without its effects."""

    def register(planter: Planter) -> Planter:
        for cause in causes:
            PLANTERS[cause] = planter
            if decoy:
                DECOYS.add(cause)
        return planter

    return register
