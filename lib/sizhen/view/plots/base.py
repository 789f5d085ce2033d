"""What every chart shares: its canvas, its headline, its alternative text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import offset_copy

from sizhen.view import labels, style
from sizhen.view.layout import PAD, Margins

Draw = TypeVar("Draw", bound=Callable[..., Axes | None])
LINE_WIDTH = 49  # columns of a headline's line
DRAWN_WIDE = "“”→…"  # by our font, though Unicode leaves it open
NEVER_FIRST = "，。、；：！？）%」”"
NEVER_LAST = "（「“"
SMALL = 9.5
COLUMN = 0.07  # inches a Latin character takes at that size


def chart(draw: Draw) -> Draw:
    """Marks a chart: an empty frame draws nothing and gives None; the headline becomes the figure's alternative text
    (`figure.sz_alt`)."""

    @wraps(draw)
    def run(frame: pd.DataFrame, **options: Any) -> Axes | None:
        if frame.empty:
            return None
        axes = draw(frame, **options)
        if axes is not None:
            figure: Any = axes.figure
            figure.sz_alt = figure.get_suptitle().replace("\n", "" if labels.reader.language == "zh" else " ")
        return axes

    return cast(Draw, run)


def canvas(height: float = 2.8) -> tuple[Figure, Axes]:
    """A figure of 4.4 x `height` inches at 200 dpi with one Axes."""
    figure, axes = grid(height)
    return figure, axes[0, 0]


def panels(height: float, rows: int) -> tuple[Figure, list[Axes]]:
    """`canvas` with `rows` Axes one above the other over the same x axis."""
    figure, axes = grid(height, rows, sharex=True)
    return figure, list(axes[:, 0])


def grid(height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """`canvas` with rows and columns of Axes; `options` of pyplot's subplots."""
    size = (style.WIDTH, height)
    figure, axes = plt.subplots(rows, columns, squeeze=False, figsize=size, dpi=style.DPI, layout=Margins(), **options)
    for axis in (axis for each in axes.flat for axis in (each.xaxis, each.yaxis)):
        axis.set_label_text(" ", visible=False)  # else seaborn makes all ticks to write the column's name
    return figure, axes


def rows_high(rows: int) -> float:
    """Height in inches of a chart with so many horizontal bars."""
    return 0.8 + 0.25 * rows


def wrap(text: str, columns: float = LINE_WIDTH) -> str:
    """The text in lines of at most `columns` (a Chinese character takes two), broken between words or characters, never
    between a number and its unit."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _long(line + piece.rstrip()) > columns and piece[0] not in NEVER_FIRST:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return "\n".join([*lines, line.rstrip()])


def _long(text: str) -> float:
    """Width in halves of a Chinese character: capitals and digits are wider than small letters, spaces narrower."""
    return sum(
        2.0
        if labels.width(c) == 2 or c in DRAWN_WIDE
        else 0.5
        if c == " "
        else 1.12
        if c.isupper() or c.isdigit()
        else 1.0
        for c in text
    )


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for c in text:
        before = pieces[-1] if pieces else " "
        last, word = before[-1], labels.width(c) == labels.width(before[-1]) == 1 and before[-1] != " "
        unit = labels.width(c) == 2 and before[-2:-1].isdigit() and last == " "
        if last in NEVER_LAST or word or unit:
            pieces[-1] += c
        else:
            pieces.append(c)
    return pieces


def headline(axes: Axes, id: str, **values: object) -> None:
    """The chart's answer in one sentence: template `id` of the vocabulary, filled."""
    figure: Any = axes.figure
    text = labels.drawable(labels.say(id, **values))
    y = 1 - PAD / figure.get_figheight()
    figure.suptitle(wrap(text[:1].upper() + text[1:]), x=0.012, y=y, ha="left", linespacing=1.25)


