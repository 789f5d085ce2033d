"""Charts of the life of products."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import SMALL, beside_bars, canvas, chart, day_axis, grid, headline, key, rows_high
from sizhen.view.plots.look_products import titles

FALLING = 5
STAGES = {
    "introduction": style.MARK,
    "growth": style.BETTER,
    "peak": style.NOW,
    "decline": style.WORSE,
    "short": style.BEFORE,
    "untold": style.BEFORE,
}


@chart
def lifecycle(frame: pd.DataFrame) -> Axes | None:
    """Share of sales by stage, and how far the largest products in decline are from their peak. Frame:
    `look.lifecycle`."""
    if frame["paid_amount_share"].isna().all():
        return None
    stage = frame["stage"].astype(object).where(frame["stage"] != "", "untold")
    money = frame.groupby(stage)["paid_amount_share"].agg(["sum", "size"])
    money = money.loc[[s for s in STAGES if s in money.index]]
    falling = frame[frame["stage"] == "decline"].dropna(subset=["of_peak"]).head(FALLING)
    panels = _stacked(len(money), len(falling))
    written = [
        labels.say("plot.lifecycle.bar", share=labels.fmt(s, "rate"), count=n)
        for s, n in zip(money["sum"], money["size"], strict=True)
    ]
    names = [labels.brief("stage", s) for s in money.index]
    beside_bars(panels[0], names, money["sum"], None, written, [STAGES[s] for s in money.index])
    if set(money.index) <= {"short", "untold"}:
        headline(panels[0], "plot.lifecycle.untold")
        return panels[0]
    if falling.empty:
        growing = float(money["sum"].get("growth", 0.0))
        headline(panels[0], "plot.lifecycle.none", share=labels.fmt(growing, "rate"))
        return panels[0]
    panels[0].set_title(labels.name("plot.lifecycle.stages"), fontsize=SMALL, color=style.QUIET)
    panels[1].set_title(labels.name("plot.lifecycle.falling"), fontsize=SMALL, color=style.QUIET)
    names, rates = titles(falling), [labels.fmt(v, "rate") for v in falling["of_peak"]]
    beside_bars(panels[1], names, falling["of_peak"], None, rates, style.WORSE)
    share = labels.fmt(money.loc["decline", "sum"], "rate")
    headline(panels[0], "plot.lifecycle", share=share, title=names[0], rate=rates[0])
    return panels[0]


def _stacked(first: int, second: int) -> list[Axes]:
    """One panel of so many bars, and a second one below where it has any."""
    if not second:
        return [canvas(rows_high(first))[1]]
    _, axes = grid(rows_high(first + second) + 0.45, 2, height_ratios=[first, second])
    return list(axes[:, 0])


@chart
def new_products(frame: pd.DataFrame) -> Axes:
    """New products by week beside those of a peer. Frame: `look.new_products`."""
    _, axes = canvas(2.6)
    own, peer = frame["own_new_products"], frame["peer_new_products"]
    colours = [style.NOW if w == "period" else style.BEFORE for w in frame["when"]]
    middle = frame["week"] + pd.Timedelta(days=3)
    axes.bar(middle, own, width=5, color=colours)
    axes.plot(middle, peer, "o", color=style.MARK, markersize=6)
    axes.set_ylim(0, max(float(own.max()), float(peer.max()) if peer.notna().any() else 0.0, 1.0) * 1.15)
    axes.locator_params(axis="y", nbins=4, integer=True)
    axes.yaxis.grid(True)
    day_axis(axes, frame["week"])
    said = {"weeks": len(frame), "own": labels.fmt(float(own.sum()), "count")}
    if peer.isna().all():
        key(axes, "plot.key.new_products.alone")
        headline(axes, "plot.new_products.alone", **said)
    else:
        key(axes, "plot.key.new_products")
        headline(axes, "plot.new_products", **said, peer=labels.fmt(round(float(peer.sum()), 1), "count"))
    return axes
