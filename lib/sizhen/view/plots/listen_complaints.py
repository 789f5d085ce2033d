"""Charts of complaints: week by week, by word, beside the stars, around what the shop did."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots.base import SMALL, bare, beside, beside_bars, canvas, chart, grid, headline, key, room, rows_high
from sizhen.view.plots.lines import NOW, TONE, percents

PANELS, RISEN, ACROSS = 6, 3, 2
WORDS, EVENTS = 10, 6
FEWEST = 10
MIDDLE = pd.Timedelta(days=3)
SERIES = ["product_id", "aspect"]
MOVED = {"better": style.BETTER, "worse": style.WORSE}


def title_of(row: pd.Series, columns: int) -> str:
    """`size · product`, or the aspect alone for the whole shop."""
    return _titles(row.to_frame().T, columns)[0]


def _titles(rows: pd.DataFrame, columns: int) -> list[str]:
    """The titles of series, no two of them alike."""
    aspects = [labels.brief("aspect", aspect) for aspect in rows["aspect"]]
    products = labels.apart(rows["product_id"], rows["title"], columns)
    return [f"{a} · {p}" if id else a for a, p, id in zip(aspects, products, rows["product_id"], strict=True)]


def week_dots(axes: Axes, rows: pd.DataFrame, column: str, low: str, high: str, now: str = style.NOW) -> None:
    """A dot for each week with its interval, the period's in colour `now`; from 0, in percents."""
    known = rows[rows[column].notna()]
    tone, middle = TONE | {NOW: now}, known["week"] + MIDDLE
    axes.vlines(middle, known[low], known[high], color=known["when"].map(tone), linewidth=4, alpha=0.35)
    axes.scatter(middle, known[column], color=known["when"].map(tone), s=18, zorder=3, clip_on=False)
    top = float(np.nanmax([0.02, 1.15 * known[column].max(), known[high].median()]))
    axes.set_ylim(0, top)
    axes.locator_params(axis="y", nbins=3, steps=[1, 2, 5, 10])
    axes.yaxis.set_major_formatter(percents(top))
    axes.grid(axis="y")


