"""Charts of the service desk and of the shops beside this one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sizhen.view import labels, style
from sizhen.view.plots import base
from sizhen.view.plots.lines import BEFORE, NOW, TONE, lines, name_lines, now_and_before, percents, value_axis
from sizhen.view.plots.look_products import titles

OWN, TIER = "own", "tier_average"
PEER = "peer"
KIND = {TIER: style.INK, OWN: style.NOW}
LINES = {PEER: style.BEFORE} | KIND
WIDTHS = {PEER: 1.0, TIER: 2.2, OWN: 2.2}
DASHES = {"counts": "", "index": (3.7, 1.6), "": ""}
ROWS = 10
LOST = {"more": style.WORSE, "fewer": style.BETTER}
INTERVAL = {"change": "lost_buyers_change", "low": "change_low", "high": "change_high"}


@base.chart
def inquiry_conversion(days: pd.DataFrame) -> Axes | None:
    """Share of askers who paid, by day. Days that are not final yet are left out. Frame: `ask.service_days`."""
    known = days[~days["not_final"].astype("bool") & days["inquiry_conversion"].notna()]
    if known.empty:
        return None
    axes = _by_day(known, "inquiry_conversion", "rate")
    asked = known.groupby("when")["inquiry_buyers"].sum()
    paid = (known["inquiry_conversion"] * known["inquiry_buyers"]).groupby(known["when"]).sum()
    _now_before(axes, "plot.inquiry_conversion", paid / asked, "rate")
    return axes


@base.chart
def response_time(days: pd.DataFrame) -> Axes | None:
    """Time to the first reply by day, each day weighted by its askers. Frame: `ask.service_days`."""
    known = days[days["first_response_seconds"].notna()]
    if known.empty:
        return None
    axes = _by_day(known, "first_response_seconds", "seconds")
    waited = (known["first_response_seconds"] * known["inquiry_buyers"]).groupby(known["when"]).sum()
    _now_before(axes, "plot.response_time", waited / known.groupby("when")["inquiry_buyers"].sum(), "seconds")
    return axes


@base.chart
def agents(desk: pd.DataFrame) -> Axes | None:
    """Each agent's inquiry conversion with its 95 % interval beside the whole desk. Frame: `ask.agents`."""
    known = desk[desk["inquiry_conversion"].notna()].head(ROWS)
    if known.empty:
        return None
    _, axes = base.canvas(base.rows_high(len(known)) + 0.15)
    rows, average = np.arange(len(known)), float(known["average"].iloc[0])
    names = [labels.say("agent_label.n", n=round(n)) for n in known["agent_label"]]
    axes.axvline(average, color=style.INK, linewidth=1.4)
    axes.hlines(rows, known["low"], known["high"], color=style.NOW, linewidth=6, alpha=0.3)
    axes.scatter(known["inquiry_conversion"], rows, color=style.NOW, s=36, zorder=3)
    base.beside(axes, known["high"], rows, [labels.fmt(v, "rate") for v in known["inquiry_conversion"]], 5)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(known) - 0.4, -0.6)
    axes.margins(x=0.18)
    axes.xaxis.set_major_formatter(percents(float(known["high"].max())))
    axes.grid(axis="x")
    base.key(axes, "plot.key.agents")
    base.headline(
        axes,
        "plot.agents",
        average=labels.fmt(average, "rate"),
        low=labels.fmt(known["inquiry_conversion"].min(), "rate"),
        high=labels.fmt(known["inquiry_conversion"].max(), "rate"),
    )
    return axes


@base.chart
def response_bands(bands: pd.DataFrame) -> Axes | None:
    """Inquiry conversion by how long askers waited for the first reply. Frame: `ask.response_bands`."""
    bands = bands[bands["inquiry_conversion"].notna()]
    if bands.empty:
        return None
    _, axes = base.canvas(2.7)
    places, share = np.arange(len(bands)), bands["inquiry_conversion"]
    axes.bar(places, share, width=0.62, color=style.NOW)
    axes.vlines(places, bands["low"], bands["high"], color=style.INK, linewidth=1.4)
    for place, top, value in zip(places, bands["high"], share, strict=True):
        axes.annotate(
            labels.fmt(value, "rate"),
            (place, top),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=base.SMALL,
        )
    asked = [labels.fmt(n, "count") for n in bands["inquiry_buyers"]]
    axes.set_xticks(places, [f"{band}\nn={n}" for band, n in zip(bands["response_band"], asked, strict=True)])
    axes.set_ylim(0, float(bands["high"].max()) * 1.12)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    base.key(axes, "response_band")
    base.headline(
        axes,
        "plot.response_bands",
        fast=bands["response_band"].iloc[0],
        first=labels.fmt(share.iloc[0], "rate"),
        slow=bands["response_band"].iloc[-1],
        last=labels.fmt(share.iloc[-1], "rate"),
    )
    return axes


