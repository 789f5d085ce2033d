"""What a rule's answer says: its numbers as a shop owner would say them, in the languages of the reports."""

from __future__ import annotations

import math

from sizhen.diagnosis import wording
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.sources import SOURCES
from sizhen.document import Finding
from sizhen.exam.figures import Figure
from sizhen.vocab import Rule, Text, load


def shown(value: float | None, metric: str, currency: str) -> Text:
    """A metric's value in a sentence; a plain number without idle zeros."""
    told = wording.told(value, metric, currency)
    if load().metrics[metric].unit != "number" or told == wording.UNKNOWN:
        return told
    bare = told.zh.rstrip("0").rstrip(".")
    return Text(bare, bare)


def limit_text(rule: Rule, currency: str) -> Text:
    if rule.limit is None or rule.metric is None:
        return Text("—", "—")
    return shown(rule.limit.value, rule.metric, currency)


def numbers(chart: Chart, rule: Rule, figure: Figure | None) -> dict[str, Text]:
    """observed, limit, n and, of a share, the count of the n that it is."""
    currency = chart.shop.profile.currency
    value, n = (float("nan"), float("nan")) if figure is None else (figure.value, figure.n)
    count = value * n if math.isfinite(value * n) else float("nan")
    return {
        "observed": shown(value, rule.metric, currency) if rule.metric else Text("", ""),
        "limit": limit_text(rule, currency),
        "n": _whole(n),
        "count": _whole(count),
    }


def _whole(count: float) -> Text:
    told = f"{count:,.0f}" if math.isfinite(count) else "—"
    return Text(told, told)


def few(rule: Rule, n: float) -> Text:
    """Too few to tell, and of what; a number that is not known at all."""
    if not rule.counts:
        return load().words["unknown_figure"]
    what = load().words[f"n.{rule.counts}"]
    return load().words["unknown_few_of"].fill(n=f"{n:,.0f}", least=f"{rule.min_n:,}", what=what)


def places(chart: Chart, findings: tuple[Finding, ...]) -> Text:
    """Where the findings are, each place once."""
    told = dict.fromkeys(wording.place(chart.shop, f.subject) for f in findings)
    return Text("、".join(t.zh for t in told), ", ".join(t.en for t in told))


def pair(reading: Reading, currency: str) -> tuple[Text, Text]:
    """(observed, expected) of a reading, as they are shown."""
    return shown(reading.observed, reading.metric, currency), shown(reading.expected, reading.metric, currency)


def change(chart: Chart, reading: Reading, source: str) -> dict[str, Text]:
    """which, watched, usual: the member whose figure changed, the figure, and what it usually is."""
    by = SOURCES[source].by
    subject = dict(zip(by, reading.member.split("\t"), strict=True)) if by else {}
    watched, usual = pair(reading, chart.shop.profile.currency)
    return {"which": wording.place(chart.shop, subject), "watched": watched, "usual": usual}
