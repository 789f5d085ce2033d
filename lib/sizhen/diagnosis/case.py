"""A case: one shop over one period, diagnosed once; the notebooks and the command line show the same case."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sizhen.diagnosis import follow_up
from sizhen.diagnosis.causes import DETECTORS
from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.diagnosis.claim import Claim, Patient
from sizhen.diagnosis.findings import finding, number, rank
from sizhen.diagnosis.gauges import gauge
from sizhen.diagnosis.judge import Key, real_changes
from sizhen.diagnosis.rules import Judgement, judge, missing
from sizhen.diagnosis.sales import Sales, measure_sales
from sizhen.diagnosis.stake import Stake, allocate
from sizhen.diagnosis.unexplained import collapses, leftovers
from sizhen.exam import figures
from sizhen.exam.figures import Figure
from sizhen.files import replacing
from sizhen.tables import Period, Shop, kept
from sizhen.texts.aspects import remember, remembered
from sizhen.vocab import Rule, load
from sizhen.vocab.document import UNREAD

SCHEMA = 1
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
    previous: dict[str, Any] | None = None
    unread: bool = False
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

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
    def findings(self) -> list[dict[str, Any]]:
        """Findings as findings.md has them, ranked."""
        claims = [(follow_up.begun(claim, self.previous), stake) for claim, stake in self._claims]
        return rank([finding(self.chart, claim, stake, self.sales) for claim, stake in claims])

    @cached_property
    def outcomes(self) -> list[dict[str, Any]]:
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
        changed = frame is not None and not frame.equals(self.frame(rule.frame))
        return replace(answer, changed=changed)

    def _figure(self, rule: Rule, frame: pd.DataFrame | None) -> Figure | None:
        """What the rule watches; unknown where the shop lacks what it needs."""
        if missing(self.chart, rule):
            return figures.UNKNOWN
        if not rule.figure:
            return gauge(self.chart, rule.metric) if rule.metric else None
        return figures.read(rule.figure, self.frame(rule.frame) if frame is None else frame)

    @cached_property
    def judgements(self) -> list[Judgement]:
        return [self.judge(r) for r in load().rules]

    @cached_property
    def _data(self) -> dict[str, Any]:
        return _data(self.chart)

    def document(self) -> dict[str, Any]:
        """findings.json."""
        chart, sales = self.chart, self.sales
        period, base = chart.period, chart.period.baseline
        return {
            "schema": SCHEMA,
            "shop_id": chart.shop.id,
            "period": {"start": f"{period.start}", "end": f"{period.end}"},
            "baseline": {"start": f"{base.start}", "end": f"{base.end}", "kind": "trailing"}
            if chart.comparable
            else None,
            "data": self._data,
            "sales": {k: number(getattr(sales, k)) for k in ("observed", "expected", "low", "high", "target")},
            "split": [{"path": list(p), "amount": a} for p, a in sales.split.items()],
            "cost_lines": [{"name": n, "observed": number(o), "expected": number(e)} for n, o, e in sales.cost_lines],
            "findings": self.findings,
            "not_concluded": [
                {"rule": j.rule.id, "needs": list(j.needs), "why": j.says[chart.language]}
                for j in self.judgements
                if j.state == "unknown"
            ],
            "previous": self.outcomes,
        }

    def save(self, folder: str | Path) -> Path:
        """Writes findings.json into `folder`, whole or not at all."""
        path = Path(folder) / "findings.json"
        text = json.dumps(self.document(), ensure_ascii=False, allow_nan=False, indent=1)
        with replacing(path) as stream:
            stream.write(text.encode())
        return path


def _data(chart: Chart) -> dict[str, Any]:
    """What the diagnosis rests on: tables with their rows and days, what is missing, what is not final."""
    tables = {}
    for name, spec in load().tables.items():
        if not chart.shop.has(name):
            continue
        frame = chart.shop.table(name)
        days = frame[spec.dated].dropna() if spec.dated else frame.iloc[:0, 0]
        tables[name] = {
            "rows": len(frame),
            "first": f"{days.min():%Y-%m-%d}" if len(days) else None,
            "last": f"{days.max():%Y-%m-%d}" if len(days) else None,
        }
    return {
        "fingerprint": chart.shop.fingerprint(),
        "tables": tables,
        "missing": chart.shop.missing,
        "missing_days": [f"{d}" for d in chart.faults.missing],
        "immature": chart.immature(),
    }


def open_case(shop: Shop, period: Period, previous: dict[str, Any] | None = None) -> Case:
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


def read_findings(path: str | Path) -> dict[str, Any] | None:
    """What a findings.json holds, nothing where it cannot be read; None for an empty path."""
    if not str(path):
        return None
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
