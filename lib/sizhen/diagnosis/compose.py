"""The findings document of a diagnosis."""

from __future__ import annotations

from datetime import date, timedelta

from sizhen import document
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.considered import considered
from sizhen.diagnosis.facts import Facts
from sizhen.diagnosis.findings import issued_on, number
from sizhen.diagnosis.judge import Key
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.verdict import verdict
from sizhen.diagnosis.vitals import vitals
from sizhen.vocab import load


def compose(
    chart: Chart,
    sales: Sales,
    real: frozenset[Key],
    findings: list[document.Finding],
    judgements: list[document.Judgement],
    outcomes: list[document.AdviceOutcome],
) -> document.Document:
    """`real`: the changes that are; `findings` ranked; `judgements`: the answers to the rules; `outcomes`: what came of
    the last advice."""
    period, base = chart.period, chart.period.baseline
    causes = considered(chart, findings, judgements)
    unknown = [j for j in judgements if j.state == "unknown"]
    data = _data(chart)
    return document.Document(
        schema=document.SCHEMA,
        shop_id=chart.shop.id,
        period=document.Days(period.start, period.end),
        baseline=document.Baseline(base.start, base.end) if chart.comparable else None,
        issued_on=issued_on(chart),
        data=data,
        sales=document.Sales(
            observed=number(sales.observed),
            expected=number(sales.expected),
            low=number(sales.low),
            high=number(sales.high),
            target=number(sales.target),
        ),
        split=tuple(document.SplitPart(path, amount) for path, amount in sales.split.items()),
        cost_lines=tuple(
            document.CostLine(name, number(observed), number(expected)) for name, observed, expected in sales.cost_lines
        ),
        findings=tuple(findings),
        not_concluded=tuple(document.NotConcluded(j.rule.id, j.needs, j.says[chart.language]) for j in unknown),
        previous=tuple(outcomes),
        maturity=tuple(_maturity(chart, i) for i in data.immature if load().metrics[i.metric].maturity_days),
        verdict=verdict(Facts(chart, sales, real, findings, judgements, causes)),
        vitals=vitals(chart, sales, real),
        considered=causes,
    )


def _data(chart: Chart) -> document.Data:
    tables = {}
    for name, spec in load().tables.items():
        if not chart.shop.has(name):
            continue
        frame = chart.shop.table(name)
        days = frame[spec.dated].dropna() if spec.dated else frame.iloc[:0, 0]
        first, last = (days.min().date(), days.max().date()) if len(days) else (None, None)
        tables[name] = document.Coverage(len(frame), first, last)
    return document.Data(
        fingerprint=chart.shop.fingerprint(),
        tables=tables,
        missing=tuple(chart.shop.missing),
        missing_days=tuple(chart.faults.missing),
        partial_days=_partial_days(chart),
        immature=tuple(chart.immature()),
        orders=tuple(chart.orders_told()),
    )


def _partial_days(chart: Chart) -> tuple[date, ...]:
    """Those of the period that are there, if in part."""
    days = chart.faults.in_part
    return tuple(d for d in days if chart.period.start <= d <= chart.period.end and d not in chart.faults.missing)


def _maturity(chart: Chart, immature: document.Immature) -> document.Maturity:
    """What was so on the period's last day is final as many days later as the metric takes."""
    days = load().metrics[immature.metric].maturity_days
    return document.Maturity(immature.metric, immature.since, chart.period.end + timedelta(days=days))
