"""What came of one shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "failed", "no_data"]


@dataclass(frozen=True)
class ShopResult:
    """`seconds` of wall clock; `reason` in one line unless done; `stake` in the shop's currency, None unless done."""

    shop_id: str
    state: State
    seconds: float
    reason: str = ""
    top_finding: str = ""
    stake: float | None = None
