"""Charts of days, traffic sources and pages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    SMALL,
    axis_unit,
    beside_bars,
    canvas,
    chart,
    day_axis,
    headline,
    key,
    panels,
    rows_high,
    with_change,
)
from sizhen.view.plots.lines import now_and_before
from sizhen.vocab.model import WORTH_NAMING


def biggest(frame: pd.DataFrame, column: str) -> pd.Series:
    """The row of the largest value of `column` among sources with enough visitors."""
    enough = frame["visitor_days"] >= WORTH_NAMING * frame["visitor_days"].sum()
    return frame[enough].sort_values(column, ascending=False).iloc[0]


def _mark_occasions(axes: list[Axes], frame: pd.DataFrame) -> None:
    runs = (frame["occasion"] != frame["occasion"].shift()).cumsum()
    marked = [run for _, run in frame.groupby(runs) if run["occasion"].iloc[0]]
    half, middle = pd.Timedelta(hours=12), frame["date"].iloc[len(frame) // 2]
    for number, run in enumerate(marked):
        first, last = run["date"].iloc[0] - half, run["date"].iloc[-1] + half
        for panel in axes:
            panel.axvspan(first, last, color=style.MARK, alpha=0.16, linewidth=0)
        late = first > middle
        axes[0].annotate(
            labels.brief("occasion", run["occasion"].iloc[0]),
            (last if late else first, 0.98 - 0.13 * (number % 2)),
            xycoords=("data", "axes fraction"),
            ha="right" if late else "left",
            va="top",
            fontsize=SMALL,
            color=style.MARK,
        )


@chart
def day_line(frame: pd.DataFrame) -> Axes:
    """Sales and visitors by day; the baseline grey, the period blue, occasions shaded. Frame: `look.day_line`."""
    shown = [c for c in ("paid_amount", "visitors") if frame[c].notna().any()] or ["paid_amount"]
    _, axes = panels(1.5 + 1.2 * len(shown), len(shown))
    inside = frame["in_period"]
    for panel, column in zip(axes, shown, strict=True):
        now_and_before(panel, frame, column, inside)
        panel.set_title(labels.name(column), fontsize=SMALL, color=style.QUIET)
        top = frame[column].max()
        panel.set_ylim(0, top * 1.35 if top > 0 else 1)
        panel.yaxis.grid(True)
        panel.locator_params(axis="y", nbins=4)
        axis_unit(panel, labels.unit(column))
    _mark_occasions(axes, frame)
    day_axis(axes[-1], frame["date"])
    now, before = frame[inside]["paid_amount"].mean(), frame[~inside]["paid_amount"].mean()
    change = now / before - 1 if before > 0 else float("nan")
    id = "plot.day_line" if pd.notna(change) else "plot.day_line.alone"
    headline(axes[0], id, amount=labels.fmt(now, "money"), change=labels.fmt(change, "change"))
    return axes[0]


@chart
def channel_mix(frame: pd.DataFrame) -> Axes:
    """Visitors by channel beside before. Frame: `look.traffic_sources`."""
    _, axes = canvas(rows_high(len(frame)))
    names = [labels.brief("channel", c) for c in frame["channel"]]
    written = with_change(frame["visitor_days"], frame["visitor_days_change"], "count")
    colours = [style.of_channel(c) for c in frame["channel"]]
    beside_bars(axes, names, frame["visitor_days"], frame["visitor_days_before"], written, colours)
    key(axes, "plot.key.before")
    top = {"top": names[0], "share": labels.fmt(frame["visitor_days_share"].iloc[0], "rate")}
    moved = (frame["visitor_days"] - frame["visitor_days_before"]).abs()
    at = 0 if moved.isna().all() else int(np.nanargmax(moved))
    change = labels.fmt(frame["visitor_days_change"].iloc[at], "change")
    if change in (labels.UNKNOWN, labels.fmt(0.0, "change")):
        headline(axes, "plot.channel_mix.alone", **top)
    else:
        headline(axes, "plot.channel_mix", **top, moved=names[at], change=change)
    return axes


@chart
def channel_value(frame: pd.DataFrame) -> Axes | None:
    """What a visitor of each channel brings, with what he costs. Frame: `look.traffic_sources`."""
    frame = frame[frame["visitor_value"].notna()]
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)))
    names = [labels.brief("channel", c) for c in frame["channel"]]
    written = [
        labels.say("plot.value_cost", value=labels.fmt(v, "money"), cost=labels.fmt(c, "money"))
        if pd.notna(c) and c > 0
        else labels.fmt(v, "money")
        for v, c in zip(frame["visitor_value"], frame["visitor_cost"], strict=True)
    ]
    colours = [style.of_channel(c) for c in frame["channel"]]
    cost = frame["visitor_cost"].where(frame["visitor_cost"] > 0)
    beside_bars(axes, names, frame["visitor_value"], cost, written, colours)
    key(axes, "plot.key.cost")
    best = biggest(frame, "visitor_value")
    value = labels.fmt(best["visitor_value"], "money")
    headline(axes, "plot.channel_value", top=labels.brief("channel", best["channel"]), value=value)
    return axes


@chart
def group_mix(frame: pd.DataFrame) -> Axes:
    """Share of free, paid and other visitors beside before. Frame: `look.traffic_groups`."""
    _, axes = canvas(rows_high(len(frame)))
    names = [labels.brief("group", g) for g in frame["group"]]
    now, before = frame["visitor_days_share"], frame["visitor_days_share_before"]
    beside_bars(
        axes, names, now, before, [labels.fmt(v, "rate") for v in now], [style.GROUP[g] for g in frame["group"]]
    )
    key(axes, "plot.key.before")
    paid = frame[frame["group"] == "paid"]
    share = float(paid["visitor_days_share"].sum())
    was = float(paid["visitor_days_share_before"].sum()) if before.notna().any() else float("nan")
    headline(axes, "plot.group_mix", share=labels.fmt(share, "rate"), before=labels.fmt(was, "rate"))
    return axes
