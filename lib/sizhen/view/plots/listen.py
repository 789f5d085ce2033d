"""Charts of what buyers say: reviews, scores, complaints and refunds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots import base
from sizhen.view.plots.lines import BEFORE, DOTS, NOW, TONE, lines, name_lines, value_axis
from sizhen.view.plots.look_products import titles

MIDDLE = pd.Timedelta(days=3)
ROWS = 8
STEP = 0.015  # of a score: less reads as hardly any


@base.chart
def review_weeks(weeks: pd.DataFrame) -> Axes:
    """Reviews per week, the period's weeks in its colour."""
    _, axes = base.canvas(2.3)
    _week_bars(axes, weeks, "review_count")
    mean = weeks.groupby("when")["review_count"].mean()
    base.headline(
        axes,
        "plot.review_weeks",
        now=_whole(mean.get(NOW)),
        before=_whole(mean.get(BEFORE)),
    )
    return axes


@base.chart
def bad_reviews(weeks: pd.DataFrame) -> Axes | None:
    """Share of bad reviews per week with its 95 % interval. Needs stars; without any nothing is drawn."""
    known = weeks[weeks["bad_review_share"].notna()]
    if known.empty:
        return None
    _, axes = base.canvas(2.6)
    middle = known["week"] + MIDDLE
    colours = known["when"].map(TONE).to_list()
    axes.vlines(middle, known["low"], known["high"], color=colours, linewidth=5, alpha=0.35)
    sns.scatterplot(known, x=middle, y="bad_review_share", hue="when", palette=TONE, s=42, **DOTS, ax=axes)
    axes.set_ylim(0, max(0.02, float(known["high"].max()) * 1.05))
    _dated(axes, known["week"], "rate")
    base.key(axes, "plot.key.interval")
    worst = known.sort_values("bad_review_share").iloc[-1]
    base.headline(
        axes,
        "plot.bad_reviews",
        day=labels.fmt(worst["week"], "date"),
        share=labels.fmt(worst["bad_review_share"], "rate"),
        n=labels.fmt(worst["rated_reviews"], "count"),
    )
    return axes


@base.chart
def scores(days: pd.DataFrame) -> Axes | None:
    """The three scores by day; the tier's average beside each as a thin line where it is known."""
    _, axes = base.canvas(2.9)
    last = days.drop_duplicates("metric", keep="last").set_index("metric")["own_score"]
    hues = dict(zip(days["metric"].unique(), style.SERIES, strict=False))
    lines(axes, days, "own_score", "metric", palette=hues)
    lines(axes, days, "tier_score", "metric", palette=hues, linewidth=1, alpha=0.6, linestyle=(0, (1, 1.5)))
    name_lines(axes, [(labels.name(m), float(last[m]), hue) for m, hue in hues.items()])
    base.day_axis(axes, days["date"])
    axes.grid(axis="y")
    if days["tier_score"].notna().any():
        base.key(axes, "plot.key.dotted", name=labels.name("tier_score"))
    moved = _most_moved(days)
    base.headline(
        axes,
        "plot.scores" if moved["moved"] >= STEP else "plot.scores.steady",
        metric=labels.name(str(moved.name)),
        before=labels.fmt(moved["first"], "score"),
        now=labels.fmt(moved["last"], "score"),
    )
    return axes


def _most_moved(days: pd.DataFrame) -> pd.Series:
    ends = days.groupby("metric")["own_score"].agg(["first", "last"])
    return ends.assign(moved=(ends["last"] - ends["first"]).abs()).sort_values("moved").iloc[-1]


@base.chart
def complaints(aspects: pd.DataFrame) -> Axes | None:
    """Share of reviews that complain of each aspect; a mark shows where it was before. Nothing where none does."""
    shown = aspects[aspects["aspect"] != "any"].head(ROWS + 2)
    if shown.empty:
        return None
    names = [labels.brief("aspect", a) for a in shown["aspect"]]
    axes = _compared(names, shown["complaint_share"], shown["complaint_share_before"], "rate")
    first = shown.iloc[0]
    base.headline(
        axes,
        "plot.complaints",
        aspect=labels.brief("aspect", first["aspect"]),
        share=labels.fmt(first["complaint_share"], "rate"),
        before=labels.fmt(first["complaint_share_before"], "rate"),
    )
    return axes


