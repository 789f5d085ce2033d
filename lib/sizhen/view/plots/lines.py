"""What charts over time share: lines by series, their names at the ends instead of a legend, quiet value axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, PercentFormatter

from sizhen.view import style
from sizhen.view.plots.base import SMALL, axis_unit

NOW, BEFORE = "period", "before"
TONE = {NOW: style.NOW, BEFORE: style.BEFORE}
DOTS: dict[str, Any] = {"linewidth": 0, "zorder": 3, "legend": False}  # of seaborn's scatterplot, over lines and ranges
APART = 0.1  # of the axis height: two names closer than this would overlap
STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # seconds between two ticks
TICKS = 5


def lines(axes: Axes, frame: pd.DataFrame, y: str, by: str | None = None, *, x: str = "date", **look: Any) -> None:
    """A line per value of column `by`, open where `y` is unknown. `look`: options of seaborn's lineplot, whose `hue`
    is `by` unless it is named."""
    unknown = frame[y].isna()
    if unknown.all():
        return
    if unknown.any() or "hue" in look:
        series = pd.Series(0, index=frame.index) if by is None else frame[by]
        look["units"] = frame.groupby([series, unknown.groupby(series).cumsum()]).ngroup()
    sns.lineplot(
        frame, x=x, y=y, **{"hue": by} | look, estimator=None, errorbar=None, sort=False, legend=False, ax=axes
    )


def now_and_before(axes: Axes, days: pd.DataFrame, y: str, inside: pd.Series, **look: Any) -> None:
    """A line over days: grey up to the first day of the period, blue `inside` it."""
    joined = ~inside | (days["date"] == days.loc[inside, "date"].min())
    parts = pd.concat({BEFORE: days.loc[joined, ["date", y]], NOW: days.loc[inside, ["date", y]]}, names=["when"])
    lines(axes, parts.reset_index("when").reset_index(drop=True), y, "when", palette=TONE, **look)


def value_axis(axes: Axes, unit: str) -> None:
    """At most five ticks on the value axis, in round percents or round seconds and minutes."""
    axes.locator_params(axis="y", nbins=TICKS)
    axis_unit(axes, unit)
    if unit == "rate":
        axes.yaxis.set_major_formatter(percents(axes.get_ylim()[1]))
    if unit == "seconds":
        top = axes.get_ylim()[1]
        axes.yaxis.set_major_locator(MultipleLocator(next((s for s in STEPS if top / s <= TICKS), STEPS[-1])))


def percents(top: float) -> PercentFormatter:
    """Whole percents, with a decimal where the axis ends below 5 %."""
    return PercentFormatter(1, decimals=0 if top >= 0.05 else 1)


def name_lines(axes: Axes, ends: list[tuple[str, float, str]]) -> None:
    """Writes (name, last value, colour) right of the axes at each line's end, moved apart where needed."""
    low, high = axes.get_ylim()
    place = -np.inf
    for name, value, colour in sorted(ends, key=lambda end: end[1]):
        place = max(value, place + APART * (high - low))
        at = (1.01, place)
        axes.annotate(name, at, xycoords=("axes fraction", "data"), color=colour, fontsize=SMALL, va="center")
