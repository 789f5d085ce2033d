"""Charts of price bands and discounts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import beside_bars, canvas, chart, headline, key, rows_high
from sizhen.view.plots.look_products import SHOWN, short, titles
from sizhen.vocab import load

BANDS = 12


def _bands(frame: pd.DataFrame) -> list[str]:
    return [
        f"{labels.money(a, 0)}–{labels.compact(b, 'count')}"
        for a, b in zip(frame["price_from"], frame["price_to"], strict=True)
    ]


@chart
def price_bands(frame: pd.DataFrame) -> Axes | None:
    """Share of own units by price band beside peers'; without peers, of sales beside the share of products. Frame:
    `look.price_bands`."""
    frame = frame[frame["paid_amount_share"].notna()].reset_index(drop=True)
    if frame.empty:
        return None
    peers = frame["peer_units_share"].notna().any() and frame["paid_units_share"].notna().any()
    own, other = ("paid_units_share", "peer_units_share") if peers else ("paid_amount_share", "products_share")
    large = frame[[own, other]].max(axis=1).nlargest(BANDS).index.sort_values()
    frame = frame.loc[large].reset_index(drop=True)
    _, axes = canvas(rows_high(len(frame)))
    names, share = _bands(frame), [labels.fmt(v, "rate") for v in frame[own]]
    theirs = [labels.fmt(v, "rate") for v in frame[other]]
    written = [f"{a} / {b}" for a, b in zip(share, theirs, strict=True)] if peers else share
    beside_bars(axes, names, frame[own], frame[other], written)
    if peers:
        key(axes, "plot.key.peer_bands")
        far = int(np.nanargmax((frame[own] - frame[other]).abs()))
        headline(axes, "plot.price_bands.peers", band=names[far], peer=theirs[far], own=share[far])
        return axes
    key(axes, "plot.key.products_share")
    top = int(np.argmax(frame[own]))
    headline(axes, "plot.price_bands", band=names[top], share=written[top])
    return axes


@chart
def discount_room(frame: pd.DataFrame) -> Axes:
    """Price paid ÷ list price of ten products: those below the limit by sales, then the deepest. Frame:
    `look.discount_room`."""
    top = frame.head(SHOWN)
    limit = load().rules["look.discount-room"].limit
    line = limit.value if limit else float("nan")
    _, axes = canvas(rows_high(len(top)) + 0.2)
    names, kept = titles(top), top["price_to_list"]
    written = [labels.fmt(v, "rate") for v in kept]
    always = frame["always_deep"].fillna(False).astype(bool)
    colours = [
        style.WORSE if a else style.MARK if v < line else style.NOW
        for a, v in zip(always.head(SHOWN), kept, strict=True)
    ]
    beside_bars(axes, names, kept, None, written, colours)
    axes.axvline(line, color=style.INK, linestyle=":", linewidth=1.2)
    shown = labels.compact(line, "rate")
    key(axes, "plot.key.discount_room", limit=shown)
    if always.any():
        share = labels.fmt(frame.loc[always, "paid_amount_share"].sum(), "rate")
        headline(axes, "plot.discount_room.deep", count=int(always.sum()), all=len(frame), limit=shown, share=share)
    else:
        deepest = int(np.argmin(frame["price_to_list"]))
        rate = labels.fmt(frame["price_to_list"].iloc[deepest], "rate")
        headline(axes, "plot.discount_room.none", limit=shown, title=short(frame["title"].iloc[deepest]), rate=rate)
    return axes
