"""Charts of scores in votes, of praise, and of complaints beside refunds and conversion."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    SMALL,
    axis_unit,
    bare,
    beside,
    beside_bars,
    canvas,
    chart,
    day_axis,
    headline,
    key,
    panels,
    room,
    rows_high,
)
from sizhen.view.plots.listen_complaints import MIDDLE, title_of, week_dots
from sizhen.view.plots.look_products import titles

PRAISES, EACH = 10, 2
CONVERSION = ("conversion", "conversion_low", "conversion_high")


def _range(low: float, high: float) -> str:
    return labels.say("plot.range", low=labels.fmt(low, "count"), high=labels.fmt(high, "count"))


@chart
def score_votes(frame: pd.DataFrame) -> Axes | None:
    """How many bad votes a fall of each score stands for; where none fell, how many move it by 0.01. Frame:
    `listen.score_votes`."""
    fell = frame["bad_votes_high"].notna() & (frame["difference"].round(2) < 0)
    stem = "bad_votes" if fell.any() else "votes_step"
    shown = (frame[fell] if fell.any() else frame).dropna(subset=[f"{stem}_high"]).reset_index(drop=True)
    if shown.empty:
        return None
    low, high = shown[f"{stem}_low"], shown[f"{stem}_high"]
    _, axes = canvas(rows_high(len(shown)) + 0.35)
    rows = np.arange(len(shown))
    names = [labels.name(str(m)) for m in shown["metric"]]
    axes.hlines(rows, low, high, color=style.NOW, linewidth=9, alpha=0.75)
    written = [_range(a, b) for a, b in zip(low, high, strict=True)]
    beside(axes, high, rows, written, 8)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    room(axes, names, [f"{w}xx" for w in written], 0.0, float(high.max()))
    bare(axes)
    key(
        axes,
        "plot.key.score_votes",
        votes=_range(shown["votes_low"].iloc[0].round(), shown["votes_high"].iloc[0].round()),
    )
    if fell.any():
        row = shown.sort_values("difference").iloc[0]
        change = {"before": labels.fmt(row["own_score_before"], "score"), "now": labels.fmt(row["own_score"], "score")}
        votes = _range(row["bad_votes_low"], row["bad_votes_high"])
        headline(axes, "plot.score_votes", metric=labels.name(str(row["metric"])), votes=votes, **change)
    else:
        headline(axes, "plot.score_votes.none", votes=written[0])
    return axes


@chart
def praised(frame: pd.DataFrame) -> Axes:
    """Share of a leading product's reviews that praise an aspect, with interval. Frame: `listen.praised`."""
    shown = frame[frame.groupby("product_id").cumcount() < EACH].head(PRAISES).reset_index(drop=True)
    _, axes = canvas(rows_high(len(shown)) + 0.2)
    names = [
        f"{title} · {labels.brief('aspect', aspect)}"
        for title, aspect in zip(titles(shown, 16), shown["aspect"], strict=True)
    ]
    written = [labels.fmt(v, "rate") for v in shown["praise_share"]]
    beside_bars(axes, names, shown["praise_share"], None, written, style.BETTER, reach=shown["high"])
    axes.hlines(np.arange(len(shown)), shown["low"], shown["high"], color=style.INK, linewidth=1.4)
    key(axes, "plot.key.praised")
    best = frame.sort_values("low", ascending=False, kind="stable").iloc[0]
    words = labels.shorten(labels.drawable(str(best["praise_words"])), 28)
    headline(
        axes,
        "plot.praised" if words else "plot.praised.plain",
        title=labels.shorten(labels.drawable(str(best["title"])), 20),
        aspect=labels.brief("aspect", best["aspect"]),
        share=labels.fmt(best["praise_share"], "rate"),
        **({"words": words} if words else {}),
    )
    return axes


@chart
def complaint_refund_weeks(frame: pd.DataFrame) -> Axes:
    """Complaints, refunds for the same reason and conversion of one product, week by week. Frame:
    `listen.complaint_refund_weeks`."""
    shown = [c for c in ("complaint_share", "refund_count", "conversion") if frame[c].notna().any()]
    _, axes = panels(0.9 + 1.05 * len(shown), len(shown))
    for panel, column in zip(axes, shown, strict=True):
        if column == "complaint_share":
            week_dots(panel, frame, column, "low", "high", style.WORSE)
        elif column == "conversion":
            week_dots(panel, frame, *CONVERSION)
        else:
            colours = [style.NOW if w == "period" else style.BEFORE for w in frame["when"]]
            panel.bar(frame["week"] + MIDDLE, frame[column], width=5.6, color=colours)
            panel.locator_params(axis="y", nbins=3, integer=True)
            axis_unit(panel, "count")
            panel.grid(axis="y")
        panel.set_title(labels.name(f"plot.panel.{column}"), fontsize=SMALL, color=style.QUIET)
    day_axis(axes[-1], frame["week"])
    key(axes[-1], "plot.key.complaint_refund_weeks")
    row = frame.iloc[0]
    money = row["refunds_above"] + row["conversion_lost"]
    values = {
        "now": labels.fmt(row["period_share"], "rate"),
        "before": labels.fmt(row["complaint_share_before"], "rate"),
    }
    if row["tied"] == "timing" and money > 0:
        headline(axes[0], "plot.complaint_refund_weeks.timing", what=title_of(row, 18), **values)
    else:
        state = "complaints" if row["tied"] in ("complaints", "timing") else "unclear"
        headline(axes[0], f"plot.complaint_refund_weeks.{state}", what=title_of(row, 18), **values)
    return axes[0]