def week_ticks(axes: Axes, weeks: pd.Series) -> None:
    """The first and the last week's first day."""
    ends = [weeks.min(), weeks.max()]
    axes.set_xticks([d + MIDDLE for d in ends], [labels.day(d) for d in ends])
    axes.set_xlim(ends[0] - MIDDLE, ends[1] + 3 * MIDDLE)
    first, last = axes.xaxis.get_major_ticks()
    first.label1.set_horizontalalignment("left")
    last.label1.set_horizontalalignment("right")


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per series to draw: what rose, then the shop's aspects with most complaints, with the shares now and
    before."""
    first = frame.groupby(SERIES, sort=False)
    sums = frame.groupby([*SERIES, "when"])[["complaints", "review_count"]].sum()
    shares = (sums["complaints"] / sums["review_count"].where(sums["review_count"] > 0)).unstack("when")
    shares = shares.reindex(columns=["period", "before"])
    series = first[["title", "trend", "ratio", "ratio_low", "ratio_high"]].first().join(shares).reset_index()
    risen = series[series["trend"] == "risen"].head(RISEN)
    rest = series[(series["trend"] != "risen") & (series["product_id"] == "") & (series["aspect"] != "other")]
    return pd.concat([risen, rest]).head(PANELS).reset_index(drop=True)


@chart
def complaint_weeks(frame: pd.DataFrame) -> Axes:
    """Share of reviews that complain, week by week; one small panel by aspect, those that rose first and red. Frame:
    `listen.complaint_weeks`."""
    series = _shown(frame)
    down = -(-len(series) // ACROSS)
    _, axes = grid(0.95 + 1.15 * down, down, ACROSS, sharex=True)
    for panel, title, (_, row) in zip(axes.flat, _titles(series, 12), series.iterrows(), strict=False):
        rows = frame[(frame["product_id"] == row["product_id"]) & (frame["aspect"] == row["aspect"])]
        colour = style.WORSE if row["trend"] == "risen" else style.NOW
        week_dots(panel, rows, "complaint_share", "low", "high", colour)
        change = f"{labels.fmt(row['before'], 'rate')} → {labels.fmt(row['period'], 'rate')}"
        panel.set_title(f"{title}\n{change}", fontsize=SMALL, color=colour if row["trend"] == "risen" else style.INK)
        week_ticks(panel, frame["week"])
    for panel in axes.flat[len(series) :]:
        panel.set_visible(False)
    if len(series) % ACROSS and down > 1:
        axes[-2, -1].tick_params(labelbottom=True)
    key(axes[0, 0], "plot.key.complaint_weeks")
    top = series.iloc[0]
    values = {"now": labels.fmt(top["period"], "rate"), "before": labels.fmt(top["before"], "rate")}
    if top["trend"] == "risen":
        ends = {c: labels.fmt(top[f"ratio_{c}"], "number") for c in ("low", "high")}
        headline(axes[0, 0], "plot.complaint_weeks.risen", what=title_of(top, 20), **values, **ends)
    else:
        headline(axes[0, 0], "plot.complaint_weeks.steady", what=title_of(top, 20), **values)
    return axes[0, 0]


@chart
def rising_words(frame: pd.DataFrame) -> Axes:
    """Share of bad reviews that say a word, beside before; new topics orange, risen words red. Frame:
    `listen.rising_words`."""
    shown = frame.head(WORDS).reset_index(drop=True)
    _, axes = canvas(rows_high(len(shown)) + 0.2)
    names = [labels.shorten(labels.drawable(t), 20) for t in shown["term"]]
    risen = np.where(shown["beyond_chance"], style.WORSE, style.BEFORE)
    colours = list(np.where(shown["emerging"], style.MARK, risen))
    written = [
        labels.say("plot.rising_words.bar", now=labels.fmt(n, "count"), before=labels.fmt(b, "count"))
        for n, b in zip(shown["told"], shown["told_before"], strict=True)
    ]
    beside_bars(axes, names, shown["told_share"], shown["told_share_before"], written, colours)
    first = shown.iloc[0]
    n = {
        "n": labels.fmt(first["negative_reviews"], "count"),
        "m": labels.fmt(first["negative_reviews_before"], "count"),
    }
    key(axes, "plot.key.rising_words", **n)
    count = int(frame["beyond_chance"].sum())
    if not count:
        headline(axes, "plot.rising_words.none", term=names[0], now=labels.fmt(first["told"], "count"), **n)
        return axes
    share, before = (labels.fmt(first[c], "rate") for c in ("told_share", "told_share_before"))
    emerging = int(frame["emerging"].sum())
    headline(axes, "plot.rising_words", term=names[0], now=share, before=before, count=count, emerging=emerging)
    return axes


@chart
def ratings_and_texts(frame: pd.DataFrame) -> Axes | None:
    """How often stars and text disagree, with interval, beside before, where ten texts or more tell. Frame:
    `listen.ratings_and_texts`."""
    frame = frame[frame["of_reviews"] >= FEWEST].reset_index(drop=True)
    if frame.empty:
        return None
    _, axes = canvas(rows_high(len(frame)) + 0.45)
    names = [labels.coded("mismatch_short", m) for m in frame["mismatch"]]
    written = [
        labels.say(
            "plot.ratings.bar", share=labels.fmt(s, "rate"), found=labels.fmt(f, "count"), of=labels.fmt(n, "count")
        )
        for s, f, n in zip(frame["found_share"], frame["found"], frame["of_reviews"], strict=True)
    ]
    beside_bars(axes, names, frame["found_share"], frame["found_share_before"], written, reach=frame["high"])
    axes.hlines(np.arange(len(frame)), frame["low"], frame["high"], color=style.MARK, linewidth=2.5)
    key(axes, "plot.key.ratings")
    rows = frame.set_index("mismatch")
    if "praised_complains" in rows.index:
        row = rows.loc["praised_complains"]
        share, before = labels.fmt(row["found_share"], "rate"), labels.fmt(row["found_share_before"], "rate")
        headline(axes, "plot.ratings", share=share, before=before, found=labels.fmt(row["found"], "count"))
    else:
        headline(axes, "plot.ratings.other", what=names[0], share=labels.fmt(frame["found_share"].iloc[0], "rate"))
    return axes


@chart
def complaint_events(frame: pd.DataFrame) -> Axes | None:
    """Share of complaints before and after what the shop did. Frame: `listen.complaint_events`."""
    known = frame[frame["complaint_share"].notna() & frame["complaint_share_before"].notna()]
    shown = known.head(EVENTS).reset_index(drop=True)
    if shown.empty:
        return None
    _, axes = canvas(1.05 + 0.34 * len(shown))
    places, before, now = np.arange(len(shown)), shown["complaint_share_before"], shown["complaint_share"]
    low, high = (before + shown["moved_low"]).clip(lower=0), before + shown["moved_high"]
    colours = [MOVED.get(m, style.QUIET) for m in shown["moved"]]
    axes.hlines(places, low, high, color=style.BEFORE, linewidth=9, alpha=0.45)
    axes.plot(before, places, "o", color="white", markeredgecolor=style.QUIET, markersize=6.5)
    axes.scatter(now, places, color=colours, s=52, zorder=3)
    written = [f"{labels.fmt(b, 'rate')} → {labels.fmt(n, 'rate')}" for b, n in zip(before, now, strict=True)]
    ends = pd.concat([high, now, before], axis=1).max(axis=1)
    beside(axes, ends, places, written, 8)
    names = [
        f"{labels.day(d)} {labels.shorten(labels.drawable(str(e)), 16)}"
        for d, e in zip(shown["starts_on"], shown["event"], strict=True)
    ]
    axes.set_yticks(places, names)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    room(axes, names, [f"{w}xx" for w in written], 0.0, float(ends.max()) or 1.0)
    bare(axes)
    key(axes, "plot.key.complaint_events")
    told = pd.concat([shown[shown["moved"].isin(list(MOVED))], shown]).iloc[0]
    event = labels.shorten(labels.drawable(str(told["event"])), 24)
    shares = {
        "now": labels.fmt(told["complaint_share"], "rate"),
        "before": labels.fmt(told["complaint_share_before"], "rate"),
    }
    headline(axes, f"plot.complaint_events.{told['moved']}", event=event, **shares)
    return axes
