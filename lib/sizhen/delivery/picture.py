"""The one picture of a mail: from expected to actual sales, drawn for the width of a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sizhen.delivery.letter import Step
from sizhen.view import labels, palette, style

WIDTH, ROW = 3.0, 0.44  # inches; at 100 dots an inch they are the CSS pixels of a phone
DPI = 300
BAR = 0.42  # of a row
LINE: dict[str, Any] = {  # 10 points are 14 CSS pixels
    "fontsize": 10,
    "va": "center",
    "color": style.INK,
    "bbox": {"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.5},
}


def waterfall(steps: Sequence[Step]) -> bytes:
    """A PNG with one row per step: its name, its amount, and below them its bar on a common scale that has 0.

    The same steps give the same bytes.
    """
    style.apply()
    figure = plt.figure(figsize=(WIDTH, ROW * len(steps) + 0.04), dpi=DPI)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ends = [edge for step in steps for edge in (step.start, step.end)]
    low, high = min(0.0, *ends), max(0.0, *ends) or 1.0
    for row, step in enumerate(steps):
        colour = _colour(step, last=row == len(steps) - 1)
        thin = 0.0 if step.total else 0.8  # the outline keeps the smallest amount in sight
        axes.barh(
            row + 0.7,
            step.end - step.start,
            left=step.start,
            height=BAR,
            color=colour,
            edgecolor=colour,
            linewidth=thin,
        )
        if row:
            axes.vlines(steps[row - 1].end, row - 0.1, row + 0.5, color=style.QUIET, linewidth=0.6)
        for x, side, text in ((0, "left", labels.drawable(step.name)), (1, "right", step.shown)):
            axes.annotate(text, (x, row + 0.26), xycoords=axes.get_yaxis_transform(), ha=side, **LINE)
    axes.set_xlim(low, high)
    axes.set_ylim(len(steps) + 0.02, -0.02)
    axes.axis("off")
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    plt.close(figure)
    return palette.png(np.asarray(canvas.buffer_rgba()))


def _colour(step: Step, *, last: bool) -> str:
    if step.total:
        return style.NOW if last else style.BEFORE
    return style.WORSE if step.end < step.start else style.BETTER
