"""What to make: the shop, its size and length, and what goes wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from sizhen.vocab import load

Size = Literal["small", "medium", "large"]
SHARES: dict[str, float] = {"small": 0.05, "medium": 0.11, "large": 0.25}
ASPECTS = tuple(c.aspect for c in load().causes.values() if c.aspect is not None)
DAILY = ("shop_daily", "traffic_daily", "product_daily")


@dataclass(frozen=True)
class Fault:
    """One trouble, from `start` to the end of the made data.

    `size` is the wanted loss as a share of the shop's sales while it lasts: small .05, medium .11, large .25, or a
    number in (0, 1); a cause that cannot cost so much costs what it can. `subject` as in findings; None lets the
    simulator choose, {} is the whole shop where the cause allows it.
    A decoy shows its fact (the competitor's cut, the new price, the bad reviews) and has no effect on anybody.
    """

    cause: str
    start: date
    size: Size | float = "medium"
    subject: dict[str, str] | None = None
    decoy: bool = False

    def __post_init__(self) -> None:
        if self.cause not in load().causes:
            raise ValueError(f"unknown cause {self.cause!r}; known: {', '.join(load().causes)}")
        if not 0 < self.share < 1:
            raise ValueError(f"the size of a fault is small, medium, large or between 0 and 1, not {self.size!r}")

    @property
    def share(self) -> float:
        return SHARES.get(self.size, -1.0) if isinstance(self.size, str) else self.size


@dataclass(frozen=True)
class Plan:
    """A shop to make. `promotions` are (first day, last day, factor on sales); `omit` names tables to leave out.

    Without a name the shop is called by its id.
    """

    seed: int = 1
    shop_id: str = "made-shop"
    name: str = ""
    language: Literal["zh", "en"] = "zh"
    platform: str = "tmall"
    category: str = "womenswear"
    days: int = 112
    end: date = date(2026, 10, 31)
    visitors_per_day: float = 2000.0
    products: int = 40
    gross_margin: float = 0.55
    currency: str = "CNY"
    promotions: tuple[tuple[date, date, float], ...] = ()
    faults: tuple[Fault, ...] = ()
    omit: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.days < 14 or self.products < 3 or self.visitors_per_day <= 0:
            raise ValueError("a made shop needs at least 14 days, 3 products and some visitors")
        for fault in self.faults:
            if not self.start < fault.start <= self.end:
                raise ValueError(f"{fault.cause} starts on {fault.start}, outside {self.start}..{self.end}")

    @property
    def start(self) -> date:
        return self.end - timedelta(days=self.days - 1)

    def day(self, when: date) -> int:
        """Days after the first one; negative before it."""
        return (when - self.start).days


@dataclass(frozen=True)
class Made:
    """A made shop: `profile` for shop.toml, `tables` by name, and `truth`, one entry for each fault.

    A truth entry holds cause, subject, start, end, kind (loss, cost or none), true_loss (in currency, over start..end),
    share (true_loss ÷ what sales would have been), decoy and, where it helps, detail.
    """

    profile: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    truth: list[dict[str, Any]] = field(default_factory=list)
