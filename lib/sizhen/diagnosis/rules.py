"""Each rule's answer: healthy, worth watching, to act on, or unknown with its reason."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sizhen.diagnosis import wording
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.judge import Key
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
            values = chart.inside(table)[column]
            if values.isna().all() or (values.dtype == "str" and (values == "").all()):
                lacking.append(need)
    return tuple(lacking)


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


def _figures(chart: Chart, rule: Rule, value: float) -> dict[str, Text]:
    """`observed` and `limit` as the rule's sentences tell them."""
    if rule.metric is None:
        return dict.fromkeys(("observed", "limit"), Text("", ""))
    values = [value, None if rule.limit is None else rule.limit.value]
    shown = wording.together(values, rule.metric, chart.shop.profile.currency)
    return dict(zip(("observed", "limit"), shown, strict=True))


def _unknown(chart: Chart, rule: Rule, needs: tuple[str, ...], n: float) -> Judgement:
    words = load().labels
    if needs:
        names = list(dict.fromkeys(words[x.partition(".")[2] or x] for x in needs))
        says = Text(
            words["unknown_needs"].zh.format(needs="、".join(t.zh for t in names)),
            words["unknown_needs"].en.format(needs=", ".join(t.en for t in names)),
        )
    else:
        says = words["unknown_few"].fill(n=f"{n:,.0f}", least=f"{rule.min_n:,}")
    return Judgement(rule, "unknown", says, None, n, (), needs)


def worse(chart: Chart, rule: Rule, real: frozenset[Key]) -> bool:
    """True when the figure the rule watches has really changed for the worse, somewhere."""
    if rule.watches is None:
        return False
    metric, source = rule.watches
    readings = chart.readings(metric, source)
    if readings is None:
        return False
    down = load().metrics[metric].good != "down"
    return any((metric, source, r.member) in real and (r.ratio < 1) == down for r in readings)


def _chance(finding: Finding) -> bool:
    """True for what could be gained where nothing is wrong."""
    return finding.stake.kind == "opportunity" and load().causes[finding.cause].step == "unexplained"


def judge(chart: Chart, rule: Rule, figure: Figure | None, findings: list[Finding], real: frozenset[Key]) -> Judgement:
    """The rule's answer: from the findings whose cause answers it, else from what it watches and its limit. `figure`:
    what it watches, None for a rule that its findings alone answer. A fact without an effect is told with the answer,
    and does not make it."""
    lacking = missing(chart, rule.needs)
    if lacking:
        return _unknown(chart, rule, lacking, 0.0)
    mine = tuple(f for f in findings if f.cause in rule.causes and not _chance(f))
    value, n = (float("nan"), float("nan")) if figure is None else (figure.value, figure.n)
    known = np.isfinite(value)
    values = _figures(chart, rule, value)
    answer = (value if known else None, n)
    states = {f.state for f in mine}
    if states & {"act", "watch"}:
        state = "act" if "act" in states else "watch"
        return Judgement(rule, state, rule.unhealthy.fill(**values), *answer, mine)
    if worse(chart, rule, real):
        return Judgement(rule, "watch", rule.unhealthy.fill(**values), *answer, ())
    if not known and rule.lacks:
        return Judgement(rule, "unknown", load().words[f"unknown_{rule.lacks}"], None, n, (), (rule.lacks,))
    if rule.metric and rule.min_n and n < rule.min_n:
        return _unknown(chart, rule, (), n)
    if rule.limit is not None:
        if not known:
            return _unknown(chart, rule, (), n)
        if broken(rule.limit, value, n, load().metrics[rule.metric or ""].unit):
            return Judgement(rule, "watch", rule.unhealthy.fill(**values), *answer, ())
    if rule.causes and not chart.comparable:
        return Judgement(rule, "unknown", load().labels["unknown_baseline"], answer[0], n, (), ("baseline",))
    return Judgement(rule, "ok", rule.healthy.fill(**values), *answer, mine)
