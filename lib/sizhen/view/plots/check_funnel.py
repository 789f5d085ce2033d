"""Charts of the funnel: the rate of each step, the people lost, and its steps per channel, device or product."""

from __future__ import annotations

from itertools import pairwise

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
from sizhen.view.plots.cells import cells
from sizhen.view.plots.check_conversion import who

STEPS = ("visitors", "product_visitors", "favourite_buyers", "cart_buyers", "order_buyers", "paid_buyers")
SHOWN = 10
LOWER, HIGHER = "#f3d9d6", "#d3e8e3"  # pale WORSE and BETTER: black figures stay legible on them
PLAIN = "#f4f2ee"
MARKS, INKS = {-1: " ▼", 0: "", 1: " ▲"}, {-1: style.WORSE, 0: style.INK, 1: style.BETTER}


@chart
def funnel(frame: pd.DataFrame) -> Axes | None:
    """How many go on at each step, beside before. Frame: `check.funnel`."""
    steps = frame.iloc[1:].reset_index(drop=True)
    if steps["of_step"].isna().all():
        return None
    _, axes = canvas(rows_high(len(steps)))
    names = [
        f"{labels.brief('step', a)} → {labels.brief('step', b)}"
        for a, b in zip(frame["step"], frame["step"].iloc[1:], strict=False)
    ]
    written = with_change(steps["of_step"], steps["of_step_change"], "rate")
    beside_bars(axes, names, steps["of_step"], steps["of_step_before"], written)
    key(axes, "plot.key.before")
    last, moved = frame.iloc[-1], steps["of_step_change"].abs().where(steps["beyond_chance"].astype(bool))
    values = {"rate": labels.fmt(last["of_visitors"], "rate"), "before": labels.fmt(last["of_visitors_before"], "rate")}
    if steps["of_step_change"].isna().all():
        headline(axes, "plot.funnel.alone", rate=values["rate"])
    elif moved.isna().all():
        headline(axes, "plot.funnel.chance", **values)
    else:
        at = int(np.nanargmax(moved))
        change = labels.fmt(steps["of_step_change"].iloc[at], "points")
        headline(axes, "plot.funnel", **values, step=names[at], change=change)
    return axes


def _pairs(steps: list[str]) -> list[str]:
    """`visit → cart` for each step after the first."""
    names = [labels.brief("step", s) for s in steps]
    return [f"{a} → {b}" for a, b in pairwise(names)]


def _signed(people: float) -> str:
    return ("+" if people > 0 else "") + labels.fmt(round(people), "count")


@chart
def funnel_losses(frame: pd.DataFrame) -> Axes | None:
    """What the change of each step's rate costs or brings in buyers, with 95 % intervals. Frame: `check.funnel`."""
    steps = frame.iloc[1:].reset_index(drop=True)
    buyers, low, high = (steps[f"buyers_more{side}"] for side in ("", "_low", "_high"))
    if buyers.isna().all():
        return None
    _, axes = canvas(0.85 + 0.42 * len(steps))
    pairs = _pairs(list(frame["step"]))
    shares = [labels.fmt(1 - s, "rate") for s in steps["of_step"]]
    names = [labels.say("plot.funnel_losses.row", step=p, share=s) for p, s in zip(pairs, shares, strict=True)]
    real = steps["beyond_chance"].astype(bool)
    colours = np.where(real, np.where(buyers < 0, style.WORSE, style.BETTER), style.BEFORE)
    rows = np.arange(len(steps))
    axes.barh(rows, buyers.fillna(0.0), color=colours, height=0.5)
    axes.hlines(rows, low, high, color=style.INK, linewidth=1.3)
    axes.axvline(0, color=style.QUIET, linewidth=0.8)
    doubts = [labels.brief("doubt", d) for d in steps["doubt"]]
    written = [_signed(b) if pd.notna(b) else doubt for b, doubt in zip(buyers, doubts, strict=True)]
    ends = np.fmax(high.fillna(0.0), 0.0)
    beside(axes, ends, rows, written, 5)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    least, most = min(0.0, float(low.min())), max(0.0, float(high.max()))
    lines = [line for name in names for line in name.split("\n")]
    room(axes, lines, written, least, most if most > least else least + 1.0)
    bare(axes)
    own, tier = frame.iloc[-1][["of_visitors", "tier_conversion"]]
    if pd.notna(tier):
        key(axes, "plot.key.losses.tier", own=labels.fmt(own, "rate"), tier=labels.fmt(tier, "rate"))
    else:
        key(axes, "plot.key.losses")
    missed = -buyers.where(real & (buyers < 0))
    if missed.notna().any():
        at = int(np.nanargmax(missed))
        values = {"low": labels.fmt(round(-high[at]), "count"), "high": labels.fmt(round(-low[at]), "count")}
        headline(axes, "plot.funnel_losses", step=pairs[at], missed=labels.fmt(round(missed[at]), "count"), **values)
    else:
        at = int(np.nanargmax(steps["lost"]))
        headline(axes, "plot.funnel_losses.none", step=pairs[at], lost=labels.fmt(steps["lost"][at], "count"))
    return axes


def _written(cell: pd.Series) -> str:
    """The share, marked where it moved by more than chance; `?` where the step has more people than the one above."""
    return ("?" if cell["doubt"] else labels.fmt(cell["of_step"], "rate")) + MARKS[cell["moved"]]


@chart
def funnel_members(frame: pd.DataFrame) -> Axes | None:
    """Share that goes on at each step, per channel, device or product with most visitors; changes that are more than
    chance marked. Frame: `check.funnel_channels`, `check.funnel_devices`, `check.funnel_products`."""
    member = str(frame.columns[0])
    members = frame.drop_duplicates(member).head(SHOWN)
    shown = frame[frame[member].isin(members[member])]
    if shown["of_step"].isna().all():
        return None
    column, names = who(members)
    steps = [s for s in STEPS[1:] if s in set(shown["step"])]
    _, axes = canvas(1.15 + 0.27 * len(members))
    pairs, place = _pairs([STEPS[0], *steps]), {m: row for row, m in enumerate(members[column])}
    table = shown.assign(
        row=shown[column].map(place),
        moved=np.where(shown["beyond_chance"], np.where(shown["of_step_gap"] < 0, -1, 1), 0),
    )
    moved = table.pivot(index="row", columns="step", values="moved")[steps]
    written = table.assign(text=table.apply(_written, axis=1)).pivot(index="row", columns="step", values="text")[steps]
    heads = [pair.replace("→ ", "→\n") for pair in pairs]
    cells(axes, moved, heads, names, written=written, cmap=[LOWER, PLAIN, HIGHER], vmin=-1, vmax=1)
    for text, tone in zip(axes.texts, moved.to_numpy()[moved.notna()], strict=True):
        text.set_color(INKS[tone])
    left = frame[member].nunique() - len(members)
    key(axes, "plot.key.members.cut" if left else "plot.key.members", **({"count": left} if left else {}))
    real = shown[shown["beyond_chance"].astype(bool)]
    if real.empty:
        headline(axes, "plot.funnel_members.none", count=int(shown["of_step_gap"].notna().sum()))
    else:
        cell = real.iloc[int(np.argmax(real["buyers_more"].abs().fillna(0.0)))]
        values = {"now": labels.fmt(cell["of_step"], "rate"), "before": labels.fmt(cell["of_step_before"], "rate")}
        step = pairs[steps.index(cell["step"])]
        headline(axes, "plot.funnel_members", who=names[place[cell[column]]], step=step, **values)
    return axes
