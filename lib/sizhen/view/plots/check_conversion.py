"""Charts of conversion by channel, device and product."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    SMALL,
    axis_name,
    axis_unit,
    bare,
    beside,
    canvas,
    chart,
    headline,
    key,
    room,
    rows_high,
    with_change,
)
from sizhen.view.plots.look_products import titles

SHOWN = 10
NAMED = 6
DOT, LETTER, LINE = 9.0, 12.5, 24.0  # pixels: half a dot, a Latin character, the height of a title
COLOURS = {"strong": style.NOW, "promote": style.BETTER, "repair": style.WORSE, "weak": style.BEFORE, "": "#e3e0da"}


def who(frame: pd.DataFrame) -> tuple[str, list[str]]:
    """The column that tells the rows apart, and their names."""
    if "title" in frame:
        return "product_id", titles(frame)
    column = str(frame.columns[0])
    return column, [labels.brief(column, v) for v in frame[column]]


@chart
def conversion(frame: pd.DataFrame) -> Axes | None:
    """Conversion before and now, of channels, devices or the most visited products, with its 95 % interval where the
    frame has one. Frame: `check.channels`, `check.devices`, `check.product_quadrants`, `look.traffic_devices`."""
    top = frame[frame["conversion"].notna()].head(SHOWN + 1).reset_index(drop=True)
    if top.empty:
        return None
    _, axes = canvas(rows_high(len(top)))
    _, names = who(top)
    rows, now, before = np.arange(len(top)), top["conversion"], top["conversion_before"]
    measured = "low" in top
    if measured:
        axes.hlines(rows, top["low"], top["high"], color=style.NOW, linewidth=7, alpha=0.22)
    axes.hlines(rows, before.fillna(now), now, color=style.BEFORE, linewidth=2.5)
    axes.plot(before, rows, "o", color="white", markeredgecolor=style.QUIET, markersize=6.5)
    axes.plot(now, rows, "o", color=style.NOW, markersize=7.5)
    written = with_change(now, top["conversion_change"], "rate")
    ends = np.fmax(np.fmax(now, before), top["high"] if measured else now)
    beside(axes, ends, rows, written, 8)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    room(axes, names, written, 0.0, float(ends.max()) or 1.0)
    bare(axes)
    key(axes, "plot.key.dots.interval" if measured else "plot.key.dots")
    weight = top["visitor_days"] * (now - before).abs()
    real = weight.where(top["beyond_chance"]) if measured else weight
    if real.notna().any():
        at = int(np.nanargmax(real))
        values = {"now": labels.fmt(now.iloc[at], "rate"), "before": labels.fmt(before.iloc[at], "rate")}
        headline(axes, "plot.conversion", who=names[at], **values)
    else:
        id = "plot.conversion.chance" if weight.notna().any() else "plot.conversion.alone"
        headline(axes, id, who=names[0], now=labels.fmt(now.iloc[0], "rate"))
    return axes


def _name_points(axes: Axes, named: pd.DataFrame, all_points: pd.DataFrame) -> None:
    """Titles beside points, right or left of them, where they cover neither another title nor a point."""
    place, edge = axes.transData.transform, axes.transAxes.transform
    low, high = edge((0, 0))[0], edge((1, 0))[0]
    points = place(all_points[["visitor_days", "conversion"]].to_numpy(dtype=float))
    taken = [(x - DOT, x + DOT, y) for x, y in points]
    for text, visitors, rate in zip(titles(named), named["visitor_days"], named["conversion"], strict=True):
        (x, y), wide = place((visitors, rate)), LETTER * labels.width(text)
        for side in (1, -1):
            begin = x + 1.5 * DOT if side == 1 else x - 1.5 * DOT - wide
            covers = any(abs(y - row) < LINE and begin < end and start < begin + wide for start, end, row in taken)
            if not covers and low <= begin and begin + wide <= high:
                break
        else:
            continue
        taken.append((begin, begin + wide, y))
        axes.annotate(
            text,
            (visitors, rate),
            (5 * side, 0),
            textcoords="offset points",
            ha="left" if side == 1 else "right",
            va="center",
            fontsize=SMALL,
        )


@chart
def product_quadrants(frame: pd.DataFrame) -> Axes | None:
    """Products by visitors and conversion. Frame: `check.product_quadrants`."""
    shown = frame[frame["conversion"].notna() & (frame["visitor_days"] > 0)]
    if shown.empty:
        return None
    figure, axes = canvas(3.4)
    at = {"x": "visitor_days", "y": "conversion"}
    sns.scatterplot(shown, **at, hue="quadrant", palette=COLOURS, s=47, linewidth=0, legend=False, ax=axes)
    axes.axvline(frame.attrs["visitor_days"], color=style.QUIET, linestyle=":", linewidth=1)
    axes.axhline(frame.attrs["conversion"], color=style.QUIET, linestyle=":", linewidth=1)
    axes.set_xscale("log")
    axes.set_ylim(0, shown["conversion"].max() * 1.12 or 1)
    axes.minorticks_off()
    low, high = shown["visitor_days"].min(), shown["visitor_days"].max()
    ticks = [t for t in (m * 10**p for p in range(8) for m in (1, 2, 5)) if low * 0.7 <= t <= high * 1.4]
    axes.set_xlim(min(low, ticks[0]) * 0.8, high * 1.4)
    axes.set_xticks(ticks, [labels.compact(t) for t in ticks])
    axis_unit(axes, "rate")
    axis_name(axes, "visitor_days")
    key(axes, "plot.key.quadrants")
    counts = shown["quadrant"].value_counts()
    headline(axes, "plot.product_quadrants", promote=counts.get("promote", 0), repair=counts.get("repair", 0))
    figure.draw_without_rendering()
    asked = shown[shown["quadrant"].isin(["promote", "repair"])]
    repair = asked[asked["quadrant"] == "repair"].sort_values("visitor_days", ascending=False).head(NAMED // 2)
    promote = asked[asked["quadrant"] == "promote"].sort_values("conversion", ascending=False).head(NAMED // 2)
    _name_points(axes, pd.concat([repair, promote]), shown)
    return axes
