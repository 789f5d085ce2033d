"""A case: one shop over one period, diagnosed once; the notebooks and the command line show the same case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sizhen.diagnosis import follow_up
from sizhen.diagnosis.causes import detected
from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.diagnosis.claim import Claim, Patient
from sizhen.diagnosis.compose import compose
from sizhen.diagnosis.findings import finding, number, rank, state
from sizhen.diagnosis.judge import Key, real_changes
from sizhen.diagnosis.rules import judge, missing
from sizhen.diagnosis.sales import Sales, measure_sales
from sizhen.diagnosis.stake import allocate, draw
from sizhen.diagnosis.unexplained import collapses, leftovers
from sizhen.document import UNREAD, AdviceOutcome, Document, Finding, Judgement, Stake, Unreadable
from sizhen.document.findings import State
from sizhen.exam import figures
from sizhen.exam.figures import Figure
from sizhen.files import replacing
from sizhen.tables import Period, Shop, kept
from sizhen.texts.aspects import remember, remembered
from sizhen.vocab import Rule, load
from sizhen.vocab.limits import limit


def believable(claims: list[Claim], days: int) -> list[Claim]:
    """Without what rests on payments where a presale has put them off, and without what has no cause but the missing or
    wrong figures of a good part of the period's `days`."""
    if any(c.entry.puts_in_doubt == "payments" for c in claims):
        return [c for c in claims if not c.entry.needs_payment]
    faulty = max((c.n for c in claims if c.entry.puts_in_doubt == "unexplained"), default=0.0)
    if faulty >= limit("data", "faulty_days_share") * days:
        return [c for c in claims if c.entry.step != "unexplained"]
    return claims


@dataclass(frozen=True)
class Case:
    """The diagnosis of `chart`. Everything is worked out at first use and kept. `unread`: there are last findings that
    could not be read."""

    chart: Chart
    previous: Document | None = None
    unread: bool = False
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def sales(self) -> Sales:
        return measure_sales(self.chart)

    @cached_property
    def real(self) -> frozenset[Key]:
        return real_changes(self.chart)

    @cached_property
    def _claims(self) -> list[Claim]:
        patient = Patient(
            self.chart, self.sales.split, self.sales.money, lambda m, s, member: (m, s, member) in self.real
        )
        days = self.chart.period.days
        claims = believable(detected(patient), days)
        left = leftovers(patient, self.sales, claims, draw(claims, self.sales))
        claims = believable(claims + left + collapses(self.chart), days)
        return list({c.id: c for c in claims}.values())

    @cached_property
    def findings(self) -> list[Finding]:
        """Findings as findings.md has them, ranked."""
        drawn, stakes = draw(self._claims, self.sales), allocate(self._claims, self.sales)
        return rank([self._finding(c, state(c, drawn[c.id], self.sales), stakes[c.id]) for c in self._claims])

    def _finding(self, claim: Claim, state: State, stake: Stake) -> Finding:
        begun, periods = follow_up.begun(claim, self.previous), follow_up.periods(claim, self.previous)
        return finding(self.chart, begun, stake, state, self._worth_of_click(claim), periods)

    def _worth_of_click(self, claim: Claim) -> float | None:
        """The break-even price of a click of the plan or keyword that a claim finds too dear, as its table tells it."""
        if claim.cause != "ads.click_cost":
            return None
        key, name = next(iter(claim.subject.items()))
        table = self.frame("look.keywords" if key == "keyword" else "look.ads")
        return number(next(iter(table.loc[table[key] == name, "break_even_click_cost"]), None))

    @cached_property
    def outcomes(self) -> list[AdviceOutcome]:
        """What came of the last advice that asked for action."""
        return follow_up.review(self.chart, self.previous)

    def frame(self, name: str) -> pd.DataFrame:
        """The frame that a rule names (`look.traffic_groups`), built once. KeyError for a name that is none."""
        if name not in self._frames:
            build = figures.builder(name)
            of_case = figures.by_the_case(name)
            self._frames[name] = build(self) if of_case else build(self.chart.shop, self.chart.period)
        return self._frames[name]

    def judge(self, rule_id: str, frame: pd.DataFrame | None = None) -> Judgement:
        """The answer to one rule; `frame`: with its number read off these rows, and marked where they are not the
        case's own. Findings stay the case's.

        Raises KeyError for a rule the vocabulary does not know, ValueError for a frame its number cannot be read off.
        """
        rule = load().rules[rule_id]
        if self.unread and rule.metric == "advice_helped":
            return Judgement(rule, "unknown", load().words["unknown_unread_advice"], None, 0.0, (), (UNREAD,))
        answer = judge(self.chart, rule, self._figure(rule, frame), self.findings, self.real)
        changed = bool(rule.figure) and frame is not None and not frame.equals(self.frame(rule.frame))
        return replace(answer, changed=changed)

    def _figure(self, rule: Rule, frame: pd.DataFrame | None) -> Figure | None:
        """What the rule watches, None where its findings alone answer; unknown where the shop lacks what it needs."""
        if not rule.figure:
            return None
        if missing(self.chart, rule.needs):
            return figures.UNKNOWN
        return figures.read(rule.figure, self.frame(rule.frame) if frame is None else frame)

    @cached_property
    def judgements(self) -> list[Judgement]:
        return [self.judge(r) for r in load().rules]

    @cached_property
    def _document(self) -> Document:
        return compose(self.chart, self.sales, self.real, self.findings, self.judgements, self.outcomes)

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