@base.chart
def refund_reasons(reasons: pd.DataFrame) -> Axes | None:
    """Refunds by reason; a mark shows how many came in as many days before. Nothing where none tells its reason."""
    shown = reasons[reasons["reason"] != ""].head(ROWS)
    if shown.empty:
        return None
    names = [_short("reason", r) for r in shown["reason"]]
    axes = _compared(names, shown["refund_count"], shown["refund_count_before"], "count")
    _say_first(axes, "plot.refund_reasons", "reason", names[0], shown)
    return axes


@base.chart
def refund_products(products: pd.DataFrame) -> Axes:
    """Refunds by product; a mark shows how many came in as many days before."""
    shown = products.head(ROWS)
    names = titles(shown)
    axes = _compared(names, shown["refund_count"], shown["refund_count_before"], "count")
    _say_first(axes, "plot.refund_products", "title", names[0], shown)
    return axes


@base.chart
def refund_amounts(weeks: pd.DataFrame) -> Axes | None:
    """Money refunded per week, by the day the refund succeeded. Nothing where that day is not known."""
    if "refund_amount" not in weeks:
        return None
    _, axes = base.canvas(2.3)
    _week_bars(axes, weeks, "refund_amount", "money")
    mean = weeks.groupby("when")["refund_amount"].mean()
    base.headline(
        axes,
        "plot.refund_amounts",
        now=labels.fmt(mean.get(NOW), "money"),
        before=labels.fmt(mean.get(BEFORE), "money"),
    )
    return axes


@base.chart
def refund_rate(weeks: pd.DataFrame) -> Axes | None:
    """Refund rate by the week of payment; weeks that are not final yet are hollow."""
    known = weeks[weeks["refund_rate"].notna()]
    if known.empty:
        return None
    _, axes = base.canvas(2.7)
    middle, final = known["week"] + MIDDLE, ~known["not_final"].astype("bool")
    rates = pd.DataFrame({"week": middle, "all": known["refund_rate"], "final": known["refund_rate"].where(final)})
    lines(axes, rates, "final", x="week", color=style.NOW)
    lines(axes, rates, "all", x="week", color=style.NOW, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    faces, edge = {True: style.NOW, False: style.PAPER}, {"edgecolor": style.NOW, "linewidth": 1}
    sns.scatterplot(rates, x="week", y="all", hue=final, palette=faces, s=34, **DOTS | edge, ax=axes)
    axes.set_ylim(0, max(0.02, float(known["refund_rate"].max()) * 1.15))
    _dated(axes, known["week"], "rate")
    if not final.all():
        base.key(axes, "plot.key.not_final")
    last = known[final].iloc[-1] if final.any() else pd.Series({"refund_rate": np.nan, "week": pd.NaT})
    base.headline(
        axes,
        "plot.refund_rate",
        rate=labels.fmt(last["refund_rate"], "rate"),
        day=labels.fmt(last["week"], "date"),
    )
    return axes


def _whole(value: float | None) -> str:
    return labels.fmt(value if value is None else float(round(value)), "count")


def _short(column: str, value: object) -> str:
    return labels.shorten(labels.drawable(labels.coded(column, value)), 20)


def _say_first(axes: Axes, id: str, what: str, name: str, rows: pd.DataFrame) -> None:
    before = rows["refund_count_before"].iloc[0]
    now = labels.fmt(rows["refund_count"].iloc[0], "count")
    base.headline(axes, id, **{what: name}, now=now, before=_whole(before))


def _week_bars(axes: Axes, weeks: pd.DataFrame, column: str, unit: str = "count") -> None:
    axes.bar(weeks["week"] + MIDDLE, weeks[column], width=5.6, color=weeks["when"].map(TONE).to_list())
    _dated(axes, weeks["week"], unit)
    base.key(axes, "plot.key.parts")


def _dated(axes: Axes, weeks: pd.Series, unit: str) -> None:
    """First days of the weeks under the axis, values beside it."""
    base.day_axis(axes, weeks)
    value_axis(axes, unit)
    axes.grid(axis="y")
    axes.set_xlim(weeks.min() - pd.Timedelta(days=2), weeks.max() + pd.Timedelta(days=9))


def _compared(names: list[str], now: pd.Series, before: pd.Series, unit: str) -> Axes:
    """Horizontal bars with values, and a dark line on each row where it was before."""
    _, axes = base.canvas(base.rows_high(len(names)))
    base.beside_bars(axes, names, now, before, [labels.fmt(v, unit) for v in now])
    base.key(axes, "plot.key.before")
    return axes
