"""Charts of stock."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import beside_bars, canvas, chart, headline, key, rows_high
from sizhen.view.plots.look_products import SHOWN, titles

FEW = 5
WHOLE = 0.95  # in stock: above, a product counts as there
MOST = 0.8  # of the sales
SOON, NEXT = 7, 14  # days


@chart
def stock(frame: pd.DataFrame) -> Axes:
    """Share of demand on hand of the ten products that miss most. Frame: `look.stock`."""
    whole = frame["in_stock_share"] >= WHOLE
    short_of = frame[~whole]
    top = pd.concat([short_of, frame[whole]]).head(min(max(len(short_of), FEW), SHOWN))
    _, axes = canvas(rows_high(len(top)))
    names = titles(top)
    written = [labels.fmt(v, "rate") for v in top["in_stock_share"]]
    colours = [style.WORSE if v < WHOLE else style.NOW for v in top["in_stock_share"]]
    beside_bars(axes, names, top["in_stock_share"], top["in_stock_share_before"], written, colours)
    key(axes, "plot.key.before")
    if short_of.empty:
        headline(axes, "plot.stock.whole", count=len(frame))
    else:
        headline(axes, "plot.stock", count=len(short_of), title=names[0], share=written[0])
    return axes


def _carrying(frame: pd.DataFrame) -> pd.DataFrame:
    """The products that bring most of the sales; all where sales are not known."""
    sold = frame["paid_amount"].fillna(0.0).sort_values(ascending=False, kind="stable")
    total = float(sold.sum())
    return frame.loc[sold.index[sold.cumsum() - sold < MOST * total]] if total > 0 else frame


@chart
def stock_cover(frame: pd.DataFrame) -> Axes | None:
    """For how many days the stock of the products that matter lasts, shortest first. Frame: `look.stock`."""
    known = _carrying(frame).dropna(subset=["days_of_cover"])
    top = known.sort_values("days_of_cover", kind="stable").head(SHOWN)
    if top.empty:
        return None
    _, axes = canvas(rows_high(len(top)) + 0.2)
    names, days = titles(top), top["days_of_cover"]
    written = [
        labels.say("plot.days", days=labels.fmt(float(round(d)), "count")) if d > 0 else labels.name("plot.days.gone")
        for d in days
    ]
    colours = [style.WORSE if d < SOON else style.MARK if d < NEXT else style.NOW for d in days]
    beside_bars(axes, names, days, None, written, colours)
    key(axes, "plot.key.stock_cover")
    id = "plot.stock_cover" if days.iloc[0] > 0 else "plot.stock_cover.gone"
    headline(axes, id, title=names[0], days=labels.fmt(float(round(days.iloc[0])), "count"))
    return axes
