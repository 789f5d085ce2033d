"""What became of every cause: found, looked for and not found, or not to be seen in this shop's data."""

from __future__ import annotations

from collections.abc import Sequence

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.findings import number
from sizhen.diagnosis.rules import missing
from sizhen.document import Considered, Finding, Judgement
from sizhen.vocab import Cause, Text, load

BASELINE = "baseline"


def considered(chart: Chart, findings: Sequence[Finding], judgements: Sequence[Judgement]) -> tuple[Considered, ...]:
    """Every cause of causes.toml once, in its order. Retained: named by a finding to act on or watch whose effect is
    not in doubt. Untestable: every rule that asks for it lacks tables or figures, or the days before."""
    told = {f.cause for f in findings if f.state in ("act", "watch") and f.level != "D"}
    return tuple(_entry(chart, cause, cause.id in told, judgements) for cause in load().causes.values())


def _entry(chart: Chart, cause: Cause, retained: bool, judgements: Sequence[Judgement]) -> Considered:
    asking = [(j, missing(chart, j.rule)) for j in judgements if cause.id in j.rule.causes]
    answer, needs = min(asking, key=lambda x: len(x[1]))
    if not needs and not chart.comparable and cause.may_act != "always":
        needs = (BASELINE,)
    limit = answer.rule.limit
    state = "retained" if retained else "untestable" if needs else "inconclusive"
    return Considered(
        cause=cause.id,
        verdict=state,  # type: ignore[arg-type]
        figure=None if needs else number(answer.observed),
        limit=None if needs or limit is None else limit.value,
        needs=() if retained else needs,
        says=_says(cause, state, needs),
    )


def _says(cause: Cause, state: str, needs: Sequence[str]) -> Text:
    words = load().labels
    names = list(dict.fromkeys(words[need.partition(".")[2] or need] for need in needs))
    listed = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
    return words[f"considered.{state}"].fill(cause=cause.label, needs=listed)
