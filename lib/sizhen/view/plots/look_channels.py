"""Charts of the tree of channels, and of which to grow and which to cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    SMALL,
    axis_name,
    axis_unit,
    bare,
    canvas,
    chart,
    headline,
    key,
    room,
    rows_high,
    with_change,
)
from sizhen.view.plots.lines import DOTS
from sizhen.view.plots.placed import name_bubbles

SHOWN = 13
POINTS = 5.2  # a Latin character of a tick's name takes
INDENT = {"group": 0, "channel": 2, "source": 4}  # characters
THICK = {"group": 0.74, "channel": 0.52, "source": 0.34}
VERDICT = {"grow": style.BETTER, "cut": style.WORSE, "keep": style.NOW, "watch": style.BEFORE}
LARGEST = 900.0  # square points of the largest bubble


def _branch(row: pd.Series) -> str:
    """A channel with its group; a group of one channel alone."""
    group = labels.brief("group", row["group"])
    return group if row["level"] == "group" else labels.trail([group, labels.brief("channel", row["channel"])])


def _name(row: pd.Series) -> str:
    if row["level"] == "source":
        return labels.shorten(labels.drawable(str(row["channel_raw"])), 20)
    return labels.brief(row["level"], row[row["level"]])


def _tree_headline(axes: Axes, frame: pd.DataFrame) -> None:
    parents = frame.loc[frame["level"] == "channel", "group"]
    ends = (frame["level"] == "channel") | ((frame["level"] == "group") & ~frame["group"].isin(parents))
    channels = frame[ends].reset_index(drop=True)
    moved = channels["visitor_days"] - channels["visitor_days_before"]
    if moved.isna().all():
        top = channels.iloc[int(channels["visitor_days"].fillna(-1.0).argmax())]
        share = labels.fmt(top["visitor_days_share"], "rate")
        headline(axes, "plot.channel_tree.alone", branch=_branch(top), share=share)
        return
    at = int(np.nanargmax(moved.abs()))
    row, count = channels.iloc[at], abs(round(moved.iloc[at]))
    values = {"branch": _branch(row), "count": labels.fmt(count, "count")}
    id = "steady" if not count else "more" if moved.iloc[at] >= 0 else "less"
    headline(axes, f"plot.channel_tree.{id}", change=labels.fmt(row["visitor_days_change"], "change"), **values)


@chart
def channel_tree(frame: pd.DataFrame) -> Axes | None:
    """Visitors by group, its channels and their sources, indented, beside before. Frame: `look.channel_tree`."""
    frame = frame[frame["worth_naming"]].reset_index(drop=True)
    named = frame[frame["visitor_days"].notna()]
    if named.empty:
        return None
    kept = named.assign(first=named["level"] == "group").sort_values(["first", "visitor_days"], ascending=False)
    shown = named.loc[sorted(kept.head(SHOWN).index)].reset_index(drop=True)
    _, axes = canvas(rows_high(len(shown)))
    names = [_name(row) for _, row in shown.iterrows()]
    wide = [labels.width(n) + INDENT[level] for n, level in zip(names, shown["level"], strict=True)]
    written = with_change(shown["visitor_days"], shown["visitor_days_change"], "count")
    rows, now, before = np.arange(len(shown)), shown["visitor_days"], shown["visitor_days_before"]
    colours = [style.GROUP[group] for group in shown["group"]]
    axes.barh(rows, now, color=colours, height=shown["level"].map(THICK))
    known = before.notna()
    axes.vlines(before[known], rows[known] - 0.42, rows[known] + 0.42, color=style.INK, linewidth=1.4)
    ends = np.fmax(now, before)
    for row, end, text, name, level in zip(rows, ends, written, names, shown["level"], strict=True):
        axes.annotate(text, (end, row), (4, 0), textcoords="offset points", va="center", fontsize=SMALL)
        place = POINTS * (INDENT[level] - max(wide)) - 4
        ink = style.INK if level == "group" else style.QUIET
        axes.annotate(
            name,
            (0, row),
            (place, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=ink,
        )
    axes.set_yticks([])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    room(axes, ["x" * max(wide)], written, 0.0, float(ends.max()) or 1.0)
    bare(axes)
    left_out = len(named) - len(shown)
    key(axes, "plot.key.left_out" if left_out else "plot.key.before", count=left_out)
    _tree_headline(axes, named)
    return axes


def _places_headline(axes: Axes, frame: pd.DataFrame) -> None:
    margin = frame["visitor_margin"].notna().any()
    said: dict[str, str] = {"what": labels.name("plot.places.margin" if margin else "plot.places.sales")}
    best = frame.sort_values("tenth_amount", ascending=False).drop_duplicates("verdict").set_index("verdict")
    for verdict, money in (("grow", "more"), ("cut", "saved")):
        if verdict in best.index:
            said[verdict] = labels.brief("channel", best.loc[verdict, "channel"])
            said[money] = labels.fmt(best.loc[verdict, "tenth_amount"], "money")
    id = {(True, True): "both", (True, False): "grow", (False, True): "cut"}.get(
        ("grow" in said, "cut" in said), "none"
    )
    average = labels.fmt(frame["average_value"].iloc[0], "money")
    headline(axes, f"plot.channel_places.{id}", **said, average=average)


@chart
def channel_places(frame: pd.DataFrame) -> Axes | None:
    """Channels by visitors and by what a visitor is worth; larger bubbles sell more. Frame: `look.channel_places`."""
    shown = frame[frame["visitor_value"].notna() & (frame["visitor_days"] > 0)]
    if shown.empty:
        return None
    figure, axes = canvas(3.7)
    x, y = shown["visitor_days"], shown["visitor_value"]
    colours = [VERDICT[v] for v in shown["verdict"]]
    area = (shown["paid_amount"].fillna(0) / (shown["paid_amount"].max() or 1.0) * LARGEST).clip(lower=20)
    axes.vlines(x, shown["value_low"], shown["value_high"], color=colours, linewidth=1.2)
    sns.scatterplot(shown, x=x, y=y, hue="verdict", palette=VERDICT, s=area, alpha=0.75, **DOTS, ax=axes)
    axes.axhline(shown["average_value"].iloc[0], color=style.QUIET, linestyle=":", linewidth=1.2)
    axes.set_xscale("log")
    axes.minorticks_off()
    low, high = float(x.min()), float(x.max())
    ticks = [t for t in (m * 10.0**p for p in range(9) for m in (1, 3)) if low * 0.6 <= t <= high * 2]
    axes.set_xticks(ticks, [labels.compact(t) for t in ticks])
    axes.set_xlim(low * 0.6, high * 2)
    axes.set_ylim(0, float(y.max()) * 1.25 or 1.0)
    axes.locator_params(axis="y", nbins=5)
    axis_unit(axes, "money")
    axes.set_title(labels.name("visitor_value"), fontsize=SMALL, color=style.QUIET)
    axis_name(axes, "visitor_days")
    key(axes, "plot.key.places")
    _places_headline(axes, shown)
    figure.draw_without_rendering()
    names = [labels.brief("channel", c) for c in shown["channel"]]
    average = float(shown["average_value"].iloc[0])
    lines = [Bbox([[low * 0.6, average], [high * 2, average]])]
    lines += [Bbox([[at, a], [at, b]]) for at, a, b in zip(x, shown["value_low"], shown["value_high"], strict=True)]
    name_bubbles(axes, names, np.column_stack([x, y]), np.sqrt(area.to_numpy() / np.pi), lines)
    return axes
