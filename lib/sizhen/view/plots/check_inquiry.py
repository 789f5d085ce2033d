"""Chart of what asking and silent buyers did to conversion."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import bare, beside, canvas, chart, headline, key, room, rows_high


@chart
def inquiry_split(frame: pd.DataFrame) -> Axes | None:
    """Buyers more or fewer than at the level before: by how many ask, how many of them buy, and who buys without
    asking. Frame: `check.inquiry_split`."""
    parts, whole = frame.iloc[:-1], frame.iloc[-1]
    if parts["buyers_more"].isna().any():
        return None
    _, axes = canvas(rows_high(len(parts)) + 0.15)
    names = [f"{labels.name(m)} {labels.fmt(v, 'rate')}" for m, v in zip(parts["metric"], parts["value"], strict=True)]
    buyers, rows = parts["buyers_more"].to_numpy(dtype=float), np.arange(len(parts))
    written = [("+" if round(b) > 0 else "") + labels.fmt(round(b), "count") for b in buyers]
    bars = axes.barh(rows, buyers, color=np.where(buyers < 0, style.WORSE, style.BETTER), height=0.64)
    for bar, real in zip(bars, parts["beyond_chance"], strict=True):
        bar.set_alpha(1.0 if real else 0.35)
    axes.axvline(0, color=style.QUIET, linewidth=0.8)
    beside(axes, buyers, rows, written, outward=True)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    room(axes, names, written, min(0.0, float(buyers.min())), max(0.0, float(buyers.max())))
    bare(axes)
    key(axes, "plot.key.inquiry_split")
    at = int(np.argmax(np.abs(buyers)))
    rates = {"now": labels.fmt(whole["value"], "rate"), "before": labels.fmt(whole["value_before"], "rate")}
    if whole["beyond_chance"]:
        headline(axes, "plot.inquiry_split", part=labels.name(parts["metric"].iloc[at]), buyers=written[at], **rates)
    else:
        headline(axes, "plot.inquiry_split.chance", **rates)
    return axes
