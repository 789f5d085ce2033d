"""A finding, a rule's answer and a caution as cards of a notebook. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from markupsafe import Markup

from sizhen.document import Document, Finding, Judgement
from sizhen.view import labels
from sizhen.view.figure import figure
from sizhen.view.labels import fmt, name, say
from sizhen.view.workbook import FILE
from sizhen.vocab import Rule, load


@dataclass(frozen=True)
class Card:
    """What a notebook shows; the markup is complete and escaped."""

    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        return f"Card({len(self.html)} characters of HTML)"


class Diagnosed(Protocol):
    """A case, as far as cards show it."""

    @property
    def findings(self) -> Sequence[Finding]: ...

    @property
    def judgements(self) -> Sequence[Judgement]: ...

    def document(self) -> Document: ...


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _p(css: str, text: object) -> Markup:
    return Markup('<p class="{}">{}</p>').format(css, text)


def caution(id: str) -> Card:
    """What the data of the next comparison cannot show: word `caution.<id>`."""
    return Card(_p("sz-note", name(f"caution.{id}")))


def _money(value: float) -> str:
    return labels.money(value, 0 if abs(value) >= 100 else 2)


def _stake(finding: Finding) -> Markup:
    of = finding.stake
    if finding.level == "D" and of.high > 0:
        return _p("sz-money", say("card.possible", high=_money(of.high)))
    if of.amount <= 0:
        return Markup("")
    between = say("card.range", low=_money(of.low), high=_money(of.high))
    shown = say(f"card.{of.kind}", amount=_money(of.amount))
    return _p("sz-money", Markup("{} <small>({})</small>").format(shown, between))


def _source(codes: str) -> str:
    return labels.listing([name(f"source.{code}") for code in codes.split(", ")])


def _basis(rule: Rule) -> str:
    """The norm of a rule with its source, or the source alone."""
    limit = rule.limit
    if limit is None or rule.metric is None:
        return say("card.source", source=_source(rule.source))
    return say(
        "card.norm",
        limit=fmt(limit.value, rule.metric),
        source=_source(limit.source),
        year=name(limit.year) if isinstance(limit.year, str) else limit.year,
        kind=name(f"kind.{limit.kind}"),
    )


def _aim(finding: Finding) -> str:
    """What the advice should bring, and until when; nothing where there is no money to bring back."""
    expect = finding.advice.expect
    if expect.value is None or finding.stake.amount <= 0:
        return ""
    value = fmt(expect.value, expect.metric)
    return say("card.expect", by=labels.day(expect.by), metric=name(expect.metric), value=value)


def _advice(finding: Finding) -> Markup:
    advice, aim = finding.advice, _aim(finding)
    id = "card.who_when_one" if advice.due_days == 1 else "card.who_when"
    who_when = say(id, who=name(f"who.{advice.who}"), days=advice.due_days)
    text = Markup("<strong>{}</strong> {}").format(who_when, labels.text(advice.what))
    return _p("sz-advice", text if not aim else Markup("{}<br>{}").format(text, aim))


def finding_card(finding: Finding) -> Markup:
    """One finding: what, money, why we believe it, what to do, who, by when, and the rule behind it."""
    cause, rule = load().causes[finding.cause], load().rules[finding.source]
    return _join(
        [
            Markup('<section class="sz-finding sz-{}"><h3>{}</h3>').format(finding.state, labels.text(cause.label)),
            _stake(finding),
            _p("sz-says", labels.text(finding.says)),
            _advice(finding),
            _p("sz-evidence", name(f"card.level.{finding.level}")),
            _p("sz-source", say("card.rule", title=labels.text(rule.title), basis=_basis(rule))),
            Markup("</section>"),
        ]
    )


def _line(finding: Finding) -> Markup:
    cause = load().causes[finding.cause]
    return Markup("<li><strong>{}</strong> {}</li>").format(labels.text(cause.label), labels.text(finding.says))


def judgement(answer: Judgement) -> Card:
    """A rule's answer: its question, number, state and sentence, with the findings behind it."""
    lines = _join(_line(f) for f in answer.findings)
    return Card(
        Markup(
            '<div class="sz-judgement sz-{}"><p><strong>{}</strong> {} <span class="sz-state">{}</span></p>\n'
            '<p>{}{}</p>{}\n<p class="sz-source">{}</p></div>'
        ).format(
            answer.state,
            labels.text(answer.rule.title),
            observed(answer),
            name(f"card.state.{answer.state}"),
            Markup("<em>{}</em> ").format(name("card.your_rows")) if answer.changed else Markup(""),
            labels.text(answer.says),
            Markup("<ul>{}</ul>").format(lines) if lines else "",
            _basis(answer.rule),
        )
    )


def observed(answer: Judgement) -> Markup:
    """The number a rule's answer stands on; nothing where it has none."""
    metric = answer.rule.metric
    if metric is None or answer.observed is None:
        return Markup("")
    return figure(labels.about(answer.observed, metric), answer.rule.figure or answer.rule.id, "shop")


def sheets_kept(frames: Mapping[str, pd.DataFrame]) -> Card:
    """One sentence: which tables the workbook beside the report holds, and which have no data."""
    there = [name(f"sheet.{id}") for id, frame in frames.items() if len(frame)]
    absent = [name(f"sheet.{id}") for id, frame in frames.items() if frame.empty]
    if not there:
        return Card(_p("sz-note", name("sheets.none")))
    said = "sheets.kept_without" if absent else "sheets.kept"
    without = labels.listing(absent) if absent else ""
    return Card(_p("", say(said, file=FILE, tables=labels.listing(there), without=without)))


__all__ = [
    "Card",
    "Diagnosed",
    "caution",
    "finding_card",
    "judgement",
    "observed",
    "sheets_kept",
]
