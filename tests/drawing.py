"""Charts drawn to be measured."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from sizhen.view import plots


def drawn(name: str, frame: pd.DataFrame) -> Axes:
    """The chart, laid out; no text under 9.5 points, none beyond the picture's edge."""
    axes = getattr(plots, name)(frame)
    assert axes is not None
    axes.figure.canvas.draw()
    width = axes.figure.bbox.width
    for text in (t for t in axes.figure.findobj(Text) if t.get_text().strip()):
        assert text.get_fontsize() >= 9.5
        box = text.get_window_extent()
        assert box.x0 >= -1 and box.x1 <= width + 1, text.get_text()
    return axes


def said(axes: Axes) -> str:
    """The headline in one line."""
    return str(axes.figure.get_suptitle()).replace("\n", " ")  # type: ignore[union-attr]
