"""Chart of what people say beside what the figures show."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import canvas, chart, headline, key, rows_high

ROWS = 10
SEEN = ("staff_say", "customers_say", "reviews_show", "refunds_show", "findings_show")
MARKS = {
    ("say.trouble", "show.worse"): ("v", style.WORSE, 90),
    ("show.most",): ("D", style.MARK, 46),
    ("say.fine",): ("o", style.BETTER, 60),
    ("say.named", "show.nothing"): (".", style.QUIET, 40),
}
NAMED = 3


@chart
def people(table: pd.DataFrame) -> Axes:
    """Who names trouble, and where the figures show it, per topic. Frame: `ask.people`."""
    shown = table.head(ROWS)
    _, axes = canvas(rows_high(len(shown)) + 0.75)
    for column, source in enumerate(SEEN):
        for values, (marker, colour, size) in MARKS.items():
            rows = np.flatnonzero(shown[source].isin(values))
            axes.scatter(np.full(len(rows), column), rows, marker=marker, color=colour, s=size, zorder=3)
    axes.axvline(1.5, color=style.LINE, linewidth=1)
    axes.set_xticks(range(len(SEEN)), [labels.name(s) for s in SEEN], va="baseline")
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(SEEN) - 0.5)
    axes.set_yticks(range(len(shown)), [labels.coded("topic", t) for t in shown["topic"]])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.grid(axis="y")
    axes.tick_params(length=0)
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    key(axes, "plot.key.people")
    _say(axes, table)
    return axes


def _say(axes: Axes, table: pd.DataFrame) -> None:
    """The contradiction first: said and not seen beside seen and not said; then either; then what agrees."""
    by = {str(id).removeprefix("accord."): rows for id, rows in table.groupby("accord", sort=False)}
    named = {
        id: labels.listing([labels.coded("topic", t) for t in rows["topic"].head(NAMED)]) for id, rows in by.items()
    }
    if "unheard" in by and "unseen" in by:
        headline(axes, "plot.people.apart", who=_who(by["unseen"]), said=named["unseen"], shown=named["unheard"])
    elif "denied" in by:
        headline(axes, "plot.people.denied", who=_who(by["denied"]), shown=named["denied"])
    elif "unheard" in by:
        headline(axes, "plot.people.unheard", shown=named["unheard"])
    elif "unseen" in by:
        headline(axes, "plot.people.unseen", who=_who(by["unseen"]), said=named["unseen"])
    elif "agree" in by:
        headline(axes, "plot.people.agree", shown=named["agree"])
    else:
        headline(axes, "plot.people.fine")


def _who(rows: pd.DataFrame) -> str:
    roles = dict.fromkeys(role for said in rows["said_by"].head(NAMED) for role in said.split("/"))
    return labels.listing([labels.coded("part", role) for role in roles])
