"""The last fold: how it was judged, what the data cannot say, sources, words."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from sizhen.document import Document
from sizhen.view import labels
from sizhen.view.cards import Card, Diagnosed
from sizhen.view.labels import name, say
from sizhen.view.missing import imports, other

WORDS = (
    *("expected", "usual", "paid_amount", "visitors", "conversion", "average_order_value", "return_on_spend", "sure"),
    "immature",
)


def ending(case: Diagnosed) -> Card:
    """How the shop was judged, what could not be, where norms come from, and what words mean."""
    document = case.document()
    sources = {code for answer in case.judgements for code in answer.rule.source.split(", ")}
    parts = [
        _part("page.method", _method(document)),
        _part("page.gaps", _gaps(document)),
        _part("page.sources", [labels.listing([name(f"source.{code}") for code in sorted(sources)])]),
        _part("page.words", [name(f"page.words.{word}") for word in WORDS]),
    ]
    return Card(Markup("").join(parts))


def _part(heading: str, lines: Iterable[str]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup('<h3>{}</h3><ul class="sz-list">{}</ul>').format(name(heading), items) if items else Markup("")


def _method(document: Document) -> list[str]:
    base = document.baseline
    if base is None:
        return [name("page.method.none")]
    return [
        say("page.method.base", start=labels.day(base.start), end=labels.day(base.end)),
        say("page.method.money", band=document.sales.band),
        name("page.method.costs"),
    ]


def _gaps(document: Document) -> list[str]:
    lines = []
    if document.data.missing_days:
        days = labels.listing([labels.day(day) for day in document.data.missing_days])
        lines.append(say("page.gaps.days", days=days))
    final = {entry.metric: entry.final_on for entry in document.maturity}
    for entry in document.data.immature:
        on = final.get(entry.metric)
        id = "page.gaps.immature" if on is None else "page.gaps.final"
        lines.append(say(id, metric=name(entry.metric), day=labels.day(entry.since), on=on and labels.day(on)))
    lines += imports(document)
    if left := other(document):
        lines.append(say("page.gaps.other", count=left))
    return lines or [name("page.gaps.none")]
