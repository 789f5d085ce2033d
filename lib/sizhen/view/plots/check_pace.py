"""Charts of target, payment and dispatch by day."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import SMALL, axis_unit, canvas, chart, day_axis, headline, key


@chart
def target(frame: pd.DataFrame) -> Axes | None:
    """Sales so far beside the even pace to the target. Frame: `check.target`."""
    known = frame[frame["paid_to_date"].notna() & frame["target_to_date"].notna()]
    if known.empty:
        return None
    _, axes = canvas(2.7)
    axes.plot(frame["date"], frame["target_to_date"], color=style.QUIET, linestyle="--", linewidth=1.3)
    axes.plot(known["date"], known["paid_to_date"], color=style.NOW)
    axes.fill_between(known["date"], known["paid_to_date"], known["target_to_date"], color=style.NOW, alpha=0.1)
    axes.set_ylim(0, frame[["paid_to_date", "target_to_date"]].max().max() * 1.08)
    axes.yaxis.grid(True)
    axis_unit(axes, "money")
    day_axis(axes, frame["date"])
    key(axes, "plot.key.target")
    last = known.iloc[-1]
    gap = last["paid_to_date"] - last["target_to_date"]
    headline(
        axes,
        "plot.target.behind" if gap < 0 else "plot.target.ahead",
        day=labels.day(last["date"]),
        share=labels.fmt(last["target_share"], "rate"),
        gap=labels.fmt(abs(gap), "money"),
    )
    return axes


@chart
def payment(frame: pd.DataFrame) -> Axes | None:
    """Payment rate by day, beside its level before. Frame: `check.payment`."""
    unit = "buyers" if frame["payment_rate.buyers"].notna().any() else "amount"
    rate = frame[f"payment_rate.{unit}"]
    inside = frame["in_period"]
    if rate[inside].isna().all():
        return None
    _, axes = canvas(2.3)
    joined = ~inside | (frame["date"] == frame.loc[inside, "date"].min())
    axes.plot(frame["date"][joined], rate[joined], color=style.BEFORE)
    axes.plot(frame["date"][inside], rate[inside], color=style.NOW)
    both = frame[frame[f"paid_{unit}"].notna() & frame[f"order_{unit}"].notna()]
    sums = both.groupby("in_period")[[f"paid_{unit}", f"order_{unit}"]].sum()
    levels = (sums[f"paid_{unit}"] / sums[f"order_{unit}"]).to_dict()
    if False in levels:
        axes.axhline(levels[False], color=style.QUIET, linestyle=":", linewidth=1)
    axes.set_ylim(max(0.0, min(0.8, float(rate.min())) - 0.05), max(1.0, float(rate.max())) + 0.03)
    axes.yaxis.grid(True)
    axis_unit(axes, "rate")
    day_axis(axes, frame["date"])
    now, before = (labels.fmt(levels.get(part, float("nan")), "rate") for part in (True, False))
    key(axes, "plot.key.level")
    headline(axes, "plot.payment", metric=labels.name(f"payment_rate.{unit}"), now=now, before=before)
    return axes


@chart
def dispatch(frame: pd.DataFrame) -> Axes:
    """Orders due by day of payment, those sent late in red. Frame: `check.dispatch`."""
    _, axes = canvas(2.3)
    late = frame["due_orders"] - frame["sent_in_time"]
    axes.bar(frame["date"], frame["sent_in_time"], color=style.BEFORE, width=0.8)
    axes.bar(frame["date"], late, bottom=frame["sent_in_time"], color=style.WORSE, width=0.8)
    axes.yaxis.grid(True)
    axis_unit(axes, "count")
    day_axis(axes, frame["date"])
    axes.set_ylabel(labels.name("due_orders"), fontsize=SMALL)
    if late.any():
        key(axes, "plot.key.late")
    sent, due = frame["sent_in_time"].sum(), frame["due_orders"].sum()
    values = {"sent": labels.fmt(sent, "count"), "due": labels.fmt(due, "count")}
    headline(axes, "plot.dispatch", share=labels.fmt(sent / due, "rate"), **values)
    return axes
