"""Each rule's answer: healthy, worth watching, to act on, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sizhen.diagnosis import rule_words
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.judge import Key
from sizhen.diagnosis.reading import Reading
from sizhen.document import Finding, Judgement
from sizhen.exam.figures import Figure
from sizhen.tables.chance import counting_noise
from sizhen.vocab import Limit, Rule, Text, load


def missing(chart: Chart, needs: Iterable[str]) -> tuple[str, ...]:
    """What of it the shop lacks: tables, or table.column without a known value in the period."""
    lacking: list[str] = []
    for need in needs:
        table, _, column = need.partition(".")
        derived = table == "shop_daily" and column and chart.shop.has("orders")
        if not chart.shop.has(table) and not derived:
            lacking += [table] if table not in lacking else []
        elif column:
            values = _inside(chart, table, column)
            if values.isna().all() or (values.dtype == "str" and (values == "").all()):
                lacking.append(need)
    return tuple(lacking)


def _inside(chart: Chart, table: str, column: str) -> pd.Series:
    """The column's values in the period; where rows have a day, a day or moment counts where it lies in the period
    itself, whatever day its row is dated by."""
    spec = load().table(table)
    kind = next(c.kind for c in spec.columns if c.name == column)
    if spec.dated and kind in ("date", "datetime") and chart.shop.has(table):
        return chart.period.clip(chart.shop.table(table), column)[column]
    return chart.inside(table)[column]


def broken(limit: Limit, value: float, n: float, unit: str) -> bool:
    """True when the value is beyond the limit by more than chance; counting noise for rates, none for sums."""
    share = unit == "rate" and 0 <= value <= 1 and n > 0
    margin = counting_noise(value, n) if share else 0.0
    match limit.bad:
        case "above":
            return value - margin > limit.value
        case "from":
            return value - margin >= limit.value
        case _:
            return value + margin < limit.value


def _wrong_side(limit: Limit, value: float) -> bool:
    """True where the value lies beyond the limit, whatever chance may do."""
    match limit.bad:
        case "above":
            return value > limit.value
        case "from":
            return value >= limit.value
        case _:
            return value < limit.value


def _needs(rule: Rule, needs: tuple[str, ...]) -> Judgement:
    words = load().labels
    names = list(dict.fromkeys(words[x.partition(".")[2] or x] for x in needs))
    says = Text(
        words["unknown_needs"].zh.format(needs="、".join(t.zh for t in names)),
        words["unknown_needs"].en.format(needs=", ".join(t.en for t in names)),
    )
    return Judgement(rule, "unknown", says, None, 0.0, (), needs)


def worst(chart: Chart, rule: Rule, real: frozenset[Key]) -> Reading | None:
    """Of what the rule watches, the figure that got worse by most, where that is real and shows in the numbers as they
    are written; None where nothing did."""
    if rule.watches is None:
        return None
    metric, source = rule.watches
    down, currency = load().metrics[metric].good != "down", chart.shop.profile.currency
    fallen = [
        r for r in chart.readings(metric, source) or () if (metric, source, r.member) in real and (r.ratio < 1) == down
    ]
    told = [r for r in fallen if len(set(rule_words.pair(r, currency))) > 1]
    return max(told, key=lambda r: abs(r.observed - r.expected) * r.bottom, default=None)


def _chance(finding: Finding) -> bool:
    """True for what could be gained where nothing is wrong."""
    return finding.stake.kind == "opportunity" and load().causes[finding.cause].step == "unexplained"


@dataclass(frozen=True)
class Answer:
    """What one rule is answered from: its number, and the findings whose cause answers it."""

    chart: Chart
    rule: Rule
    figure: Figure | None
    findings: tuple[Finding, ...]

    @property
    def n(self) -> float:
        return float("nan") if self.figure is None else self.figure.n

    @property
    def value(self) -> float | None:
        known = self.figure is not None and np.isfinite(self.figure.value)
        return self.figure.value if known and self.figure is not None else None

    def say(self, state: str, text: Text, **more: Text) -> Judgement:
        values = rule_words.numbers(self.chart, self.rule, self.figure) | more
        return Judgement(self.rule, state, text.fill(**values), self.value, self.n, self.findings)

    def unknown(self, says: Text, needs: tuple[str, ...] = ()) -> Judgement:
        return Judgement(self.rule, "unknown", says, self.value, self.n, (), needs)

    def beside_limit(self) -> Judgement | None:
        """Where the number lies on the wrong side of its limit, as both are written. What may be chance is watched, and
        said to be that."""
        limit, value, rule = self.rule.limit, self.value, self.rule
        if limit is None or value is None or not _wrong_side(limit, value):
            return None
        currency = self.chart.shop.profile.currency
        same = rule_words.shown(value, rule.metric or "", currency) == rule_words.limit_text(rule, currency)
        if same and limit.bad != "from":
            return None
        answer = self.say("watch", rule.unhealthy)
        if broken(limit, value, self.n, load().metrics[rule.metric or ""].unit):
            return answer
        maybe = load().words["may_be_chance"]
        return replace(answer, says=Text(answer.says.zh + maybe.zh, f"{answer.says.en} {maybe.en}"))


def judge(chart: Chart, rule: Rule, figure: Figure | None, findings: list[Finding], real: frozenset[Key]) -> Judgement:
    """The rule's answer: from the findings whose cause answers it, else from what it watches and its limit. `figure`:
    what it watches, None for a rule that its findings alone answer.

    A finding in state `ok` is a fact that nothing followed: it stands with the answer and does not decide it."""
    lacking = missing(chart, rule.needs)
    if lacking:
        return _needs(rule, lacking)
    facts = tuple(f for f in findings if f.cause in rule.causes and not _chance(f))
    told = tuple(f for f in facts if f.state != "ok")
    answer = Answer(chart, rule, figure, facts)
    if told:
        state = "act" if any(f.state == "act" for f in told) else "watch"
        return answer.say(state, rule.found or rule.unhealthy, place=rule_words.places(chart, told))
    fell = worst(chart, rule, real)
    if fell is not None and rule.changed is not None and rule.watches is not None:
        return answer.say("watch", rule.changed, **rule_words.change(chart, fell, rule.watches[1]))
    if answer.value is None and rule.lacks:
        return answer.unknown(load().words[f"unknown_{rule.lacks}"], (rule.lacks,))
    few = rule.metric and rule.min_n and answer.n < rule.min_n
    if few or (rule.limit is not None and answer.value is None):
        return answer.unknown(rule_words.few(rule, answer.n))
    if beyond := answer.beside_limit():
        return beyond
    if rule.causes and not chart.comparable:
        return answer.unknown(load().labels["unknown_baseline"], ("baseline",))
    return answer.say("ok", rule.healthy)
