"""Chart of returning buyers by the month of their first purchase."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from sizhen.view import labels
from sizhen.view.plots.base import SMALL, canvas, chart, headline, key

MONTHS = 6  # columns that are legible on a phone
SHADES = LinearSegmentedColormap.from_list("cohorts", ["#eef3f8", "#7aa3cc"])  # dark figures stay legible on all


def _share(value: float) -> str:
    return f"{value * 100:.0f}%" if value >= 0.0995 or value == 0 else f"{value * 100:.1f}%"


@chart
def cohorts(frame: pd.DataFrame) -> Axes | None:
    """Share of the buyers of each first month who bought again 1, 2, … months later. Frame: `check.cohorts`."""
    shown = frame[frame["months_since"] <= MONTHS]
    known = shown[shown["returned_share"].notna()]
    if known.empty:
        return None
    rows = shown.drop_duplicates("cohort").reset_index(drop=True)
    _, axes = canvas(1.15 + 0.27 * len(rows))
    place, most = {c: n for n, c in enumerate(rows["cohort"])}, float(known["returned_share"].max()) or 1.0
    for _, cell in known.iterrows():
        x, y, depth = cell["months_since"], place[cell["cohort"]], cell["returned_share"] / most
        axes.add_patch(Rectangle((x - 0.48, y - 0.44), 0.96, 0.88, color=SHADES(depth), linewidth=0))
        axes.text(x, y, _share(cell["returned_share"]), ha="center", va="center", fontsize=SMALL)
    names = [
        f"{c}{'*' if starts else ''} ({labels.fmt(n, 'count')})"
        for c, starts, n in zip(rows["cohort"], rows["censored"], rows["cohort_buyers"], strict=True)
    ]
    last = int(shown["months_since"].max())
    axes.set_xticks(range(1, last + 1))
    axes.set_xlim(0.5, last + 0.5)
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    key(axes, "plot.key.cohorts.censored" if rows["censored"].any() else "plot.key.cohorts")
    latest = known[known["months_since"] == 1].iloc[-1]
    values = {
        "buyers": labels.fmt(latest["cohort_buyers"], "count"),
        "share": labels.fmt(latest["returned_share"], "rate"),
    }
    headline(axes, "plot.cohorts", cohort=latest["cohort"], **values)
    return axes
