"""What a shop's data cannot answer, and which import would answer most of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sizhen.diagnosis.chart import Chart
from sizhen.document import Judgement
from sizhen.vocab import load

BASELINE = "baseline"


def answered(chart: Chart, judgements: Sequence[Judgement]) -> tuple[int, int]:
    """(rules that could be judged, rules that the shop has the tables for)."""
    known = [j for j in judgements if j.state != "unknown"]
    there = [j for j in judgements if all(chart.shop.has(need.partition(".")[0]) for need in j.rule.needs)]
    return len(known), len({j.rule.id for j in (*known, *there)})


def best_import(judgements: Sequence[Judgement]) -> tuple[str, int] | None:
    """(table, questions that it alone would answer) of the table that answers most; None where no table is missing."""
    lacking = [{need.partition(".")[0] for need in j.needs} for j in judgements if j.state == "unknown"]
    alone = Counter(table for tables in lacking if len(tables) == 1 for table in tables if table in load().tables)
    return max(alone.items(), key=lambda x: (x[1], x[0]), default=None)


def days_before(judgements: Sequence[Judgement]) -> int:
    """Questions that only lack the days before the period."""
    return sum(j.needs == (BASELINE,) for j in judgements)