@base.chart
def peers(shops: pd.DataFrame) -> Axes | None:
    """Conversion of this shop beside its tier and its peers. Frame: `ask.peers`."""
    known = shops[shops["conversion"].notna()].head(ROWS)
    if known.empty:
        return None
    _, axes = base.canvas(base.rows_high(len(known)))
    names = [_shop(k, n) for k, n in zip(known["kind"], known["name"], strict=True)]
    colours = [KIND.get(k, style.BEFORE) for k in known["kind"]]
    base.beside_bars(
        axes, names, known["conversion"], None, [labels.fmt(v, "rate") for v in known["conversion"]], colours
    )
    by_kind = known.drop_duplicates("kind").set_index("kind")["conversion"]
    base.headline(
        axes, "plot.peers", own=labels.fmt(by_kind.get(OWN), "rate"), tier=labels.fmt(by_kind.get(TIER), "rate")
    )
    return axes


@base.chart
def peer_days(days: pd.DataFrame) -> Axes:
    """Visitors (or sales) of all shops by day, each one's own baseline = 100. Frame: `ask.peer_days`."""
    _, axes = base.canvas(2.9)
    axes.axhline(100, color=style.LINE, linewidth=1)
    shops = days.assign(shop=days["kind"].astype(object).where(days["kind"].isin(list(KIND)), PEER))
    look: dict[str, Any] = {"hue": "shop", "hue_order": list(LINES), "palette": LINES, "size": "shop", "sizes": WIDTHS}
    lines(axes, shops, "index_level", "peer_id", **look, style="basis", dashes=DASHES)
    last = days.drop_duplicates("peer_id", keep="last").drop_duplicates("kind").set_index("kind")["index_level"]
    name_lines(axes, [(labels.coded("kind", k), float(last[k]), KIND[k]) for k in KIND if k in last])
    base.day_axis(axes, days["date"])
    axes.grid(axis="y")
    by_index = (days["basis"] == "index").any()
    base.key(axes, "plot.key.peer_days" if by_index else "index_level")
    base.headline(
        axes,
        "plot.peer_days",
        metric=labels.name(days["metric"].iloc[0]),
        own=_rounded(last.get(OWN)),
        tier=_rounded(last.get(TIER)),
    )
    return axes


@base.chart
def same_style(offers: pd.DataFrame) -> Axes | None:
    """Price gap of the peers' same styles: left of zero they are cheaper. Frame: `ask.same_style`."""
    known = offers[np.isfinite(offers["price_gap"])]
    if known.empty:
        return None
    shown = known.head(ROWS)
    _, axes = base.canvas(base.rows_high(len(shown)))
    rows, gaps = np.arange(len(shown)), shown["price_gap"]
    axes.barh(rows, gaps, height=0.64, color=[style.WORSE if gap < 0 else style.BEFORE for gap in gaps])
    axes.axvline(0, color=style.INK, linewidth=1)
    for row, gap, peer in zip(rows, gaps, shown["name"], strict=True):
        side = -1 if gap < 0 else 1
        for at, text, to, colour in (
            (gap, labels.fmt(gap, "change"), side, style.INK),
            (0.0, _short(peer, 16), -side, style.QUIET),
        ):
            axes.annotate(
                text,
                (at, row),
                (4 * to, 0),
                textcoords="offset points",
                va="center",
                ha="left" if to > 0 else "right",
                fontsize=base.SMALL,
                color=colour,
            )
    axes.set_yticks(rows, titles(shown, 18))
    axes.invert_yaxis()
    low, high = -min(float(gaps.min()), 0.0), max(float(gaps.max()), 0.0)
    widest = max(low, high, 0.01)
    axes.set_xlim(-max(1.4 * low, widest), max(1.4 * high, widest))
    base.bare(axes)
    base.key(axes, "plot.key.gap")
    base.headline(axes, "plot.same_style", count=len(known), cheaper=int((known["price_gap"] < 0).sum()))
    return axes


