"""The figure of a finding over time: what a small line beside it shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sizhen.diagnosis.case import Case
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.panel import SHOP, Panel, panel
from sizhen.diagnosis.sources import SOURCES
from sizhen.document import Finding
from sizhen.vocab import load

DAYS = 56  # up to the period's end
FEW = "reviews"  # on a day: weeks are shown


def series(case: Case) -> dict[str, pd.DataFrame]:
    """By finding that is to act on or to watch, where its metric is known day by day: `date` and `value` (in the
    metric's unit, NaN unknown) of the DAYS up to the period's end; what reviews tell by weeks, on their first day."""
    shown = {}
    for finding in case.findings:
        if finding.state in ("act", "watch") and (line := _line(case.chart, finding)) is not None:
            shown[finding.id] = line
    return shown


def _line(chart: Chart, finding: Finding) -> pd.DataFrame | None:
    found = _panel(chart, finding)
    if found is None:
        return None
    made, member, table = found
    top, bottom = made.top[-DAYS:, member], made.bottom[-DAYS:, member]
    days = made.days[-DAYS:]
    if table == FEW:
        whole = len(days) // 7 * 7
        days, top, bottom = days[-whole::7], _weekly(top[-whole:]), _weekly(bottom[-whole:])
    with np.errstate(invalid="ignore", divide="ignore"):
        values = top / bottom
    return pd.DataFrame({"date": days, "value": values}).replace([np.inf, -np.inf], np.nan)


def _weekly(daily: np.ndarray) -> np.ndarray:
    return np.nansum(daily.reshape(-1, 7), axis=1)


def _panel(chart: Chart, finding: Finding) -> tuple[Panel, int, str] | None:
    """The daily figures the finding is about, and which of their members it is, and their table."""
    metric = load().metrics[finding.metric]
    columns = {"date", metric.numerator, *([metric.denominator] if metric.denominator else [])}
    aspect = load().causes[finding.cause].aspect
    for name, source in SOURCES.items():
        member = _member(finding.subject, source.by)
        key = f"{name}:{aspect}" if aspect and source.table == "reviews" else name
        frame = None if member is None else chart.frame(key)
        if frame is None or not columns <= set(frame.columns):
            continue
        made = panel(frame, chart.grid(key), finding.metric)
        if made is not None and member in made.members:
            return made, made.members.index(member), source.table
    return None


def _member(subject: Mapping[str, str], by: tuple[str, ...]) -> str | None:
    """What the rows of a source call the subject; None where they are of something else."""
    return ("\t".join(subject[key] for key in by) or SHOP) if set(subject) == set(by) else None
