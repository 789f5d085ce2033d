"""Charts of the pages: who leaves at once, how deep the others look, what a change of a page did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    SMALL,
    bare,
    beside,
    beside_bars,
    canvas,
    chart,
    grid,
    headline,
    key,
    room,
    rows_high,
    with_change,
)
from sizhen.view.plots.lines import percents
from sizhen.view.plots.look_products import short, titles
from sizhen.view.plots.look_traffic import biggest
from sizhen.vocab import load

PRODUCTS, EVENTS = 10, 5
MOVED = {"better": style.BETTER, "worse": style.WORSE}
PANELS = ("bounce_rate.visitor", "conversion")


def _beside_norm(axes: Axes, names: Sequence[str], frame: pd.DataFrame, rule: str, colours: Sequence[str]) -> float:
    """Bars of the rule's metric beside before, its limit as a dotted line whose source the key tells. The limit."""
    about = load().rules[rule]
    metric, limit = str(about.metric), about.limit
    written = with_change(frame[metric], frame[f"{metric}_change"], metric)
    beside_bars(axes, names, frame[metric], frame[f"{metric}_before"], written, colours)
    if limit is None:
        key(axes, "plot.key.before")
        return float("nan")
    axes.axvline(limit.value, color=style.MARK, linestyle=":", linewidth=1.6)
    axes.set_xlim(0, max(axes.get_xlim()[1], limit.value * 1.03))
    year = labels.name(limit.year) if isinstance(limit.year, str) else limit.year
    source, kind = labels.name(f"source.{limit.source}"), labels.name(f"kind.{limit.kind}")
    key(axes, "plot.key.norm", limit=labels.fmt(limit.value, metric), source=source, year=year, kind=kind)
    return limit.value


@chart
def page_health(frame: pd.DataFrame) -> Axes | None:
    """Bounce rate of the shop and by device beside before and the norm. Frame: `look.page_health`."""
    frame = frame[frame["bounce_rate.visitor"].notna()]
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)) + 0.15)
    names = [labels.brief("device", d) for d in frame["device"]]
    _beside_norm(axes, names, frame, "look.bounce", [style.DEVICE[d] for d in frame["device"]])
    whole = frame.iloc[0]
    headline(
        axes,
        "plot.page_health",
        rate=labels.fmt(whole["bounce_rate.visitor"], "rate"),
        before=labels.fmt(whole["bounce_rate.visitor_before"], "rate"),
        depth=labels.fmt(whole["depth.visitor"], "number"),
    )
    return axes


@chart
def channel_health(frame: pd.DataFrame) -> Axes | None:
    """Bounce rate by channel beside before and the norm. Frame: `look.channel_health`."""
    frame = frame[frame["bounce_rate.visitor"].notna()]
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)) + 0.15)
    names = [labels.brief("channel", c) for c in frame["channel"]]
    _beside_norm(axes, names, frame, "look.bounce", [style.of_channel(c) for c in frame["channel"]])
    worst = biggest(frame, "bounce_rate.visitor")
    rate = labels.fmt(worst["bounce_rate.visitor"], "rate")
    headline(axes, "plot.channel_health", channel=labels.brief("channel", worst["channel"]), rate=rate)
    return axes


@chart
def channel_depth(frame: pd.DataFrame) -> Axes | None:
    """Pages per visitor by channel beside before and the norm. Frame: `look.channel_health`."""
    frame = frame[frame["depth.visitor"].notna()]
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)) + 0.15)
    names = [labels.brief("channel", c) for c in frame["channel"]]
    limit = _beside_norm(axes, names, frame, "look.depth", [style.of_channel(c) for c in frame["channel"]])
    least = frame.sort_values("depth.visitor").iloc[0]
    below = int((frame["depth.visitor"] < limit).sum())
    headline(
        axes,
        "plot.channel_depth.below" if below else "plot.channel_depth.above",
        count=below,
        limit=labels.fmt(limit, "depth.visitor"),
        channel=labels.brief("channel", least["channel"]),
        depth=labels.fmt(least["depth.visitor"], "depth.visitor"),
    )
    return axes


