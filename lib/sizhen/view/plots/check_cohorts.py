"""Chart of returning buyers by the month of their first purchase."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sizhen.view import labels
from sizhen.view.plots.base import canvas, chart, headline, key
from sizhen.view.plots.cells import cells

MONTHS = 6  # columns that are legible on a phone
SHADES = sns.blend_palette(["#eef3f8", "#7aa3cc"], as_cmap=True)  # dark figures stay legible on all


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
    names = [
        f"{c}{'*' if starts else ''} ({labels.fmt(n, 'count')})"
        for c, starts, n in zip(rows["cohort"], rows["censored"], rows["cohort_buyers"], strict=True)
    ]
    months, most = range(1, int(shown["months_since"].max()) + 1), float(known["returned_share"].max()) or 1.0
    shares = shown.pivot(index="cohort", columns="months_since", values="returned_share")
    shares = shares.reindex(index=rows["cohort"], columns=months)
    cells(axes, shares, list(map(str, months)), names, written=shares.map(_share), cmap=SHADES, vmin=0, vmax=most)
    key(axes, "plot.key.cohorts.censored" if rows["censored"].any() else "plot.key.cohorts")
    latest = known[known["months_since"] == 1].iloc[-1]
    values = {
        "buyers": labels.fmt(latest["cohort_buyers"], "count"),
        "share": labels.fmt(latest["returned_share"], "rate"),
    }
    headline(axes, "plot.cohorts", cohort=latest["cohort"], **values)
    return axes
