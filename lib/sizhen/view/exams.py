"""The four examinations as cards: a line of result, at most three conclusions, what else was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from sizhen.document import Document, Finding, Judgement
from sizhen.view import inline, labels, screen
from sizhen.view.cards import Card, Diagnosed, observed
from sizhen.view.figure import figure
from sizhen.view.labels import about, name, say
from sizhen.view.page import place
from sizhen.view.screen import Shown
from sizhen.vocab import load

MOST = 3  # conclusions that are told at length
NAMED, LINE = 2, 40  # of them in the line of result, and how long it may be


@dataclass(frozen=True)
class Result:
    """What one examination came to. `told`: its findings to act on or to watch, then answers that are off and that no
    finding explains; `elsewhere`: answers whose findings another examination tells; `fine` and `unknown`: the rest."""

    told: tuple[Finding | Judgement, ...]
    elsewhere: tuple[Judgement, ...]
    fine: tuple[Judgement, ...]
    unknown: tuple[Judgement, ...]

    @property
    def state(self) -> str:
        """act, watch, ok; unknown where no more questions are answered well than not at all."""
        if any(isinstance(told, Finding) and told.state == "act" for told in self.told):
            return "act"
        if self.told:
            return "watch"
        return "ok" if len(self.fine) > len(self.unknown) else "unknown"


def result(case: Diagnosed, exam: str) -> Result:
    """Every finding and every answer of the examination, each in one place."""
    found = [f for f in case.findings if f.state in ("act", "watch")]
    mine = [f for f in found if f.exam == exam]
    answers = [j for j in case.judgements if j.rule.exam == exam]
    off = [j for j in answers if j.state in ("act", "watch")]
    unexplained = [j for j in off if not any(f in found for f in j.findings)]
    return Result(
        told=(*mine, *unexplained),
        elsewhere=tuple(j for j in off if j not in unexplained and not any(f in mine for f in j.findings)),
        fine=tuple(j for j in answers if j.state == "ok"),
        unknown=tuple(j for j in answers if j.state == "unknown"),
    )


def head(case: Diagnosed, exam: str) -> Card:
    """The examination's name, its result in a line, and how much of it asks for something."""
    of = result(case, exam)
    title = Markup('<span class="sz-title">{}<small>{}</small></span>').format(name(f"report.{exam}"), _line(of))
    sign = Markup('<span class="sz-sign" aria-hidden="true">{}</span>').format(name(f"page.sign.{exam}"))
    css, told = _pill(of, screen.verdict(case.document())[0])
    return Card(sign + title + Markup('<span class="sz-pill sz-{}">{}</span>').format(css, told))


def _pill(of: Result, verdict: str) -> tuple[str, str]:
    """State and words. Of a shop that is fine, what is off its norm can be improved; there is nothing to watch."""
    acts = sum(isinstance(told, Finding) and told.state == "act" for told in of.told)
    if of.state == "watch" and verdict == "fine":
        return "unknown", say("page.pill.improve", count=len(of.told))
    if of.told:
        return of.state, say(f"page.pill.{of.state}", count=acts or len(of.told))
    none = of.state == "unknown" and not of.fine
    return of.state, name("page.pill.none" if none else f"page.pill.{of.state}")


def _line(of: Result) -> str:
    if of.told:
        names = list(dict.fromkeys(map(_title, of.told)))
        both = labels.listing(names[:NAMED])
        told = both if labels.width(both) <= LINE else labels.shorten(names[0], LINE)
        return say("page.result.more", names=told, count=len(names)) if len(names) > NAMED or told != both else told
    if not of.fine and not of.unknown:
        return name("page.result.none")
    counts = {"fine": len(of.fine), "unknown": len(of.unknown)}
    return say("page.result.both" if of.unknown else "page.result.fine", **counts)


def _title(told: Finding | Judgement) -> str:
    if isinstance(told, Finding):
        return labels.text(load().causes[told.cause].label)
    if told.rule.metric is not None and told.observed is not None:
        return say("page.figure", metric=name(told.rule.metric), value=about(told.observed, told.rule.metric))
    return labels.text(told.rule.title)


def found(case: Diagnosed, exam: str, series: Mapping[str, pd.DataFrame]) -> Card:
    """The examination's conclusions with their figures, then what was off elsewhere, fine or unknown, folded.

    `series`: by finding its figure over time (`date`, `value`)."""
    of, document = result(case, exam), case.document()
    told = _join(_conclusion(each, document, series) for each in of.told[:MOST])
    others = [*of.told[MOST:], *of.elsewhere]
    lines = [*(_short(each, document) for each in others), *map(_answer, of.fine), *map(_unknown, of.unknown)]
    summary = say("page.rest", fine=len(of.fine)) if of.fine else name("page.rest.none")
    fold = Markup('<details class="sz-fold"><summary>{}</summary><ul class="sz-list">{}</ul></details>')
    return Card(told + (fold.format(summary, _join(lines)) if lines else Markup("")))


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _seen(told: Finding, document: Document) -> Markup:
    return Markup(' id="sz-seen-{}"').format(place(document, told.id))


