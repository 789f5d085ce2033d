"""Charts of what waiting goes with, and of the agents over time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from sizhen.view import labels, style
from sizhen.view.plots.base import bare, beside, canvas, chart, day_axis, headline, key, room, rows_high
from sizhen.view.plots.lines import lines, name_lines, value_axis

ROWS = 10
HUES = style.SERIES[:4]
CLOSE = 0.05  # of the value axis, below which ticks need a decimal
LOOSE, STRICT = "same_agent", "same_day"


@chart
def response_slope(slopes: pd.DataFrame) -> Axes:
    """Inquiry conversion per doubled wait, the more alike what is compared the lower. Frame: `ask.response_slope`."""
    _, axes = canvas(1.45 + 0.42 * len(slopes))
    rows, slope = np.arange(len(slopes)), slopes["per_doubling"]
    names = [
        f"{labels.coded('compared', c)}\n{labels.fmt(s, 'points')}"
        for c, s in zip(slopes["compared"], slope, strict=True)
    ]
    apart = (slopes["per_doubling_low"] > 0) | (slopes["per_doubling_high"] < 0)
    colours = np.where(apart, style.NOW, style.BEFORE)
    axes.axvline(0, color=style.INK, linewidth=1)
    axes.hlines(rows, slopes["per_doubling_low"], slopes["per_doubling_high"], color=colours, linewidth=6, alpha=0.45)
    axes.scatter(slope, rows, color=colours, s=36, zorder=3)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(slopes) - 0.5, -0.5)
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x * 100:+.3g}".replace("-", labels.MINUS) if x else "0")
    axes.grid(axis="x")
    key(axes, "plot.key.slope")
    _say_slope(axes, slopes.assign(apart=apart).set_index("compared"))
    return axes


def _say_slope(axes: Axes, slopes: pd.DataFrame) -> None:
    last = slopes.iloc[-1]
    told = {
        "low": labels.fmt(last["per_doubling_low"], "points"),
        "high": labels.fmt(last["per_doubling_high"], "points"),
    }
    alike = labels.coded("compared", slopes.index[-1])
    if last["apart"]:
        headline(axes, "plot.response_slope", alike=alike, change=labels.fmt(last["per_doubling"], "points"), **told)
    elif slopes.index[-1] == STRICT and LOOSE in slopes.index and slopes.loc[LOOSE, "apart"]:
        loose = labels.fmt(slopes.loc[LOOSE, "per_doubling"], "points")
        headline(axes, "plot.response_slope.days", change=loose, **told)
    else:
        headline(axes, "plot.response_slope.chance", alike=alike, **told)


@chart
def agent_mix(mix: pd.DataFrame) -> Axes:
    """What each agent's own conversion, and who was asked, did to the whole desk's. Frame: `ask.agent_mix`."""
    own = mix.reindex(mix["of_rate"].abs().sort_values(ascending=False, kind="stable").index)
    shown, rest = own.head(ROWS), own.iloc[ROWS:]
    names = [labels.say("agent_label.n", n=round(n)) for n in shown["agent_label"]]
    points = [*shown["of_rate"], *([rest["of_rate"].sum()] if len(rest) else []), mix["of_mix"].sum()]
    names += [labels.say("plot.agent_mix.rest", count=len(rest))] if len(rest) else []
    names += [labels.name("plot.agent_mix.row")]
    written = [labels.fmt(p, "points") for p in points]
    _, axes = canvas(rows_high(len(points)) + 0.3)
    rows = np.arange(len(points))
    axes.barh(rows, points, height=0.64, color=np.where(np.array(points) < 0, style.WORSE, style.BETTER))
    axes.axvline(0, color=style.QUIET, linewidth=0.8)
    beside(axes, points, rows, written, outward=True)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    room(axes, names, written, min(0.0, *points), max(0.0, *points))
    bare(axes)
    key(axes, "plot.key.agent_mix")
    now, before = mix.attrs["value"], mix.attrs["value_before"]
    headline(
        axes,
        "plot.agent_mix",
        now=labels.fmt(now, "rate"),
        before=labels.fmt(before, "rate"),
        change=labels.fmt(now - before, "points"),
        rate=labels.fmt(mix["of_rate"].sum(), "points"),
        mix=labels.fmt(mix["of_mix"].sum(), "points"),
    )
    return axes


@chart
def agent_weeks(weeks: pd.DataFrame) -> Axes | None:
    """Satisfaction by week: the whole desk in black, each agent thin, named while they are few. Frame:
    `ask.agent_weeks`."""
    known = weeks[weeks["satisfaction"].notna() & (weeks["inquiry_buyers"] > 0)]
    if known.empty:
        return None
    agents, last = known["agent_label"].drop_duplicates().sort_values(), known[known["week"] == known["week"].max()]
    few = len(agents) <= len(HUES)
    _, axes = canvas(3.1)
    hues = dict(zip(agents, HUES, strict=False)) if few else dict.fromkeys(agents, style.BEFORE)
    lines(axes, known, "satisfaction", "agent_label", x="week", palette=hues, linewidth=1.2)
    named = zip(last["agent_label"], last["satisfaction"], strict=True) if few else ()
    ends = [(labels.say("agent_label.n", n=round(n)), float(value), hues[n]) for n, value in named]
    whole = _whole(known)
    lines(axes, whole.reset_index(name="satisfaction"), "satisfaction", x="week", color=style.INK, linewidth=2.4)
    value_axis(axes, "rate")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=1 if np.ptp(axes.get_ylim()) < CLOSE else 0))
    name_lines(axes, [*ends, (labels.name("desk.whole"), float(whole.iloc[-1]), style.INK)])
    day_axis(axes, known["week"])
    axes.grid(axis="y")
    key(axes, "plot.key.agent_weeks")
    before = known[known["when"] == "before"]
    told = {"whole": whole.iloc[-1], "before": _whole(before.assign(week=0)).sum() if len(before) else np.nan}
    spread = {"low": last["satisfaction"].min(), "high": last["satisfaction"].max()} if len(last) > 1 else {}
    said = {name: labels.fmt(float(value), "rate") for name, value in (told | spread).items()}
    headline(axes, "plot.agent_weeks" if spread else "plot.agent_weeks.alone", **said)
    return axes


def _whole(known: pd.DataFrame) -> pd.Series:
    """Satisfaction of the whole desk by week, agents weighed by their askers."""
    asked = known["inquiry_buyers"].groupby(known["week"]).sum()
    return (known["satisfaction"] * known["inquiry_buyers"]).groupby(known["week"]).sum() / asked
