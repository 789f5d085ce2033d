"""Charts of the exact split: from expected to observed sales, and the parts that weigh most."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import SMALL, bare, beside, canvas, chart, headline, key, room, rows_high
from sizhen.view.plots.look_products import short

SHOWN = 10


def _signed(amount: float) -> str:
    return ("+" if amount > 0 else "") + labels.money(amount)


@chart
def waterfall(frame: pd.DataFrame) -> Axes | None:
    """From expected to observed sales by factor. `frame`: path (parts joined by `/` or a tuple) and amount per part;
    attrs: expected, observed. Only the roots are drawn. Frame: `check.split_frame`."""
    expected, observed = frame.attrs.get("expected"), frame.attrs.get("observed")
    paths = [p.split("/") if isinstance(p, str) else list(p) for p in frame["path"]]
    roots = frame[[len(p) == 1 for p in paths]]
    if expected is None or observed is None or roots.empty:
        return None
    _, axes = canvas(rows_high(len(roots) + 2))
    parts = [p[0] for p in paths if len(p) == 1]
    names = [labels.name("expected"), *(labels.brief("part", p) for p in parts), labels.name("observed")]
    ends = expected + np.cumsum(roots["amount"].to_numpy(dtype=float))
    starts = np.array([expected, *ends[:-1]])
    rows = np.arange(1, len(roots) + 1)
    colours = [style.WORSE if a < 0 else style.BETTER for a in roots["amount"]]
    axes.barh(rows, ends - starts, left=starts, color=colours, height=0.64)
    levels = np.array([expected, *ends])
    axes.vlines(levels, np.arange(len(levels)), np.arange(1, len(levels) + 1), color=style.QUIET, linewidth=0.8)
    axes.plot([expected, observed], [0, len(roots) + 1], "D", color=style.INK, markersize=6)
    written = [labels.money(expected), *map(_signed, roots["amount"]), labels.money(observed)]
    for row, (left, right) in enumerate([(expected, expected), *zip(starts, ends, strict=True), (observed, observed)]):
        offset = 8 if left == right else 4
        axes.annotate(
            written[row], (max(left, right), row), (offset, 0), textcoords="offset points", va="center", fontsize=SMALL
        )
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    span = max(float(np.ptp(levels)), abs(expected) * 0.02, 1.0)
    room(axes, names, written, float(levels.min()) - 0.05 * span, float(levels.min()) + span)
    bare(axes)
    main = int(np.argmax(np.abs(roots["amount"].to_numpy(dtype=float))))
    gap = observed - expected
    id = "plot.waterfall.below" if gap < 0 else "plot.waterfall.above"
    if len(roots) == 1:
        headline(axes, f"{id}.unsplit", gap=labels.money(abs(gap)))
    else:
        amount = _signed(float(roots["amount"].iloc[main]))
        headline(axes, id, gap=labels.money(abs(gap)), root=names[main + 1], amount=amount)
    return axes


def _part_name(frame: pd.DataFrame, row: int) -> str:
    path = frame["path"].iloc[row]
    pieces = path.split("/") if isinstance(path, str) else list(path)
    title = frame["title"].iloc[row] if "title" in frame else ""
    names = [labels.brief("part", p) for p in pieces if p != "rate" or p == pieces[-1]]
    return labels.shorten(labels.trail([*names[:-1], short(title) if title else names[-1]]), 30)


@chart
def split_parts(frame: pd.DataFrame) -> Axes | None:
    """The ten finest parts of the split that weigh most, each with its amount. Frame: `check.split_frame`."""
    paths = ["/".join(p) if not isinstance(p, str) else p for p in frame["path"]]
    leaf = [not any(other.startswith(f"{path}/") for other in paths) for path in paths]
    parts = frame[leaf]
    parts = parts[parts["amount"].abs() > 0]
    parts = parts.loc[parts["amount"].abs().sort_values(ascending=False, kind="stable").index].head(SHOWN)
    if len(parts) < 2:
        return None
    names = [_part_name(parts, row) for row in range(len(parts))]
    written = [_signed(a) for a in parts["amount"]]
    _, axes = canvas(rows_high(len(parts)))
    rows, amounts = np.arange(len(parts)), parts["amount"].to_numpy(dtype=float)
    axes.barh(rows, amounts, color=[style.WORSE if a < 0 else style.BETTER for a in amounts], height=0.64)
    axes.axvline(0, color=style.QUIET, linewidth=0.8)
    beside(axes, amounts, rows, written, outward=True)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    room(axes, names, written, min(0.0, float(amounts.min())), max(0.0, float(amounts.max())))
    bare(axes)
    key(axes, "plot.key.split")
    headline(axes, "plot.split_parts", part=names[0], amount=written[0])
    return axes
