"""From how many penalty points on a platform acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sizhen.vocab.loader import read


@dataclass(frozen=True)
class PenaltyRules:
    """Limits of points in one year, lowest first; `year`: of the rules, which change; `platforms`: that have them."""

    platforms: tuple[str, ...]
    limits: tuple[float, ...]
    source: str
    year: int


@cache
def penalty_rules() -> PenaltyRules:
    about = read("penalties")
    return PenaltyRules(
        tuple(about["platforms"]), tuple(sorted(map(float, about["limits"]))), about["source"], about["year"]
    )
