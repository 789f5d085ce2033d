"""Charts of what the platform holds the shop to: dispatch in time and penalty points."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    axis_name,
    axis_unit,
    bare,
    beside,
    canvas,
    chart,
    day_axis,
    headline,
    key,
    room,
    rows_high,
)


@chart
def dispatch(frame: pd.DataFrame) -> Axes:
    """Orders due by day of payment, those sent late in red. Frame: `check.dispatch`."""
    _, axes = canvas(2.3)
    late = frame["due_orders"] - frame["sent_in_time"]
    axes.bar(frame["date"], frame["sent_in_time"], color=style.BEFORE, width=0.8)
    axes.bar(frame["date"], late, bottom=frame["sent_in_time"], color=style.WORSE, width=0.8)
    axes.yaxis.grid(True)
    axis_unit(axes, "count")
    day_axis(axes, frame["date"])
    axis_name(axes, "due_orders", "y")
    if late.any():
        key(axes, "plot.key.late")
    sent, due = frame["sent_in_time"].sum(), frame["due_orders"].sum()
    values = {"sent": labels.fmt(sent, "count"), "due": labels.fmt(due, "count")}
    headline(axes, "plot.dispatch", share=labels.fmt(sent / due, "rate"), **values)
    return axes


@chart
def dispatch_hours(frame: pd.DataFrame) -> Axes:
    """Share of due orders sent within 24, 48 and 72 hours, beside before. Frame: `check.dispatch_hours`."""
    _, axes = canvas(rows_high(len(frame)))
    names = [labels.say("within_hours.n", hours=f"{h:.0f}") for h in frame["within_hours"]]
    share, before, rows = frame["sent_share"], frame["sent_share_before"], np.arange(len(frame))
    written = [labels.fmt(s, "rate") for s in share]
    axes.barh(rows, share, color=style.NOW, alpha=0.55, height=0.64)
    axes.hlines(rows, frame["low"], frame["high"], color=style.NOW, linewidth=3)
    axes.vlines(before, rows - 0.42, rows + 0.42, color=style.INK, linewidth=1.4)
    ends = np.fmax(frame["high"], before)
    beside(axes, ends, rows, written)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    room(axes, names, written, 0.0, float(ends.max()))
    bare(axes)
    key(axes, "plot.key.dispatch_hours")
    due = labels.fmt(frame["due_orders"].iloc[0], "count")
    headline(axes, "plot.dispatch_hours", day=written[0], whole=written[-1], due=due)
    return axes


@chart
def penalty_room(frame: pd.DataFrame) -> Axes | None:
    """The year's penalty points beside the platform's limits; nothing where there are none. Frame:
    `check.penalty_room`."""
    points = float(frame["penalty_points"].iloc[0])
    if points <= 0:
        return None
    _, axes = canvas(1.5)
    limits = frame["points_limit"]
    axes.barh([0], [points], color=style.WORSE if points >= limits.min() else style.NOW, height=0.5)
    axes.vlines(limits, -0.5, 0.5, color=style.INK, linewidth=1.4)
    axes.set_xlim(0, max(points, float(limits.max())) * 1.04)
    axes.set_ylim(-0.6, 0.6)
    axes.set_xticks([0, *limits], [labels.fmt(v, "count") for v in [0, *limits]])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    key(axes, "plot.key.penalty_room", year=frame["rules_year"].iloc[0])
    ahead = frame[frame["points_left"] > 0]
    row = ahead.iloc[0] if len(ahead) else frame.iloc[-1]
    values = {
        "points": labels.fmt(points, "count"),
        "limit": labels.fmt(row["points_limit"], "count"),
        "penalty": labels.coded("penalty", row["penalty"]),
    }
    if len(ahead):
        headline(axes, "plot.penalty_room", left=labels.fmt(row["points_left"], "count"), **values)
    else:
        headline(axes, "plot.penalty_room.last", **values)
    return axes
