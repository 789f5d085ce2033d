"""Charts of products and stock."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import SMALL, axis_unit, beside_bars, canvas, chart, headline, key, rows_high

SHOWN, FEW = 10, 5
MOST = 0.8  # of the sales
WHOLE = 0.95  # in stock: above, a product counts as there


def short(title: object) -> str:
    """A product's title as a chart can hold it: ten Chinese characters."""
    return labels.shorten(labels.drawable(str(title)), 20)


@chart
def leading_products(frame: pd.DataFrame) -> Axes:
    """Sales of the ten leading products beside before. Frame: `look.leading_products`."""
    top = frame.head(SHOWN)
    _, axes = canvas(rows_high(len(top)))
    names = [short(t) for t in top["title"]]
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
    """How many products bring most of the sales. Frame: `look.leading_products`."""
    reached = frame["cumulative_share"].dropna()
    if reached.empty:
        return None
    _, axes = canvas(2.3)
    count = int((reached < MOST - 1e-9).sum()) + 1
    places = np.arange(len(reached) + 1)
    axes.plot(places, [0.0, *reached], color=style.NOW)
    axes.plot([count], [reached.iloc[count - 1]], "o", color=style.NOW, markersize=6)
    axes.hlines(MOST, 0, count, color=style.QUIET, linestyle=":", linewidth=1)
    axes.set_ylim(0, 1.03)
    axes.set_xlim(0, len(reached))
    axes.set_xlabel(labels.name("products_by_sales"), fontsize=SMALL)
    axes.yaxis.grid(True)
    axis_unit(axes, "rate")
    share = labels.fmt(reached.iloc[count - 1], "rate")
    headline(axes, "plot.concentration", count=count, share=share, all=len(reached))
    return axes


@chart
def roles(frame: pd.DataFrame) -> Axes | None:
    """Share of sales by role, with the share of products. Frame: `look.roles`."""
    frame = frame[frame["paid_amount_share"].notna() & (frame["role"] != "")]
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)))
    names = [labels.brief("role", r) for r in frame["role"]]
    written = [labels.fmt(v, "rate") for v in frame["paid_amount_share"]]
    beside_bars(axes, names, frame["paid_amount_share"], frame["products_share"], written)
    key(axes, "plot.key.products_share")
    headline(axes, "plot.roles", role=names[0], share=written[0])
    return axes


@chart
def price_bands(frame: pd.DataFrame) -> Axes | None:
    """Share of sales by price band, with the share of products. Frame: `look.price_bands`."""
    frame = frame[frame["paid_amount_share"].notna()].reset_index(drop=True)
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)))
    names = [
        f"{labels.money(a, 0)}–{labels.compact(b, 'count')}"
        for a, b in zip(frame["price_from"], frame["price_to"], strict=True)
    ]
    written = [labels.fmt(v, "rate") for v in frame["paid_amount_share"]]
    beside_bars(axes, names, frame["paid_amount_share"], frame["products_share"], written)
    key(axes, "plot.key.products_share")
    top = int(np.argmax(frame["paid_amount_share"]))
    headline(axes, "plot.price_bands", band=names[top], share=written[top])
    return axes


@chart
def stock(frame: pd.DataFrame) -> Axes:
    """Share of demand on hand of the ten products that miss most. Frame: `look.stock`."""
    whole = frame["in_stock_share"] >= WHOLE
    short_of = frame[~whole]
    top = pd.concat([short_of, frame[whole]]).head(min(max(len(short_of), FEW), SHOWN))
    _, axes = canvas(rows_high(len(top)))
    names = [short(t) for t in top["title"]]
    written = [labels.fmt(v, "rate") for v in top["in_stock_share"]]
    colours = [style.WORSE if v < WHOLE else style.NOW for v in top["in_stock_share"]]
    beside_bars(axes, names, top["in_stock_share"], top["in_stock_share_before"], written, colours)
    key(axes, "plot.key.before")
    if short_of.empty:
        headline(axes, "plot.stock.whole", count=len(frame))
    else:
        headline(axes, "plot.stock", count=len(short_of), title=names[0], share=written[0])
    return axes
