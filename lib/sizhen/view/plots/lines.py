"""What charts over time share: names at the ends of lines instead of a legend, and quiet value axes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, PercentFormatter

from sizhen.view.plots.base import SMALL, axis_unit

APART = 0.1  # of the axis height: two names closer than this would overlap
STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # seconds between two ticks
TICKS = 5


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
