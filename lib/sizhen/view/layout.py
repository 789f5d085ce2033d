"""Where the axes of a chart stand: below its headline, above its key, and as large as names and values allow."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.text import Annotation, Text
from numpy.typing import NDArray

PAD = 3 / 72  # inches of white around axes and figure texts
NOWHERE = (0.5, 0.0)
Pixels = NDArray[np.float64]


class Margins(LayoutEngine):
    """Room around one grid of axes for what is written there; its rows are equally far apart, and so its columns.

    Of the axes only texts are measured, as charts clip the rest. Constrained layout, which this replaces, measures
    all of them and all else four times. Texts of the figure that hang from the top stand above the axes, others below.
    """

    _adjust_compatible = True
    _colorbar_gridspec = False

    def execute(self, fig: Figure) -> None:
        """Moves the axes of the grid, unless nothing would be left of them; others that `fig` has stay."""
        shown: list[Any] = [axes for axes in fig.axes if axes.get_visible() and axes.get_subplotspec() is not None]
        if not shown:
            return
        for axis in (axis for axes in shown for axis in (axes.xaxis, axes.yaxis) if not axis.label.get_visible()):
            axis.set_label_coords(*NOWHERE)  # to place a label all tick labels are measured again, even if unseen
        written = [Written(axes) for axes in shown]
        width, height = fig.bbox.size
        pad = PAD * fig.dpi
        headlines = [text for text in fig.texts if text.get_verticalalignment() == "top"]
        high = min((text.get_window_extent().y0 - pad for text in headlines), default=height)
        low = max((text.get_window_extent().y1 + pad for text in fig.texts if text not in headlines), default=0.0)
        for _ in range(2):  # what hangs over depends on how large the axes are
            (left, right), (bottom, top) = _margins(written, pad)
            x0, x1, y0, y1 = left[0], width - right[-1], low + bottom[-1], high - top[0]
            wide, tall = _between(left[1:] + right[:-1], x1 - x0), _between(bottom[:-1] + top[1:], y1 - y0)
            if wide is None or tall is None:
                return
            fig.subplots_adjust(x0 / width, y0 / height, x1 / width, y1 / height, wide, tall)


class Written:
    """What is written in and around one Axes. Plain texts are measured once: they move with the axes, never grow."""

    def __init__(self, axes: Any):
        self.axes, self.place = axes, axes.get_subplotspec()
        self._notes = [text for text in axes.texts if isinstance(text, Annotation)]
        self._texts = [text for text in axes.texts if not isinstance(text, Annotation)]
        self._around = [text.get_window_extent().get_points() - _anchor(text) for text in self._texts]

    def beyond(self) -> tuple[Pixels, Pixels]:
        """Pixels that texts reach beyond the axes: left and bottom, right and top."""
        outer = self.axes.get_tightbbox(for_layout_only=True, bbox_extra_artists=self._notes)
        corners = [around + _anchor(text) for around, text in zip(self._around, self._texts, strict=True)]
        boxes, inner = np.array([outer.get_points(), *corners]), self.axes.bbox
        return np.fmax(0.0, inner.min - boxes[:, 0]).max(axis=0), np.fmax(0.0, boxes[:, 1] - inner.max).max(axis=0)


def _anchor(text: Text) -> Pixels:
    point: Pixels = text.get_transform().transform(text.get_unitless_position())
    return point


def _margins(written: list[Written], pad: float) -> tuple[Pixels, Pixels]:
    """Pixels beside the axes, `pad` included: left and right by column, bottom and top by row."""
    rows, columns = written[0].place.get_gridspec().get_geometry()
    sides, ends = np.full((2, columns), pad), np.full((2, rows), pad)
    for each in written:
        beyond = np.array(each.beyond()) + pad
        column, row = each.place.colspan.start, each.place.rowspan.start
        sides[:, column] = np.maximum(sides[:, column], beyond[:, 0])
        ends[:, row] = np.maximum(ends[:, row], beyond[:, 1])
    return sides, ends


def _between(gaps: Pixels, whole: float) -> float | None:
    """The widest of `gaps` in parts of an axes, of which there is one more than gaps; None where they do not fit."""
    gap = float(gaps.max(initial=0.0))
    left = whole - gap * len(gaps)
    return gap * (len(gaps) + 1) / left if left > 0 else None
