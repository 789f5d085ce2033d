"""Charts of daily listings: when prices fell, and how the cheaper items sold."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from sizhen.view import labels, style
from sizhen.view.plots.ask_peers import intervals
from sizhen.view.plots.base import axis_unit, canvas, chart, day_axis, headline, key, rows_high

EVENTS = 12
STEPS = (0.01, 0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
HALF = (0.5, 1.0, 2.0, 5.0, 10.0)


@chart
def market_days(frame: pd.DataFrame) -> Axes | None:
    """Items cheaper and dearer than at the look before, by day. Frame: `market.days`."""
    known = frame[frame["priced_twice"].notna()]
    if known.empty:
        return None
    _, axes = canvas(2.6)
    axes.bar(known["date"], known["cheaper"], color=style.NOW, width=0.8)
    axes.bar(known["date"], -known["dearer"], color=style.BEFORE, width=0.8)
    axes.axhline(0, color=style.INK, linewidth=1)
    high, low = max(float(known["cheaper"].max()), 1.0), float(known["dearer"].max())
    axes.set_ylim(-1.15 * low - 0.05 * high, 1.15 * high)
    axes.locator_params(axis="y", nbins=5, integer=True)
    axis_unit(axes, "count")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: labels.compact(abs(value), "count")))
    day_axis(axes, known["date"])
    axes.grid(axis="y")
    first, last = (labels.fmt(frame["listed"].iloc[at], "count") for at in (0, -1))
    key(axes, "plot.key.market_days", first=first, last=last)
    most = known.iloc[int(np.argmax(known["cheaper"]))]
    if most["cheaper"] > 0:
        headline(
            axes,
            "plot.market_days",
            day=labels.day(most["date"]),
            cheaper=labels.fmt(most["cheaper"], "count"),
            all=labels.fmt(most["priced_twice"], "count"),
            cut=labels.fmt(most["median_cut"], "change"),
        )
    else:
        headline(axes, "plot.market_days.none", listed=last)
    return axes


@chart
def market_cuts(frame: pd.DataFrame) -> Axes | None:
    """Units of the items each shop cut, against items that were not cut, as a multiple. Frame: `market.cuts`."""
    known = frame[frame["units_times"] > 0].reset_index(drop=True)
    if known.empty:
        return None
    top = known.head(EVENTS)
    _, axes = canvas(rows_high(len(top)) + 0.65)
    rows = pd.DataFrame(
        {
            "value": top["units_times"],
            "low": top["times_low"].clip(lower=0.01),
            "high": top["times_high"],
            "reading": top["against_control"],
        }
    )
    names = [_row(n, d, c) for n, d, c in zip(top["name"], top["cut_on"], top["cheaper"], strict=True)]
    axes.set_xscale("log")
    axes.axvline(1, color=style.INK, linewidth=1)
    written = [f"×{_times(v)}" for v in rows["value"]]
    intervals(axes, rows, names, written, past=1.0)
    low, high = (
        min(0.8, float(rows[["value", "low"]].min().min())),
        max(1.25, float(rows[["value", "high"]].max().max())),
    )
    axes.set_xlim(low * 0.9, high * (high / low) ** 0.28)
    steps = STEPS if high / low > 60 else HALF
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks([s for s in steps if low * 0.9 <= s <= high * 1.2])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{_times(value)}"))
    axes.grid(axis="x")
    key(axes, "plot.key.market_cuts")
    _cuts_headline(axes, known)
    return axes


def _row(name: str, day: pd.Timestamp, count: float) -> str:
    shown = labels.shorten(labels.drawable(name), 12)
    return labels.say("plot.market_cuts.row", name=shown, day=labels.day(day), count=labels.fmt(count, "count"))


def _times(value: float) -> str:
    return labels.compact(float(np.round(value, 2)), "number")


def _cuts_headline(axes: Axes, known: pd.DataFrame) -> None:
    told = known[known["against_control"] != "few"]
    if told.empty:
        headline(axes, "plot.market_cuts.few")
        return
    row = told.iloc[0]
    headline(
        axes,
        "plot.market_cuts.within" if row["against_control"] == "within" else "plot.market_cuts.apart",
        day=labels.day(row["cut_on"]),
        name=labels.shorten(labels.drawable(row["name"]), 16),
        count=labels.fmt(row["cheaper"], "count"),
        cut=labels.fmt(-row["median_cut"], "rate"),
        times=_times(row["units_times"]),
        low=_times(row["times_low"]),
        high=_times(row["times_high"]),
    )
