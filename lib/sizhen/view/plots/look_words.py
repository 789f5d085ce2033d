"""Chart of search words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import beside_bars, canvas, chart, headline, key, rows_high, with_change

SHOWN, EACH = 12, 3
VERDICT = {"falling": style.WORSE, "unranked": style.MARK, "rising": style.BETTER, "": style.NOW}


def _sections(frame: pd.DataFrame) -> pd.DataFrame:
    """At least three of falling, unranked and rising words each where there are any, in this order, then the others;
    twelve in all, of each the ones with most visitors."""
    section = frame["verdict"].astype(object).map({v: n for n, v in enumerate(VERDICT)})
    place = frame.groupby(section).cumcount()
    first = (section < len(VERDICT) - 1) & (place < EACH)
    chosen = pd.Index([*frame.index[first], *frame.index[~first]])[:SHOWN]
    return frame.loc[chosen].assign(section=section).sort_values("section", kind="stable").reset_index(drop=True)


@chart
def search_words(frame: pd.DataFrame) -> Axes:
    """Visitors by search word beside before: falling, unranked and rising words first. Frame: `look.search_words`."""
    top = _sections(frame.sort_values("visitor_days", ascending=False, kind="stable", ignore_index=True))
    _, axes = canvas(rows_high(len(top)))
    names = labels.apart(top["keyword"], top["keyword"], 24)
    written = with_change(top["visitor_days"], top["visitor_days_change"], "count")
    colours = [VERDICT[v] for v in top["verdict"]]
    beside_bars(axes, names, top["visitor_days"], top["visitor_days_before"], written, colours)
    best = labels.brief("keyword", frame["keyword"].iloc[int(np.argmax(frame["visitor_days"]))])
    counts = frame["verdict"].value_counts()
    if (frame["verdict"] == "").all():
        key(axes, "plot.key.before")
        headline(axes, "plot.search_words", keyword=best, count=labels.fmt(frame["visitor_days"].max(), "count"))
    else:
        key(axes, "plot.key.search_words")
        moved = {v: int(counts.get(v, 0)) for v in VERDICT if v}
        headline(axes, "plot.search_words.moved", keyword=best, **moved)
    return axes
