"""A case of which findings and outcomes are given, not worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sizhen.diagnosis.case import Case
from sizhen.diagnosis.chart import Chart


def case_with(chart: Chart, findings: Sequence[Any] = (), outcomes: Sequence[Any] = ()) -> Case:
    """The case of `chart` with these findings and what came of the last advice; nothing has really changed."""
    case = Case(chart)
    case.__dict__.update(findings=list(findings), real=frozenset(), outcomes=list(outcomes))
    return case
