"""Charts of products: which carry the shop, and in which roles."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import axis_name, axis_unit, beside_bars, canvas, chart, headline, key, rows_high
from sizhen.view.plots.lines import lines

SHOWN = 10
FIRST = (0.01, 0.05, 0.20)  # of the products
DOT = 0.008  # half a dot on an axis of shares
NEAR = 0.05  # of the products: a role closer to its reference is at it


def short(title: object) -> str:
    """A product's title as a chart can hold it: ten Chinese characters."""
    return labels.shorten(labels.drawable(str(title)), 20)


def titles(frame: pd.DataFrame, columns: int = 20) -> list[str]:
    """The products' titles as a chart can hold them side by side, no two of them alike."""
    ids = frame["product_id"] if "product_id" in frame else frame["title"]
    return labels.apart(ids, frame["title"].fillna(ids), columns)


@chart
def leading_products(frame: pd.DataFrame) -> Axes:
    """Sales of the ten leading products beside before. Frame: `look.leading_products`."""
    top = frame.head(SHOWN)
    _, axes = canvas(rows_high(len(top)))
    names = titles(top)
    written = [
        labels.compact(v, "money") + (f" ({labels.fmt(c, 'change')})" if pd.notna(c) else "")
        for v, c in zip(top["paid_amount"], top["paid_amount_change"], strict=True)
    ]
    beside_bars(axes, names, top["paid_amount"], top["paid_amount_before"], written)
    key(axes, "plot.key.before")
    share = labels.fmt(top["paid_amount_share"].iloc[0], "rate")
    headline(axes, "plot.leading_products", title=names[0], share=share, count=len(frame))
    return axes


@chart
def concentration(frame: pd.DataFrame) -> Axes | None:
    """What the first 1, 5 and 20 % of the products bring. Frame: `look.leading_products`."""
    reached = frame["cumulative_share"].dropna()
    if reached.empty:
        return None
    _, axes = canvas(2.6)
    curve = pd.DataFrame({"products": np.arange(len(reached) + 1), "share": [0.0, *reached]})
    lines(axes, curve, "share", x="products", color=style.NOW)
    counts = sorted({max(1, int(np.ceil(round(part * len(reached), 9)))) for part in FIRST})
    axes.plot(counts, [float(reached.iloc[n - 1]) for n in counts], "o", color=style.NOW, markersize=7)
    axes.set_ylim(0, 1.03)
    axes.set_xlim(0, len(reached))
    axis_name(axes, "products_by_sales")
    axes.yaxis.grid(True)
    axes.locator_params(axis="x", integer=True)
    axis_unit(axes, "rate")
    key(axes, "plot.key.concentration")
    first, most = (labels.fmt(reached.iloc[n - 1], "rate") for n in (1, counts[-1]))
    headline(axes, "plot.concentration", count=counts[-1], share=most, all=len(reached), first=first)
    return axes


@chart
def roles(frame: pd.DataFrame) -> Axes | None:
    """Share of sales by role, with the share of products and its reference. Frame: `look.roles`."""
    frame = frame[frame["role"] != ""]
    away = (frame["products_share"] - frame["products_norm"]).abs()
    farthest = frame.loc[[away.idxmax()]].iloc[0] if away.notna().any() else None
    frame = frame[frame["paid_amount_share"].notna()].reset_index(drop=True)
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)) + 0.25)
    names = [labels.brief("role", r) for r in frame["role"]]
    written = [labels.fmt(v, "rate") for v in frame["paid_amount_share"]]
    reference = frame["products_norm"]
    beside_bars(axes, names, frame["paid_amount_share"], frame["products_share"], written, reach=reference + DOT)
    axes.plot(reference, np.arange(len(frame)), "o", color="white", markeredgecolor=style.INK, markersize=6)
    if farthest is None:
        key(axes, "plot.key.products_share")
        headline(axes, "plot.roles", role=names[0], share=written[0])
        return axes
    key(axes, "plot.key.roles")
    if away.max() < NEAR:
        headline(axes, "plot.roles.near", role=names[0], share=written[0])
        return axes
    headline(
        axes,
        "plot.roles.far",
        role=names[0],
        share=written[0],
        far=labels.brief("role", farthest["role"]),
        own=labels.fmt(farthest["products_share"], "rate"),
        norm=labels.fmt(farthest["products_norm"], "rate"),
    )
    return axes
