"""Frames of the advice, and the figures that check.who, check.plan and check.revisit watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sizhen.exam.figures import Figure, figure, ratio
from sizhen.vocab.loader import ROLES

if TYPE_CHECKING:
    from sizhen.diagnosis.case import Case

HELPED, HELPED_NOT = ("recovered", "improved"), ("unchanged", "worse")


def acts(case: Case) -> pd.DataFrame:
    """Per finding to act on: finding, who (a role), due_days (days until it should be done; unknown or 0: no day)."""
    rows = [(f.id, f.advice.who, f.advice.due_days) for f in case.findings if f.state == "act"]
    return pd.DataFrame(rows, columns=["finding", "who", "due_days"])


def outcomes(case: Case) -> pd.DataFrame:
    """Per advice of the last findings: finding, outcome (recovered, improved, unchanged, worse, unknown)."""
    return pd.DataFrame([(o.finding, o.outcome) for o in case.outcomes], columns=["finding", "outcome"])


@figure("advice.acts:unassigned")
def unassigned(acts: pd.DataFrame) -> Figure:
    """Findings to act on that are nobody's."""
    return Figure(float((~acts["who"].isin(ROLES)).sum()), float(len(acts)))


@figure("advice.acts:undated")
def undated(acts: pd.DataFrame) -> Figure:
    """Findings to act on without a day by which."""
    return Figure(float((~(acts["due_days"] > 0)).sum()), float(len(acts)))


@figure("advice.outcomes:helped")
def helped(outcomes: pd.DataFrame) -> Figure:
    """Share of the last advice that helped, of what can be judged."""
    judged = outcomes["outcome"][outcomes["outcome"].isin(HELPED + HELPED_NOT)]
    return Figure(ratio(float(judged.isin(HELPED).sum()), float(len(judged))), float(len(judged)))