def key(axes: Axes, id: str, **values: object) -> None:
    """One quiet line at the foot that says how to read the marks: word or template `id`."""
    figure: Any = axes.figure
    text = wrap(labels.drawable(labels.say(id, **values)), LINE_WIDTH * 1.25)
    y = PAD / figure.get_figheight()
    figure.supxlabel(text, x=0.012, y=y, ha="left", fontsize=SMALL, color=style.QUIET)


def axis_name(axes: Axes, id: str, which: str = "x") -> None:
    """Says beside one axis what it measures: word `id`."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_label_text(labels.name(id), fontsize=SMALL, visible=True)


def axis_unit(axes: Axes, unit: str, which: str = "y") -> None:
    """Ticks of one axis in the reader's short form of `unit`."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: labels.compact(value, unit)))


def day_axis(axes: Axes, days: pd.Series) -> None:
    """At most five day ticks, evenly spaced from the first day."""
    first, last = days.min(), days.max()
    step = max(1, -(-(last - first).days // 4))
    ticks = [first + pd.Timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    axes.set_xticks(ticks, [labels.day(t) for t in ticks])


def bare(axes: Axes) -> None:
    """No value axis: the values are written on the marks."""
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def room(axes: Axes, names: Sequence[str], written: Sequence[str], low: float, high: float) -> None:
    """x limits that leave place for the texts right of the longest mark (and left, where marks go below 0)."""
    inches = style.WIDTH - 0.3 - COLUMN * max(map(labels.width, names))
    text = COLUMN * max(map(labels.width, written)) + 0.12
    sides = 2 if low < 0 else 1
    scale = inches / max(inches - sides * text, 0.3 * inches)
    extra = (high - low) * (scale - 1) / sides
    axes.set_xlim(low - (extra if low < 0 else 0), high + extra)


def beside(
    axes: Axes,
    ends: Iterable[float],
    rows: Iterable[float],
    written: Iterable[str],
    away: float = 4.0,
    *,
    outward: bool = False,
) -> None:
    """Writes each text `away` points right of the end of its row; `outward`: left of an end below 0."""
    figure: Any = axes.figure
    right, left = (offset_copy(axes.transData, figure, points, units="points") for points in (away, -away))
    for end, row, text in zip(ends, rows, written, strict=True):
        place, side = (left, "right") if outward and end < 0 else (right, "left")
        axes.text(end, row, text, transform=place, ha=side, va="center", fontsize=SMALL)


def beside_bars(
    axes: Axes,
    names: Sequence[str],
    now: pd.Series,
    before: pd.Series | None,
    written: Sequence[str],
    colours: Sequence[str] | str = style.NOW,
    reach: pd.Series | None = None,
) -> None:
    """Horizontal bars from the top down, a dark line where each stood before, the value written at the end, or at
    `reach` where the caller's own marks lie further out."""
    rows = np.arange(len(names))
    axes.barh(rows, now.fillna(0.0).to_numpy(), color=colours, height=0.64)
    ends = now.fillna(0.0).to_numpy(dtype=float, copy=True)
    if before is not None:
        known = before.notna().to_numpy()
        axes.vlines(before.to_numpy()[known], rows[known] - 0.42, rows[known] + 0.42, color=style.INK, linewidth=1.4)
        ends = np.fmax(ends, before.to_numpy(dtype=float))
    if reach is not None:
        ends = np.fmax(ends, reach.to_numpy(dtype=float))
    beside(axes, ends, rows, written)
    axes.set_yticks(rows, list(names))
    axes.invert_yaxis()
    room(axes, names, written, 0.0, float(ends.max()) or 1.0)
    bare(axes)


def with_change(values: pd.Series, changes: pd.Series, unit: str) -> list[str]:
    """`12,345 (−8%)`, of rates `2.7% (−0.7 points)`, without brackets where the change is unknown."""
    moved = "points" if "rate" in (unit, labels.unit(unit)) else "change"
    return [
        labels.fmt(v, unit) + (f" ({labels.fmt(c, moved)})" if pd.notna(c) else "")
        for v, c in zip(values, changes, strict=True)
    ]
