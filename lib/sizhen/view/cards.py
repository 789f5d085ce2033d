"""The case as cards: verdict, findings, a rule's answer, what came of the last advice. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from markupsafe import Markup

from sizhen.document import Document, Finding, Judgement
from sizhen.view import labels, sentences
from sizhen.view.labels import fmt, name, say
from sizhen.view.sentences import Figure
from sizhen.view.workbook import FILE
from sizhen.vocab import Rule, load

FIRST_SCREEN = 2


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


def _figure(figure: Figure) -> Markup:
    small = Markup("<small>{}</small>").format(figure.note) if figure.note else Markup("")
    body = Markup("<span>{}</span><strong>{}</strong>{}").format(figure.label, figure.value, small)
    return Markup('<div class="sz-figure">{}</div>').format(body)


def caution(id: str) -> Card:
    """What the data of the next comparison cannot show: word `caution.<id>`."""
    return Card(_p("sz-note", name(f"caution.{id}")))


def verdict(document: Document) -> Card:
    """The first thing an owner reads: is there something to do, and how sales stand."""
    state, sentence = sentences.verdict(document)
    when, compared = sentences.period(document)
    head = Markup('<section class="sz-verdict sz-{}"><h2>{}</h2><p>{} · {}</p></section>')
    figures = _join(map(_figure, sentences.sales(document) + sentences.costs(document)))
    body = Markup('<div class="sz-figures">{}</div>').format(figures)
    return Card(head.format(state, sentence, when, compared) + body)


def _stake(finding: Finding) -> Markup:
    shown, between = sentences.stake(finding)
    if not shown:
        return Markup("")
    return _p("sz-money", Markup("{} <small>({})</small>").format(shown, between) if between else shown)


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


def _advice(finding: Finding) -> Markup:
    aim = sentences.aim(finding)
    text = Markup("<strong>{}</strong> {}").format(sentences.who_when(finding), labels.text(finding.advice.what))
    return _p("sz-advice", text if not aim else Markup("{}<br>{}").format(text, aim))


def finding_card(finding: Finding) -> Markup:
    """One finding: what, money, why we believe it, what to do, who, by when, and the rule behind it."""
    cause, rule = load().causes[finding.cause], load().rules[finding.source]
    evidence = name(f"card.level.{finding.level}")
    if finding.n is not None and finding.n > 0:
        evidence += " " + say("card.count", n=f"{finding.n:,}")
    return _join(
        [
            Markup('<section class="sz-finding sz-{}"><h3>{}</h3>').format(finding.state, labels.text(cause.label)),
            _stake(finding),
            _p("sz-says", labels.text(finding.says)),
            _advice(finding),
            _p("sz-evidence", evidence),
            _p("sz-source", say("card.rule", title=labels.text(rule.title), basis=_basis(rule))),
            Markup("</section>"),
        ]
    )


def _line(finding: Finding) -> Markup:
    cause = load().causes[finding.cause]
    return Markup("<li><strong>{}</strong> {}</li>").format(labels.text(cause.label), labels.text(finding.says))


def _answer_line(answer: Judgement) -> Markup:
    return Markup("<li><strong>{}</strong> {}</li>").format(labels.text(answer.rule.title), labels.text(answer.says))


def prescription(document: Document) -> Card:
    """The findings in order of money: at most two to act on first, the others behind them."""
    acts, watched = document.in_state("act"), document.in_state("watch")
    parts = [finding_card(f) for f in acts[:FIRST_SCREEN]]
    if acts[FIRST_SCREEN:]:
        parts += [Markup("<h3>{}</h3>").format(name("card.more")), *map(finding_card, acts[FIRST_SCREEN:])]
    if watched:
        lines = _join(map(_line, watched))
        parts.append(Markup('<div class="sz-note"><h3>{}</h3><ul>{}</ul></div>').format(name("card.others"), lines))
    if not parts:
        parts = [_p("sz-note", name("card.nothing"))]
    return Card(_join(parts))


def judgement(answer: Judgement) -> Card:
    """A rule's answer: its question, state and sentence, with the findings behind it."""
    lines = _join(_line(f) for f in answer.findings)
    return Card(
        Markup(
            '<div class="sz-judgement sz-{}"><p><strong>{}</strong> <span class="sz-state">{}</span></p>\n'
            '<p>{}{}</p>{}\n<p class="sz-source">{}</p></div>'
        ).format(
            answer.state,
            labels.text(answer.rule.title),
            name(f"card.state.{answer.state}"),
            Markup("<em>{}</em> ").format(name("card.your_rows")) if answer.changed else Markup(""),
            labels.text(answer.says),
            Markup("<ul>{}</ul>").format(lines) if lines else "",
            _basis(answer.rule),
        )
    )


def summary(case: Diagnosed, exam: str) -> Card:
    """What one examination found: its findings, the further questions that were not answered well, and how many were
    answered well or not at all."""
    found = [f for f in case.findings if f.exam == exam]
    answers = [j for j in case.judgements if j.rule.exam == exam]
    further = [j for j in answers if j.state in ("act", "watch") and not any(f in found for f in j.findings)]
    states = [j.state for j in answers]
    counts = say("card.counts", ok=states.count("ok"), unknown=states.count("unknown"))
    lines = [*map(_line, found), *map(_answer_line, further)]
    body = Markup("<ul>{}</ul>").format(_join(lines)) if lines else _p("", name("card.none_found"))
    return Card(Markup('<div class="sz-note">{}<p>{}</p></div>').format(body, counts))


def previous(document: Document) -> Card:
    """What came of the last advice, figure by figure."""
    if not document.previous:
        return Card(_p("sz-note", name(f"card.previous_{'unread' if document.unread else 'none'}")))
    lines = (
        Markup("<li><strong>{}</strong><br>{}</li>").format(sentences.followed_up(entry), entry.advice)
        for entry in document.previous
    )
    return Card(Markup('<div class="sz-previous"><ul>{}</ul></div>').format(_join(lines)))


def not_concluded(case: Diagnosed) -> Card:
    """What could not be answered and why, days without data, and figures that are not final."""
    document = case.document()
    lines = [
        Markup("<li><strong>{}</strong> {}</li>").format(labels.text(j.rule.title), labels.text(j.says))
        for j in case.judgements
        if j.state == "unknown"
    ]
    notes = [
        say(
            "card.immature",
            metric=name(x.metric),
            day=labels.day(x.since),
            why=labels.text(load().labels["immature"]).format(days=load().metrics[x.metric].maturity_days),
        )
        for x in document.data.immature
    ]
    if document.data.missing_days:
        days = labels.listing([labels.day(d) for d in document.data.missing_days])
        notes.insert(0, say("card.no_days", days=days))
    body = _join(_p("", n) for n in notes)
    body += Markup("<ul>{}</ul>").format(_join(lines)) if lines else _p("", name("card.all_concluded"))
    return Card(Markup('<div class="sz-note">{}</div>').format(body))


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
    "finding_card",
    "judgement",
    "not_concluded",
    "prescription",
    "previous",
    "sheets_kept",
    "summary",
    "verdict",
]
