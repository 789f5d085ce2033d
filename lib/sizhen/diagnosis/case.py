"""A case: one shop over one period, diagnosed once; the notebooks and the command line show the same case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sizhen.diagnosis import follow_up
from sizhen.diagnosis.causes import DETECTORS
from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.diagnosis.claim import Claim, Patient
from sizhen.diagnosis.compose import compose
from sizhen.diagnosis.findings import finding, rank
from sizhen.diagnosis.judge import Key, real_changes
from sizhen.diagnosis.rules import judge
from sizhen.diagnosis.sales import Sales, measure_sales
from sizhen.diagnosis.stake import allocate
from sizhen.diagnosis.unexplained import collapses, leftovers
from sizhen.document import UNREAD, AdviceOutcome, Document, Finding, Judgement, Stake, Unreadable
from sizhen.files import replacing
from sizhen.tables import Period, Shop, kept
from sizhen.texts.aspects import remember, remembered
from sizhen.vocab import load

FAULTY = 0.1
UNPAID = (
    "page.",
    "order.",
    "price.",
    "basket.",
    "peer.",
    "customer.",
    "service.",
    "stock.",
    "ads.waste",
    "traffic.low_quality",
    "unexplained.",
)


def believable(claims: list[Claim], days: int) -> list[Claim]:
    """Without what rests on payments where a presale has put them off, and without what has no cause but the missing or
    wrong figures of a good part of the period's `days`."""
    causes = {c.cause for c in claims}
    faulty = max((c.n for c in claims if c.cause in ("data.missing_days", "data.inconsistent")), default=0.0)
    doubtful = UNPAID if "data.presale" in causes else ("unexplained.",) if faulty >= FAULTY * days else ()
    return [c for c in claims if not c.cause.startswith(doubtful)]


@dataclass(frozen=True)
class Case:
    """The diagnosis of `chart`. Everything is worked out at first use and kept. `unread`: there are last findings that
    could not be read."""

    chart: Chart
    previous: Document | None = None
    unread: bool = False

    @cached_property
    def sales(self) -> Sales:
        return measure_sales(self.chart)

    @cached_property
    def real(self) -> frozenset[Key]:
        return real_changes(self.chart)

    @cached_property
    def _claims(self) -> list[tuple[Claim, Stake]]:
        patient = Patient(
            self.chart, self.sales.split, self.sales.money, lambda m, s, member: (m, s, member) in self.real
        )
        days = self.chart.period.days
        claims = believable([c for detect in DETECTORS for c in detect(patient)], days)
        stakes = allocate(claims, self.sales)
        claims = believable(
            claims + leftovers(self.chart, self.sales, claims, stakes, self.real) + collapses(self.chart), days
        )
        stakes = allocate(claims, self.sales)
        return [(c, stakes[c.id]) for c in {c.id: c for c in claims}.values()]

    @cached_property
    def findings(self) -> list[Finding]:
        """Findings as findings.md has them, ranked."""
        claims = [(follow_up.begun(claim, self.previous), stake) for claim, stake in self._claims]
        return rank([finding(self.chart, claim, stake, self.sales) for claim, stake in claims])

    @cached_property
    def outcomes(self) -> list[AdviceOutcome]:
        """What came of the last advice that asked for action."""
        return follow_up.review(self.chart, self.previous)

    def judge(self, rule_id: str) -> Judgement:
        """The answer to one rule. KeyError for a rule the vocabulary does not know."""
        rule = load().rules[rule_id]
        if self.unread and rule.metric == "advice_helped":
            return Judgement(rule, "unknown", load().words["unknown_unread_advice"], None, 0.0, (), (UNREAD,))
        return judge(self.chart, rule, self.findings, self.real, self.outcomes)

    @cached_property
    def judgements(self) -> list[Judgement]:
        return [self.judge(r) for r in load().rules]

    @cached_property
    def _document(self) -> Document:
        unknown = [j for j in self.judgements if j.state == "unknown"]
        return compose(self.chart, self.sales, self.findings, unknown, self.outcomes)

    def document(self) -> Document:
        """The findings document; `dict` of it is findings.json."""
        return self._document

    def save(self, folder: str | Path) -> Path:
        """Writes findings.json into `folder`, whole or not at all."""
        path = Path(folder) / "findings.json"
        text = json.dumps(self.document().to_json(), ensure_ascii=False, allow_nan=False, indent=1)
        with replacing(path) as stream:
            stream.write(text.encode())
        return path


def open_case(shop: Shop, period: Period, previous: Mapping[str, Any] | None = None) -> Case:
    """Opens the case of `shop` over `period`; `previous` is the last period's findings document, if any: its advice is
    followed up, and the days its troubles spoilt are no baseline. What is no such document of this shop is said to be
    unread.

    Raises DataError when a table breaks its contract.
    """
    last = follow_up.believed(previous, shop.id)
    unread = previous is not None and last is None
    place = kept.place(shop, period, last, unread)
    if place is not None and place.is_file():
        case: Case
        case, read = kept.get(place)
        remember(read)
        shop.adopt(case.chart.shop)
        return case
    case = Case(open_chart(shop, period, follow_up.ill_since(last, period)), last, unread)
    if place is not None:
        case.document()
        kept.put(place, (case, remembered()))
    return case


def read_findings(path: str | Path) -> Mapping[str, Any] | None:
    """The findings document in a findings.json, an empty one where it cannot be read; None for an empty path."""
    if not str(path):
        return None
    try:
        return Document.parse(Path(path).read_bytes())
    except (OSError, Unreadable):
        return {}