@chart
def product_pages(frame: pd.DataFrame) -> Axes | None:
    """Bounce rate of the products that lose most visitors, with its interval. Frame: `look.product_pages`."""
    shown = frame[frame["extra_bounced"] > 0].head(PRODUCTS)
    if shown.empty:
        return None
    _, axes = canvas(rows_high(len(shown)) + 0.35)
    rows, average = np.arange(len(shown)), float(shown["average_rate"].iloc[0])
    clear = shown["above_average"]
    colours = [style.WORSE if c else style.NOW for c in clear]
    axes.axvline(average, color=style.QUIET, linestyle=":", linewidth=1.4)
    axes.hlines(rows, shown["low"], shown["high"], color=colours, linewidth=6, alpha=0.3)
    axes.scatter(shown["bounce_rate.visitor"], rows, color=colours, s=36, zorder=3)
    beside(axes, shown["high"], rows, [labels.fmt(rate, "rate") for rate in shown["bounce_rate.visitor"]], 5)
    axes.set_yticks(rows, titles(shown))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.margins(x=0.2)
    axes.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
    axes.xaxis.set_major_formatter(percents(float(shown["high"].max())))
    axes.tick_params(axis="y", length=0)
    key(axes, "plot.key.product_pages", average=labels.fmt(average, "rate"))
    worst = shown[clear].reset_index(drop=True)
    if worst.empty:
        headline(axes, "plot.product_pages.none", average=labels.fmt(average, "rate"))
    else:
        count = labels.fmt(round(worst["extra_bounced"].iloc[0]), "count")
        rate = labels.fmt(worst["bounce_rate.visitor"].iloc[0], "rate")
        headline(axes, "plot.product_pages", title=short(worst["title"].iloc[0]), rate=rate, count=count)
    return axes


def _dumbbells(axes: Axes, rows: pd.DataFrame, events: list[str], metric: str) -> None:
    now, before = rows["value"], rows["value_before"]
    places = np.arange(len(rows))
    low, high = before + rows["moved_low"], before + rows["moved_high"]
    axes.hlines(places, low, high, color=style.BEFORE, linewidth=9, alpha=0.45)
    axes.hlines(places, before, now, color=style.QUIET, linewidth=1.5)
    axes.plot(before, places, "o", color="white", markeredgecolor=style.QUIET, markersize=6.5)
    axes.scatter(now, places, color=[MOVED.get(m, style.QUIET) for m in rows["moved"]], s=52, zorder=3)
    written = [f"{labels.fmt(b, metric)} → {labels.fmt(n, metric)}" for b, n in zip(before, now, strict=True)]
    sides = pd.concat([low, high, now, before], axis=1)
    ends, first = sides.max(axis=1), float(sides.min().min())
    beside(axes, ends, places, written, 8)
    axes.set_yticks(places, events)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_title(labels.name(metric), fontsize=SMALL, color=style.QUIET)
    reach = float(ends.max()) - first or 1.0
    room(axes, events, [f"{w}xx" for w in written], first - 0.06 * reach, float(ends.max()))
    bare(axes)


@chart
def page_changes(frame: pd.DataFrame) -> Axes | None:
    """Bounce rate and conversion before and after each change of a page. Frame: `look.page_changes`."""
    known = frame[frame["value"].notna() & frame["value_before"].notna() & frame["metric"].isin(PANELS)]
    latest = known.drop_duplicates(["event", "starts_on"])[["event", "starts_on"]].head(EVENTS)
    known = known.merge(latest, on=["event", "starts_on"])
    shown = [m for m in PANELS if (known["metric"] == m).any()]
    if not shown:
        return None
    high = 0.95 + len(shown) * (0.3 + 0.3 * len(latest))
    _, axes = grid(high, len(shown))
    for panel, metric in zip(axes[:, 0], shown, strict=True):
        rows = known[known["metric"] == metric].reset_index(drop=True)
        names = [f"{labels.day(d)} {_event(e, 14)}" for d, e in zip(rows["starts_on"], rows["event"], strict=True)]
        _dumbbells(panel, rows, names, metric)
    key(axes[-1, 0], "plot.key.page_changes")
    told = known[known["metric"] == shown[-1]]
    row = pd.concat([told[told["moved"].isin(list(MOVED))], told]).iloc[0]
    values = {n: labels.fmt(row[c], row["metric"]) for n, c in (("before", "value_before"), ("now", "value"))}
    event, metric = _event(row["event"], 24), labels.name(row["metric"])
    headline(axes[0, 0], f"plot.page_changes.{row['moved']}", event=event, metric=metric, **values)
    return axes[0, 0]


def _event(name: object, columns: int) -> str:
    return labels.shorten(labels.drawable(str(name)), columns)
