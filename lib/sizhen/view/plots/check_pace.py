"""Charts of target, orders and payment by day."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import axis_unit, canvas, chart, day_axis, headline, key
from sizhen.view.plots.lines import lines, name_lines, now_and_before, value_axis

PARTS = {
    "from_visitors": style.SERIES[0],
    "from_conversion": style.SERIES[1],
    "from_order_value": style.SERIES[2],
    "from_unsplit": style.SERIES[5],
}
SHADE = "#f6ead2"


@chart
def target(frame: pd.DataFrame) -> Axes | None:
    """Sales so far beside the even pace to the target. Frame: `check.target`."""
    known = frame[frame["paid_to_date"].notna() & frame["target_to_date"].notna()]
    if known.empty:
        return None
    _, axes = canvas(2.7)
    lines(axes, frame, "target_to_date", color=style.QUIET, linestyle="--", linewidth=1.3)
    lines(axes, known, "paid_to_date", color=style.NOW)
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
    now_and_before(axes, frame, f"payment_rate.{unit}", inside)
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
def target_gap(frame: pd.DataFrame) -> Axes:
    """What puts sales behind or ahead of the target, day by day. Frame: `check.target_gap`."""
    _, axes = canvas(2.9)
    last = frame.iloc[-1]
    parts = [p for p in PARTS if frame[p].abs().max() > 0]
    axes.axhline(0, color=style.QUIET, linewidth=0.8)
    lines(axes, frame, "target_gap", color=style.INK, linewidth=3)
    lines(axes, frame.melt("date", parts, var_name="part", value_name="money"), "money", "part", palette=PARTS)
    axes.yaxis.grid(True)
    value_axis(axes, "money")
    day_axis(axes, frame["date"])
    name_lines(axes, [(labels.name(p), float(last[p]), PARTS[p]) for p in parts])
    key(axes, "plot.key.target_gap", visitors=labels.fmt(round(last["visitors_needed"]), "count"))
    behind = last["target_gap"] < 0
    main = min(parts, key=lambda p: last[p]) if behind else max(parts, key=lambda p: last[p])
    amount = ("+" if last[main] > 0 else "") + labels.money(last[main])
    headline(
        axes,
        "plot.target_gap.behind" if behind else "plot.target_gap.ahead",
        day=labels.day(last["date"]),
        gap=labels.money(abs(last["target_gap"])),
        part=labels.name(main),
        amount=amount,
    )
    return axes


@chart
def order_conversion(frame: pd.DataFrame) -> Axes | None:
    """Conversion by orders and by payments, day by day, with days like a presale shaded. Frame:
    `check.order_conversion`."""
    inside = frame[frame["in_period"]]
    if inside[["order_conversion", "conversion"]].isna().all(axis=None):
        return None
    _, axes = canvas(2.6)
    now_and_before(axes, frame, "order_conversion", frame["in_period"])
    now_and_before(axes, frame, "conversion", frame["in_period"], linestyle="--", linewidth=1.4)
    half = pd.Timedelta(hours=12)
    presale = frame[frame["presale"]]
    for day in presale["date"]:
        axes.axvspan(day - half, day + half, color=SHADE, linewidth=0, zorder=0)
    axes.set_ylim(0, float(frame[["order_conversion", "conversion"]].max().max()) * 1.1 or 1.0)
    axes.yaxis.grid(True)
    value_axis(axes, "rate")
    day_axis(axes, frame["date"])
    told = (presale if len(presale) else inside)[["visitors", "order_buyers", "paid_buyers"]].dropna().sum()
    rates = {
        c: labels.fmt(told[n] / told["visitors"], "rate")
        for c, n in (("orders", "order_buyers"), ("paid", "paid_buyers"))
    }
    key(axes, "plot.key.presale" if len(presale) else "plot.key.order_conversion")
    if len(presale):
        headline(axes, "plot.order_conversion.presale", days=len(presale), **rates)
    else:
        headline(axes, "plot.order_conversion", **rates)
    return axes
