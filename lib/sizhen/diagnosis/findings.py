"""From claims to the findings of findings.md: state, wording, advice, rank."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.places import sizes, where
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.since import now
from sizhen.diagnosis.telling import tell
from sizhen.document import Advice, Expect, Finding, Stake
from sizhen.document.findings import State
from sizhen.vocab import load
from sizhen.vocab.limits import limit

CHECK_AFTER = timedelta(days=7)  # from the day by which to act to the day on which to look


def number(value: float | None) -> float | None:
    """JSON has no NaN: unknown is null."""
    return None if value is None or not math.isfinite(value) else float(np.round(value, 6))


def _cents(amount: float) -> float:
    return round(float(amount), 2)


def state(claim: Claim, stake: Stake, sales: Sales) -> State:
    """`act` needs an established cause and material money; faults of data and compliance are acted on as facts.

    A fact that nothing worth speaking of followed is `ok`: it is told to whoever asks, not to whoever reads what to do.
    More complaints are worth speaking of by themselves.
    """
    floor = limit("act", "material_sales_share") * (sales.expected or 0.0)
    may_act = claim.entry.may_act
    if claim.level == "D" and stake.high <= floor and not claim.entry.serious:
        return "ok"
    if may_act == "never" or claim.quiet or claim.opportunity:
        return "watch"
    if may_act == "always":
        return "act"
    return "act" if claim.level in ("A", "B") and stake.amount >= floor > 0 else "watch"


def rule_of(cause: str) -> str:
    """The first rule that asks for the cause."""
    return next(r.id for r in load().rules.values() if cause in r.causes)


def issued_on(chart: Chart) -> date:
    """The first day on which the period can be reported."""
    return chart.period.end + timedelta(days=1)


def finding(chart: Chart, claim: Claim, stake: Stake, state: State, price: float | None, periods: int) -> Finding:
    """One finding as findings.md has it. `price`: what a click is worth; `periods`: reports in a row that name it."""
    cause, shop = claim.entry, chart.shop
    shelf = sizes(shop, chart.period, claim.subject["product_id"]) if claim.cause == "stock.sold_out" else ()
    told = tell(chart, claim, shelf, price)
    due_on = issued_on(chart) + timedelta(days=cause.advice.due_days)
    check_on = due_on + CHECK_AFTER
    return Finding(
        id=claim.id,
        cause=claim.cause,
        subject=claim.subject,
        exam=cause.exam,
        state=state,
        metric=claim.metric,
        observed=number(claim.observed),
        expected=number(claim.expected),
        reference=claim.reference,
        since=None if claim.since is None or pd.isna(claim.since) else claim.since.date(),
        n=None if not math.isfinite(claim.n) else round(claim.n),
        p_value=number(claim.p),
        stake=Stake(stake.kind, _cents(stake.amount), _cents(stake.low), _cents(stake.high)),
        evidence=claim.evidence,
        level=claim.level,
        sure="high" if claim.level == "A" else "medium",
        explains=claim.explains,
        advice=Advice(
            who=cause.advice.who,
            what=told.what,
            due_days=cause.advice.due_days,
            expect=Expect(claim.metric, number(claim.expected), check_on),
            due_on=due_on,
            check_on=check_on,
        ),
        says=told.says,
        task=told.task,
        where=where(shop, chart.period, claim, shelf),
        sizes=shelf,
        now=now(claim, chart.period),
        periods=periods,
        source=rule_of(claim.cause),
    )


def rank(findings: list[Finding]) -> list[Finding]:
    """act and watch by money; data faults before anything they could spoil; opportunities after losses."""

    def key(f: Finding) -> tuple[object, ...]:
        return (
            f.stake.kind == "opportunity",
            -f.stake.amount,
            f.state != "act",
            f.p_value if f.p_value is not None else 0.0,
            f.id,
        )

    return sorted(findings, key=key)
