"""Chart of what people say beside what the figures show."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import canvas, chart, headline, key, rows_high
from sizhen.view.plots.lines import DOTS

ROWS = 10
SEEN = ("staff_say", "customers_say", "reviews_show", "refunds_show", "findings_show")
MARKS: dict[str, tuple[str, str, float]] = {  # shape, colour, square points
    "say.trouble": ("v", style.WORSE, 110),
    "show.worse": ("v", style.WORSE, 110),
    "show.most": ("D", style.MARK, 61),
    "say.fine": ("o", style.BETTER, 76),
    "say.named": (".", style.QUIET, 69),
    "show.nothing": (".", style.QUIET, 69),
}
NAMED = 3


@chart
def people(table: pd.DataFrame) -> Axes:
    """Who names trouble, and where the figures show it, per topic. Frame: `ask.people`."""
    shown = table.head(ROWS).reset_index(drop=True)
    _, axes = canvas(rows_high(len(shown)) + 0.75)
    said = shown[list(SEEN)].set_axis(range(len(SEEN)), axis=1).reset_index(names="row")
    said = said.melt("row", var_name="column", value_name="mark")
    shapes, colours, sizes = ({mark: drawn[n] for mark, drawn in MARKS.items()} for n in range(3))
    look = {"style": "mark", "markers": shapes, "hue": "mark", "palette": colours, "size": "mark", "sizes": sizes}
    sns.scatterplot(said[said["mark"].isin(list(MARKS))], x="column", y="row", **look, **DOTS, ax=axes)
    axes.axvline(1.5, color=style.LINE, linewidth=1)
    axes.set_xticks(range(len(SEEN)), [labels.name(s) for s in SEEN], va="baseline")
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(SEEN) - 0.5)
    axes.set_yticks(range(len(shown)), [labels.coded("topic", t) for t in shown["topic"]])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.grid(axis="y")
    axes.tick_params(length=0)
    sns.despine(ax=axes, left=True, bottom=True)
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
