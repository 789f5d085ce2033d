"""The sentences of a findings document, as plain text: what cards and mail say in the same words."""

from __future__ import annotations

from dataclasses import dataclass

from sizhen.document import AdviceOutcome, Document, Finding
from sizhen.view import labels
from sizhen.view.labels import fmt, name, say
from sizhen.vocab import load


@dataclass(frozen=True)
class Figure:
    """A number under its name, with a few words on how to take it."""

    label: str
    value: str
    note: str = ""


def money(value: float | None) -> str:
    return name("card.unknown") if value is None else labels.money(value, 0 if abs(value) >= 100 else 2)


def verdict(document: Document) -> tuple[str, str]:
    """The state of the shop and the sentence of it."""
    acts = len(document.in_state("act"))
    if acts:
        return "act", name("card.act_one") if acts == 1 else say("card.act", count=acts)
    return ("unknown", name("card.no_sales")) if document.sales.observed is None else ("ok", name("card.nothing"))


def period(document: Document) -> tuple[str, str]:
    """The days of the document, up to which of them sales are known, and what they were compared with."""
    when, base, last = document.period, document.baseline, document.sold_until
    days = say("card.period", start=labels.day(when.start), end=labels.day(when.end))
    if last:
        days = say("card.period_until", start=labels.day(when.start), end=labels.day(when.end), last=labels.day(last))
    if base is None:
        return days, name("card.not_compared")
    return days, say("card.compared", start=labels.day(base.start), end=labels.day(base.end))


def sales(document: Document) -> list[Figure]:
    """Sales, and what they are measured by, as far as known: expectation and target."""
    of = document.sales
    observed, expected, target = of.observed, of.expected, of.target
    gap = say("card.gap", change=labels.change(observed / expected - 1)) if observed is not None and expected else ""
    figures = [Figure(name("card.sales"), money(observed), gap)]
    if expected is not None:
        usual = say("card.between", low=money(of.low), high=money(of.high))
        figures.append(Figure(name("card.expected"), money(expected), usual))
    if target is not None:
        reached = say("card.of_target", share=labels.rate(observed / target)) if observed is not None and target else ""
        figures.append(Figure(name("card.target"), money(target), reached))
    return figures


def costs(document: Document) -> list[Figure]:
    """Refunds and advertising, beside the sales."""
    return [
        Figure(
            name(f"card.{line.name}"),
            money(line.observed),
            say("card.usual", value=money(line.expected)) if line.expected is not None else "",
        )
        for line in document.cost_lines
        if line.observed is not None
    ]


def stake(finding: Finding) -> tuple[str, str]:
    """The money of a finding and the range it lies in; nothing where there is none."""
    of = finding.stake
    if finding.level == "D" and of.high > 0:
        return say("card.possible", high=money(of.high)), ""
    if of.amount <= 0:
        return "", ""
    return say(f"card.{of.kind}", amount=money(of.amount)), say("card.range", low=money(of.low), high=money(of.high))


def who_when(finding: Finding) -> str:
    advice = finding.advice
    id = "card.who_when_one" if advice.due_days == 1 else "card.who_when"
    return say(id, who=name(f"who.{advice.who}"), days=advice.due_days)


def aim(finding: Finding) -> str:
    """What the advice should bring, and until when; nothing where there is no money to bring back."""
    expect = finding.advice.expect
    if expect.value is None or finding.stake.amount <= 0:
        return ""
    value = fmt(expect.value, expect.metric)
    return say("card.expect", by=labels.day(expect.by), metric=name(expect.metric), value=value)


def followed_up(entry: AdviceOutcome) -> str:
    """What came of one advice of the last period."""
    cause = load().causes[entry.finding.partition(":")[0]]
    return say(
        "card.previous",
        finding=labels.text(cause.label),
        then=fmt(entry.then, cause.metric),
        now=fmt(entry.now, cause.metric),
        outcome=name(f"outcome.{entry.outcome}"),
    )
