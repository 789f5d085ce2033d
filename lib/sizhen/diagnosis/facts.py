"""What a verdict rests on: where sales stand, what is to be done or watched, and what moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sizhen.diagnosis import lacking
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.judge import Key
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.unexplained import ROOTS
from sizhen.document import Considered, Finding, Judgement
from sizhen.tables.prepared import OPEN
from sizhen.vocab import Text, load
from sizhen.vocab.currency import short

CHANCE = 0.10
STEADY = 0.97  # observed ÷ expected: a figure that is not below it did not fall
MAIN = 1 / 3  # of the gap: a root of the split that lost so much is named
HEADLINES = ("paid_amount", *ROOTS)


@dataclass(frozen=True)
class Facts:
    """One diagnosis, as a verdict reads it."""

    chart: Chart
    sales: Sales
    real: frozenset[Key]
    findings: Sequence[Finding]
    judgements: Sequence[Judgement]
    considered: Sequence[Considered]

    @cached_property
    def gap(self) -> float:
        """Sales below what was expected; negative above it, 0 where nothing is expected."""
        return (self.sales.expected or 0.0) - (self.sales.observed or 0.0) if self.sales.expected else 0.0

    @property
    def stand(self) -> str:
        """Where sales stand: lost or above (beyond the usual band), usual, unknown."""
        s = self.sales
        if not s.expected or s.observed is None or s.low is None or s.high is None:
            return "unknown"
        return "lost" if s.observed < s.low else "above" if s.observed > s.high else "usual"

    def money(self, value: float | None) -> Text:
        return Text("—", "—") if value is None else short(value, self.chart.shop.profile.currency)

    @property
    def acts(self) -> list[Finding]:
        return [f for f in self.findings if f.state == "act"]

    @property
    def watched(self) -> list[Finding]:
        """What to keep an eye on: causes that cost something or are serious, no symptoms and no opportunities."""
        causes = load().causes
        found = [f for f in self.findings if f.state == "watch" and f.stake.kind != "opportunity"]
        known = [f for f in found if causes[f.cause].step != "unexplained"]
        return [f for f in known if f.stake.amount > 0 or causes[f.cause].serious]

    @cached_property
    def fallen(self) -> tuple[str, float] | None:
        """(metric, by which share) of the headline figure that fell most, of those whose fall is real; sales only where
        none of what makes them is."""
        readings = [r for m in HEADLINES if (m, "shop", SHOP) in self.real and (r := self.chart.reading(m)) is not None]
        fell = {r.metric: 1 - r.ratio for r in readings if r.ratio < 1}
        parts = {m: by for m, by in fell.items() if m in ROOTS} or fell
        return max(parts.items(), key=lambda x: x[1], default=None)

    @property
    def lost_most(self) -> list[str]:
        """The roots of the split that lost a good part of the gap, the largest first."""
        amounts = {root: -self.sales.split.get((root,), 0.0) for root in ROOTS}
        found = [root for root in ROOTS if amounts[root] >= MAIN * self.gap > 0]
        return sorted(found, key=lambda root: -amounts[root])

    def steady(self, metric: str) -> bool:
        """Whether the shop's figure is known and did not fall."""
        reading = self.chart.reading(metric)
        return reading is not None and reading.ratio >= STEADY

    @property
    def tier(self) -> str:
        """steady, fell or unknown: the visitors of the tier."""
        tier = self.chart.reading("visitors", "tier")
        if tier is None:
            return "unknown"
        return "steady" if tier.ratio >= STEADY else "fell" if tier.p < CHANCE else "unknown"

    @cached_property
    def still_open(self) -> int:
        """Orders of the period that are not paid yet."""
        return sum(told.orders for told in self.chart.orders_told() if told.kind in OPEN)

    @cached_property
    def answered(self) -> tuple[int, int]:
        return lacking.answered(self.chart, self.judgements)
