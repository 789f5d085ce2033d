"""Chart of new and returning people."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import beside_bars, canvas, chart, headline, key, rows_high

SHARED = ("visitor_days", "paid_buyers", "paid_amount")


@chart
def new_and_returning(frame: pd.DataFrame) -> Axes | None:
    """What share of visitors, buyers and sales is returning people's, beside before. Frame:
    `look.new_and_returning`."""
    kinds = frame.set_index("visitor_kind")
    shares = pd.Series({c: kinds[f"{c}_share"].get("returning") for c in SHARED}, dtype="float64").dropna()
    if shares.empty:
        return None
    before = pd.Series({c: kinds[f"{c}_share_before"].get("returning") for c in shares.index}, dtype="float64")
    _, axes = canvas(rows_high(len(shares)) + 0.15)
    names = [labels.name(f"plot.returning.{c}") for c in shares.index]
    written = [labels.fmt(v, "rate") for v in shares]
    beside_bars(axes, names, shares, before, written, style.GROUP["owned"])
    axes.barh(range(len(shares)), 1 - shares, left=shares, color=style.LINE, height=0.64, zorder=0)
    axes.set_xlim(0, 1)
    key(axes, "plot.key.returning")
    parts = labels.listing(
        [labels.say("plot.new_and_returning.part", name=n, share=w) for n, w in zip(names, written, strict=True)]
    )
    least, most = kinds["conversion_least"].get("returning"), kinds["conversion_most"].get("new")
    if pd.notna(least) and pd.notna(most) and least > most:
        bounds = {"least": labels.fmt(least, "rate"), "most": labels.fmt(most, "rate")}
        headline(axes, "plot.new_and_returning.apart", parts=parts, **bounds)
    else:
        headline(axes, "plot.new_and_returning", parts=parts)
    return axes
