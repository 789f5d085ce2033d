"""Names beside bubbles, each where it covers neither another name nor a bubble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sizhen.view import style
from sizhen.view.plots.base import SMALL

AWAY = (3, 12, 24, 38)  # points between a bubble and its name, nearest first
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


def _candidates(radius: float) -> Iterator[tuple[float, float, str, str, bool]]:
    """Offsets in points from the bubble's middle, with how the text is aligned there and whether it is far."""
    for away in AWAY:
        for right, up in SIDES:
            reach = (radius + away) * (0.75 if right and up else 1.0)
            ha = {1: "left", 0: "center", -1: "right"}[right]
            va = {1: "bottom", 0: "center", -1: "top"}[up]
            yield reach * right, reach * up, ha, va, away > AWAY[0]


def name_bubbles(axes: Axes, names: Sequence[str], points: Any, radii: Any, lines: Sequence[Bbox] = ()) -> list[Text]:
    """Writes each name beside its bubble (data coordinates; radii in points), largest first; far ones get a thread.

    `lines` (data coordinates) are crossed only where there is no other place. The figure must have been laid out. A
    name without any free place is not written.
    """
    figure: Any = axes.figure
    scale = figure.dpi / 72
    middles = axes.transData.transform(points)
    taken = [Bbox.from_extents(x - r, y - r, x + r, y + r) for (x, y), r in zip(middles, radii * scale, strict=True)]
    drawn = [line.transformed(axes.transData).padded(2) for line in lines]
    written: list[Text] = []
    for at in np.argsort(-np.asarray(radii)):
        for obstacles in ([*taken, *drawn], taken):
            text = _name(axes, names[at], tuple(points[at]), float(radii[at]), obstacles)
            if text is not None:
                taken.append(_box(text))
                written.append(text)
                break
    return written


def _name(axes: Axes, name: str, point: tuple[float, float], radius: float, obstacles: Sequence[Bbox]) -> Text | None:
    """The name at the first place where it covers no obstacle, inside the axes."""
    thread = {"arrowstyle": "-", "color": style.BEFORE, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
    frame = axes.get_window_extent()
    for dx, dy, ha, va, far in _candidates(radius):
        text = axes.annotate(
            name,
            point,
            (dx, dy),
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=SMALL,
            arrowprops=thread if far else None,
        )
        box = _box(text)
        if _within(box, frame) and not any(box.overlaps(other) for other in obstacles):
            return text
        text.remove()
    return None


def _box(text: Any) -> Bbox:
    """Where the name itself stands, without its thread."""
    renderer = text.figure.canvas.get_renderer()
    text.update_positions(renderer)
    return Text.get_window_extent(text, renderer).padded(2)


def _within(box: Bbox, frame: Bbox) -> bool:
    return box.x0 >= frame.x0 and box.x1 <= frame.x1 and box.y0 >= frame.y0 and box.y1 <= frame.y1
