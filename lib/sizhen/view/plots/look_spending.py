"""Charts of advertising and search words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import beside_bars, canvas, chart, headline, key, rows_high, with_change

SHOWN = 10


@chart
def ads(frame: pd.DataFrame) -> Axes | None:
    """Cost per click by plan or keyword beside the price at which a click pays. Frame: `look.ads`, `look.keywords`."""
    column = "keyword" if "keyword" in frame else "plan"
    top = frame[frame["click_cost"].notna()].head(SHOWN).reset_index(drop=True)
    if top.empty:
        return None
    _, axes = canvas(rows_high(len(top)))
    names = [labels.brief(column, p) for p in top[column]]
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


@chart
def search_words(frame: pd.DataFrame) -> Axes:
    """Visitors by search word beside before. Frame: `look.search_words`."""
    top = frame.head(SHOWN)
    _, axes = canvas(rows_high(len(top)))
    names = [labels.brief("keyword", k) for k in top["keyword"]]
    written = with_change(top["visitor_days"], top["visitor_days_change"], "count")
    beside_bars(axes, names, top["visitor_days"], top["visitor_days_before"], written)
    key(axes, "plot.key.before")
    headline(axes, "plot.search_words", keyword=names[0], count=labels.fmt(top["visitor_days"].iloc[0], "count"))
    return axes
