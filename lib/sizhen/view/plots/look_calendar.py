"""Chart of the days against the usual of their weekday."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sizhen.view import labels, style
from sizhen.view.plots.base import SMALL, canvas, chart, headline, key
from sizhen.view.plots.cells import cells

WEEKS = 12
WORTH_WRITING = 1.25  # times the usual, or one over it
DEEPEST = 1.0  # doublings at the ends of the scale
SCALE = sns.blend_palette([style.GROUP["paid"], "#f5f2ec", style.NOW], as_cmap=True)


def _occasion(day: pd.Series) -> str:
    """The name of the holiday, festival or own promotion of a day; empty where there is none."""
    if day["promotion"]:
        return labels.shorten(labels.drawable(str(day["promotion"])), 18)
    return labels.brief("occasion", day["occasion"]) if day["occasion"] else ""


def _numbers(axes: Axes, days: pd.DataFrame) -> None:
    """The multiple on days that differ much, the sign for unknown on days without data."""
    for row, column, times, amount in zip(
        days["row"], days["weekday"], days["times_usual"], days["paid_amount"], strict=True
    ):
        if pd.isna(amount):
            text, ink = labels.UNKNOWN, style.QUIET
        elif pd.notna(times) and not 1 / WORTH_WRITING < times < WORTH_WRITING:
            text, ink = f"{times:.1f}", style.PAPER if abs(np.log2(max(times, 0.01))) > 0.6 else style.INK
        else:
            continue
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=SMALL, color=ink)


def _occasions(axes: Axes, days: pd.DataFrame) -> None:
    """Frames of the special days, and at each week the name of what begins in it."""
    special = days[days["special"] != ""]
    for row, column in zip(special["row"], special["weekday"], strict=True):
        axes.add_patch(
            Rectangle((column + 0.07, row + 0.09), 0.86, 0.82, fill=False, edgecolor=style.MARK, linewidth=1.6)
        )
    begins = special[special["special"] != days["special"].shift().reindex(special.index)]
    for row, name in begins.drop_duplicates("row")[["row", "special"]].itertuples(index=False):
        axes.annotate(name, (7.15, row + 0.5), va="center", fontsize=SMALL, color=style.MARK, annotation_clip=False)


def _border(axes: Axes, days: pd.DataFrame) -> None:
    """The line between the days before and the period."""
    inside = days[days["in_period"]]
    if len(inside) == len(days) or inside.empty:
        return
    row, column = int(inside["row"].iloc[0]), int(inside["weekday"].iloc[0])
    axes.plot([0, column, column, 7], [row + 1, row + 1, row, row], color=style.INK, linewidth=1.6)


def _calendar_headline(axes: Axes, days: pd.DataFrame) -> None:
    compared = days[days["times_usual"].notna()]
    inside = compared[compared["in_period"]]
    best = (inside if len(inside) else compared).sort_values("times_usual", ascending=False).iloc[0]
    values = {
        "day": labels.day(best["date"]),
        "amount": labels.fmt(best["paid_amount"], "money"),
        "times": f"{best['times_usual']:.1f}",
        "occasion": best["special"],
    }
    headline(axes, "plot.calendar.occasion" if best["special"] else "plot.calendar", **values)


@chart
def calendar(frame: pd.DataFrame) -> Axes | None:
    """Every day as a field, weeks below each other: sales against the usual of the weekday. Frame: `look.calendar`.

    The last twelve weeks, where there are more."""
    if frame["times_usual"].isna().all():
        return None
    days = frame.assign(row=(frame["week"] - frame["week"].max()).dt.days // 7)
    days = days[days["row"] > -WEEKS].reset_index(drop=True)
    days["row"] -= days["row"].min()
    days["special"] = [_occasion(day) for _, day in days[["occasion", "promotion"]].iterrows()]
    _, axes = canvas(1.15 + 0.25 * days["week"].nunique())
    times = days.pivot(index="week", columns="weekday", values="times_usual").reindex(columns=range(7))
    names, mondays = [labels.coded("weekday", n) for n in times], [labels.day(week) for week in times.index]
    cells(axes, times.clip(lower=0.01).map(np.log2), names, mondays, gap=1, cmap=SCALE, vmin=-DEEPEST, vmax=DEEPEST)
    _numbers(axes, days)
    _occasions(axes, days)
    _border(axes, days)
    missing = int(days["paid_amount"].isna().sum())
    key(axes, "plot.key.calendar.missing" if missing else "plot.key.calendar", count=missing)
    _calendar_headline(axes, days)
    return axes