@base.chart
def lost_buyers(lost: pd.DataFrame) -> Axes:
    """Where visitors bought instead, beside before. Frame: `ask.lost_buyers`."""
    shown = lost.head(ROWS)
    _, axes = base.canvas(base.rows_high(len(shown)))
    names = labels.apart(shown["peer_id"], shown["name"])
    written = base.with_change(shown["lost_buyers"], shown["lost_buyers_change"], "count")
    colours = [LOST.get(moved, style.NOW) for moved in shown["moved"]]
    base.beside_bars(axes, names, shown["lost_buyers"], shown["lost_buyers_before"], written, colours)
    base.key(axes, "plot.key.lost_buyers")
    most = shown.iloc[0]
    now, before = labels.fmt(most["lost_buyers"], "count"), _rounded(most["lost_buyers_before"])
    told = {n: labels.fmt(most[c], "change") for n, c in INTERVAL.items()}
    if most["moved"] == "few" or told["change"] in (labels.UNKNOWN, labels.fmt(0.0, "change")):
        base.headline(axes, "plot.lost_buyers", name=names[0], now=now, before=before)
    else:
        base.headline(axes, "plot.lost_buyers.moved", name=names[0], now=now, **told)
    return axes


@base.chart
def promotions(runs: pd.DataFrame) -> Axes:
    """When which shop ran a promotion; those that touch the period in its colour. Frame: `ask.promotions`."""
    shown = runs.head(ROWS)
    _, axes = base.canvas(base.rows_high(len(shown)) + 0.25)
    rows, one_day = np.arange(len(shown)), pd.Timedelta(days=1)
    length = shown["ends_on"] - shown["starts_on"] + one_day
    axes.barh(rows, length, left=shown["starts_on"], height=0.5, color=shown["when"].map(TONE).to_list())
    first, last = shown["starts_on"].min(), shown["ends_on"].max() + one_day
    early = shown["starts_on"] + length / 2 < first + (last - first) / 2
    edge = shown["starts_on"].where(~early, shown["ends_on"] + one_day)
    for row, at, left, text in zip(rows, edge, early, shown["promotion"], strict=True):
        axes.annotate(
            _short(text, 20),
            (at, row),
            (4 if left else -4, 0),
            textcoords="offset points",
            ha="left" if left else "right",
            va="center",
            fontsize=base.SMALL,
            color=style.QUIET,
        )
    axes.set_yticks(rows, [_shop(k, n) for k, n in zip(shown["kind"], shown["name"], strict=True)])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(first, last)
    base.day_axis(axes, pd.concat([shown["starts_on"], shown["ends_on"]]))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    base.key(axes, "plot.key.promotions")
    base.headline(axes, "plot.promotions", count=int(((runs["when"] == NOW) & (runs["kind"] != OWN)).sum()))
    return axes


def _by_day(days: pd.DataFrame, column: str, unit: str) -> Axes:
    _, axes = base.canvas(2.3)
    now_and_before(axes, days, column, days["when"] == NOW)
    axes.set_ylim(0, float(days[column].max()) * 1.15)
    value_axis(axes, unit)
    base.day_axis(axes, days["date"])
    axes.grid(axis="y")
    return axes


def _now_before(axes: Axes, id: str, values: pd.Series, unit: str) -> None:
    base.headline(axes, id, now=labels.fmt(values.get(NOW), unit), before=labels.fmt(values.get(BEFORE), unit))


def _shop(kind: object, name: str) -> str:
    """A shop's name; the shop itself and the tier by what they are."""
    return labels.coded("kind", kind) if kind in (OWN, TIER, "tier_top") else _short(name, 18)


def _rounded(value: float | None) -> str:
    return labels.fmt(value if value is None or pd.isna(value) else float(round(value)), "count")


def _short(text: str, columns: int) -> str:
    return labels.shorten(labels.drawable(text), columns)
