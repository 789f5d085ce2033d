"""Charts of advertising."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import (
    bare,
    beside,
    beside_bars,
    canvas,
    chart,
    headline,
    key,
    room,
    rows_high,
    with_change,
)

SHOWN = 10
VERDICT = {"raise": style.BETTER, "lower": style.MARK, "drop": style.WORSE, "watch": style.QUIET}
CUT = ("lower", "drop")


@chart
def ads(frame: pd.DataFrame) -> Axes | None:
    """Cost per click by plan or keyword beside the price at which a click pays. Frame: `look.ads`, `look.keywords`."""
    column = "keyword" if "keyword" in frame else "plan"
    top = frame[frame["click_cost"].notna()].head(SHOWN).reset_index(drop=True)
    if top.empty:
        return None
    _, axes = canvas(rows_high(len(top)))
    names = labels.apart(top[column], top[column], 24)
    cost, limit = top["click_cost"], top["break_even_click_cost"]
    written = [
        labels.fmt(c, "money") + (f" / {labels.fmt(b, 'money')}" if pd.notna(b) else "")
        for c, b in zip(cost, limit, strict=True)
    ]
    over = cost > limit
    beside_bars(axes, names, cost, limit, written, [style.WORSE if o else style.NOW for o in over])
    if limit.isna().all():
        dearest = int(np.argmax(cost))
        headline(axes, "plot.ads.unknown", name=names[dearest], cost=labels.fmt(cost[dearest], "money"))
        return axes
    key(axes, "plot.key.break_even")
    if over.any():
        worst = int(np.nanargmax(cost - limit))
        headline(axes, "plot.ads.over", count=int(over.sum()), all=len(top), name=names[worst])
    else:
        headline(axes, "plot.ads.within", all=len(top))
    return axes


def _entries(frame: pd.DataFrame) -> list[str]:
    """The keyword of each row, or its plan where it has none."""
    named = frame["keyword"].where(frame["keyword"] != "", frame["plan"]) if "keyword" in frame else frame["plan"]
    return labels.apart(named, named, 24)


def _dotted(axes: Axes, names: Sequence[str], ends: pd.Series, written: Sequence[str]) -> None:
    """Rows of dots: names at the left, what is written right of each row's end, no value axis."""
    beside(axes, ends, range(len(names)), written, 8)
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.4, -0.6)
    room(axes, names, written, 0.0, float(ends.max()) or 1.0)
    bare(axes)


@chart
def click_through(frame: pd.DataFrame) -> Axes | None:
    """Click-through by plan with its interval, beside before. Frame: `look.ads`, `look.keywords`."""
    top = frame[frame["click_through"].notna()].head(SHOWN).reset_index(drop=True)
    if top.empty:
        return None
    _, axes = canvas(rows_high(len(top)))
    names, rows, now, before = _entries(top), np.arange(len(top)), top["click_through"], top["click_through_before"]
    axes.hlines(rows, top["click_through_low"], top["click_through_high"], color=style.NOW, linewidth=5, alpha=0.35)
    axes.plot(before, rows, "o", color="white", markeredgecolor=style.QUIET, markersize=7)
    axes.plot(now, rows, "o", color=style.NOW, markersize=5)
    written = with_change(now, top["click_through_change"], "rate")
    _dotted(axes, names, pd.Series(np.fmax(top["click_through_high"], before)), written)
    key(axes, "plot.key.click_through")
    chance = before.isna() | before.between(top["click_through_low"], top["click_through_high"])
    moved = top["click_through_change"].abs().mask(chance)
    if moved.isna().all():
        best = int(np.argmax(now))
        headline(axes, "plot.click_through.steady", name=names[best], now=labels.fmt(now[best], "rate"))
    else:
        at = int(np.nanargmax(moved))
        values = {"now": labels.fmt(now[at], "rate"), "before": labels.fmt(before[at], "rate")}
        headline(axes, "plot.click_through", name=names[at], **values)
    return axes


@chart
def ads_verdicts(frame: pd.DataFrame) -> Axes | None:
    """What a click costs and what it brings, by keyword or plan, coloured by verdict. Frame: `look.ads_verdicts`."""
    known = frame[frame["click_cost"].notna() & frame["click_value"].notna()]
    top = known.head(SHOWN).reset_index(drop=True)
    if top.empty:
        return None
    _, axes = canvas(rows_high(len(top)) + 0.3)
    names, rows, cost, value = _entries(top), np.arange(len(top)), top["click_cost"], top["click_value"]
    colours = [VERDICT[v] for v in top["verdict"]]
    axes.hlines(rows, top["click_value_low"], top["click_value_high"], colors=colours, linewidth=5, alpha=0.35)
    axes.hlines(rows, cost, value, colors=colours, linewidth=1.4)
    axes.vlines(cost, rows - 0.36, rows + 0.36, color=style.INK, linewidth=1.6)
    axes.scatter(value, rows, s=40, c=colours, zorder=3)
    written = [
        f"{labels.coded('verdict', v)} {labels.fmt(c, 'money')} → {labels.fmt(w, 'money')}"
        for v, c, w in zip(top["verdict"], cost, value, strict=True)
    ]
    _dotted(axes, names, pd.Series(np.fmax(cost, top["click_value_high"])), written)
    key(axes, "plot.key.verdicts" + (".account" if (top["yardstick"] == "account").all() else ""))
    cut = frame["verdict"].isin(CUT)
    said = {"all": len(frame), "up": int((frame["verdict"] == "raise").sum())}
    if cut.any():
        amount = labels.fmt(frame.loc[cut, "cost"].sum(), "money")
        headline(axes, "plot.ads_verdicts", **said, cut=int(cut.sum()), amount=amount)
    else:
        headline(axes, "plot.ads_verdicts.none", **said)
    return axes


@chart
def budget_shift(frame: pd.DataFrame) -> Axes:
    """Where budget would go and what it would change. Frame: `look.budget_shift`."""
    top = frame.head(SHOWN + 2).reset_index(drop=True)
    _, axes = canvas(rows_high(len(top)) + 0.25)
    written = [
        f"{labels.compact(c, 'money')} ({'+' if g > 0 else ''}{labels.compact(round(g), 'money')})"
        for c, g in zip(top["cost_after"], top["contribution_change"], strict=True)
    ]
    colours = [VERDICT[v] for v in top["verdict"]]
    beside_bars(axes, _entries(top), top["cost_after"], top["cost"], written, colours)
    key(axes, "plot.key.budget_shift")
    total = frame[["contribution_change", "contribution_low", "contribution_high"]].sum()
    change, low, high = (("+" if v > 0 else "") + labels.fmt(float(v), "money") for v in total)
    moved = (frame["cost"] - frame["cost_after"]).clip(lower=0).sum()
    headline(axes, "plot.budget_shift", moved=labels.fmt(float(moved), "money"), change=change, low=low, high=high)
    return axes
