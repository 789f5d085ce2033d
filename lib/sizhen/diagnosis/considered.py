"""What became of every cause: found, looked for and not found, or not to be seen in this shop's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.findings import number, rule_of
from sizhen.diagnosis.lacking import BASELINE
from sizhen.diagnosis.rules import missing
from sizhen.document import Considered, Finding, Judgement
from sizhen.vocab import Cause, Text, load


def considered(chart: Chart, findings: Sequence[Finding], judgements: Sequence[Judgement]) -> tuple[Considered, ...]:
    """Every cause of causes.toml once, in its order. Retained: named by a finding to act on or watch whose effect is
    not in doubt. Untestable: it lacks what causes.toml says it needs, or the days before to compare with."""
    answers = {answer.rule.id: answer for answer in judgements}
    told = {cause.id: [f for f in findings if f.cause == cause.id] for cause in load().causes.values()}
    return tuple(_entry(chart, load().causes[id], mine, answers[rule_of(id)]) for id, mine in told.items())


def _entry(chart: Chart, cause: Cause, mine: Sequence[Finding], answer: Judgement) -> Considered:
    needs = missing(chart, cause.needs)
    if not needs and not chart.comparable and cause.may_act != "always":
        needs = (BASELINE,)
    verdict: Literal["retained", "untestable", "inconclusive"] = "untestable" if needs else "inconclusive"
    if any(f.state in ("act", "watch") and f.level != "D" for f in mine):
        verdict, needs = "retained", ()
    about = answer.rule.metric == cause.metric and not needs
    return Considered(
        cause=cause.id,
        verdict=verdict,
        figure=number(answer.observed) if about else None,
        limit=answer.rule.limit.value if about and answer.rule.limit else None,
        needs=needs,
        says=_says(cause, "fact" if mine and verdict == "inconclusive" else verdict, needs),
    )


def _says(cause: Cause, verdict: str, needs: Sequence[str]) -> Text:
    words = load().labels
    special = f"considered.{verdict}.{cause.step}"
    names = list(dict.fromkeys(words[need.partition(".")[2] or need] for need in needs))
    listed = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
    metric = load().metrics[cause.metric].label
    told = words[special if special in words else f"considered.{verdict}"]
    return told.fill(cause=cause.label, needs=listed, metric=metric)