def _conclusion(told: Finding | Judgement, document: Document, series: Mapping[str, pd.DataFrame]) -> Markup:
    shape = Markup('<section class="sz-conclusion sz-{}"{}><h3>{}{}</h3>{}<p>{}{}</p></section>')
    if isinstance(told, Judgement):
        picture = _split(document) if told.rule.id == "check.split" else Markup("")
        return shape.format(told.state, "", _title_of(told), "", picture, labels.text(told.says), "")
    back = Markup("")
    if told.state == "act":
        back = Markup(' <a href="#sz-task-{}">{}</a>').format(place(document, told.id), name("page.back"))
    line = series.get(told.id)
    picture = Markup("") if line is None else _spark(told, line)
    heading = Markup("{}").format(_title(told))
    return shape.format(told.state, _seen(told, document), heading, _moved(told), picture, labels.text(told.says), back)


def _title_of(told: Judgement) -> Markup:
    """What the answer's number measures, and the number; of one without a number its question."""
    number, metric = observed(told), told.rule.metric
    if not number or metric is None:
        return Markup("{}").format(labels.text(told.rule.title))
    return Markup("{} {}").format(name(metric), number)


def _ends(told: Finding) -> tuple[Shown | None, Shown | None]:
    """The finding's figure before and since the trouble began; over the period where its beginning is not known."""
    before = told.expected if told.now is None else told.now.before
    now = told.observed if told.now is None else told.now.value
    ids = ("finding:expected", "finding:observed") if told.now is None else ("finding:before", "finding:now")
    first, last = (
        None if value is None else Shown(about(value, told.metric), id, screen.scope(told))
        for id, value in zip(ids, (before, now), strict=True)
    )
    return first, last


def _moved(told: Finding) -> Markup:
    """How the finding's figure moved, where both of its ends are known and differ as they are written."""
    before, now = _ends(told)
    if before is None or now is None or before.text == now.text:
        return Markup("")
    shown = (figure(each.text, each.figure, each.scope) for each in (before, now))
    return Markup('<span class="sz-moved">{} {} → {}</span>').format(name(told.metric), *shown)


def _spark(told: Finding, line: pd.DataFrame) -> Markup:
    before, now = _ends(told)
    since = told.now.since if told.now is not None else told.since
    ends = [each.text for each in (before, now) if each is not None]
    label = say("page.line", metric=name(told.metric), ends=" → ".join(ends)) if ends else name(told.metric)
    if told.now is None:  # the mean of a period is nowhere on its line
        before = now = None
    values = [None if pd.isna(value) else float(value) for value in line["value"]]
    days = [day.date() for day in line["date"]]
    return inline.spark(days, values, onset=since, before=before, now=now, bad=told.state == "act", label=label)


def _split(document: Document) -> Markup:
    """The parts of the gap, largest first."""
    roots = sorted((part for part in document.split if len(part.path) == 1), key=lambda part: -abs(part.amount))
    if not roots:
        return Markup("")
    rows = [
        inline.Row(
            labels.coded("part", part.path[0]),
            part.amount,
            Shown(("+" if part.amount > 0 else "") + labels.short(part.amount), f"split:{part.path[0]}", "shop"),
            bad=part.amount < 0,
        )
        for part in roots
    ]
    return inline.shares(rows, label=labels.listing([f"{row.name} {row.shown.text}" for row in rows]))


def _short(told: Finding | Judgement, document: Document) -> Markup:
    """A line: a finding beyond the first ones, an answer that is off, or a link to the findings that explain it."""
    if isinstance(told, Finding):
        line = Markup("<li{}><b>{}</b> {}</li>")
        return line.format(_seen(told, document), _title(told), labels.text(told.says))
    links = _links([f for f in told.findings if f.state in ("act", "watch")], document)
    line = Markup('<li class="sz-inline"><b>{}</b> {}{}</li>')
    return line.format(labels.text(told.rule.title), labels.text(told.says), links)


def _links(findings: Sequence[Finding], document: Document) -> Markup:
    links = (
        Markup(' <a href="#sz-seen-{}">{}</a>').format(place(document, f.id), say("page.see", what=_title(f)))
        for f in findings
    )
    return _join(links)


def _answer(told: Judgement) -> Markup:
    """A question that is answered well, with its number."""
    return Markup("<li>{} {}</li>").format(labels.text(told.rule.title), observed(told))


def _unknown(told: Judgement) -> Markup:
    return Markup('<li class="sz-quiet">{} {}</li>').format(labels.text(told.rule.title), labels.text(told.says))


__all__ = ["found", "head", "result"]
