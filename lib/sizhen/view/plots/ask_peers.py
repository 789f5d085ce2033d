"""Charts of the peers' prices, of where units sell, and of new products."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from sizhen.view import labels, style
from sizhen.view.plots.base import bare, beside, beside_bars, canvas, chart, headline, key, room, rows_high
from sizhen.view.plots.lines import DOTS
from sizhen.view.plots.look_products import short, titles

OWN, ALL, PEER = "own", "all", "peer"
BUBBLES = {OWN: style.NOW, ALL: style.INK, PEER: style.BEFORE}
CUTS, SHOPS = 10, 9
READ = {"below": style.WORSE, "above": style.BETTER, "within": style.NOW, "few": style.BEFORE}
LARGEST = 900.0  # points² of a bubble that holds all of a shop's units
SPECK = 0.002  # of a shop's units: less is too small to see
TICKS = np.array([1.0, 2.0, 5.0])


def intervals(axes: Axes, rows: pd.DataFrame, names: list[str], written: list[str], *, past: float) -> None:
    """A dot with its interval per row (columns value, low, high, reading), the figure at the end, right of `past`."""
    places = np.arange(len(rows))
    colours = [READ[r] for r in rows["reading"]]
    known = rows["low"].notna().to_numpy()
    axes.hlines(
        places[known],
        rows["low"][known],
        rows["high"][known],
        color=[c for c, k in zip(colours, known, strict=True) if k],
        linewidth=6,
        alpha=0.3,
    )
    axes.scatter(rows["value"], places, color=colours, s=36, zorder=3)
    ends = rows[["value", "high"]].max(axis=1).clip(lower=past)
    beside(axes, ends, places, written, 5)
    axes.set_yticks(places, names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


@chart
def price_effects(frame: pd.DataFrame) -> Axes | None:
    """Conversion of our products after a peer cut the same style, against products without a match. Frame:
    `peers.price_effects`."""
    known = frame[frame["conversion_effect"].notna()].reset_index(drop=True)
    if known.empty:
        return None
    top = known.head(CUTS)
    _, axes = canvas(rows_high(len(top)) + 0.55)
    names = titles(top)
    written = [labels.fmt(v, "change") for v in top["conversion_effect"]]
    rows = pd.DataFrame(
        {
            "value": top["conversion_effect"],
            "low": top["conversion_effect_low"],
            "high": top["conversion_effect_high"],
            "reading": top["against_control"],
        }
    )
    axes.axvline(0, color=style.INK, linewidth=1)
    intervals(axes, rows, names, written, past=0.0)
    sides = rows[["value", "low", "high"]]
    room(axes, names, written, min(float(sides.min().min()), 0.0) * 1.05, max(float(sides.max().max()), 0.0))
    bare(axes)
    key(axes, "plot.key.price_effects")
    _effects_headline(axes, known)
    return axes


def _effects_headline(axes: Axes, known: pd.DataFrame) -> None:
    told = known[known["against_control"] != "few"]
    below = told[told["against_control"] == "below"]
    if below.empty:
        headline(axes, "plot.price_effects.none" if len(told) else "plot.price_effects.few", count=len(known))
        return
    row = below.iloc[0]
    headline(
        axes,
        "plot.price_effects",
        day=labels.day(row["cut_on"]),
        peer=short(row["name"]),
        cut=labels.fmt(-row["peer_price_change"], "rate"),
        title=short(row["title"]),
        effect=labels.fmt(row["conversion_effect"], "change"),
        low=labels.fmt(row["conversion_effect_low"], "change"),
        high=labels.fmt(row["conversion_effect_high"], "change"),
    )


def _band(row: pd.Series) -> str:
    digits = 0 if row["price_from"] >= 10 else 1
    return f"{labels.money(row['price_from'], digits)}–{labels.compact(row['price_to'], 'count')}"


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Own shop, all peers as one, then the largest peers: row (its place) and label added."""
    peers = frame[frame["kind"] != OWN]
    every = peers.drop_duplicates("price_from").assign(kind=ALL, units_share=lambda f: f["peers_share"])
    shown = peers["peer_id"].drop_duplicates().head(SHOPS)
    parts = [frame[frame["kind"] == OWN], every, *(peers[peers["peer_id"] == p] for p in shown)]
    parts = [part for part in parts if len(part)]
    return pd.concat([part.assign(row=n) for n, part in enumerate(parts)], ignore_index=True)


def _label(kind: str, name: str) -> str:
    if kind == OWN:
        return labels.coded("kind", OWN)
    return labels.name("plot.market_bands.peers") if kind == ALL else labels.shorten(labels.drawable(name), 14)


@chart
def market_bands(frame: pd.DataFrame) -> Axes | None:
    """At which prices each shop's units sell, on a logarithmic axis, and where we offer nothing. Frame:
    `peers.market_bands`."""
    if frame["peers_share"].isna().all():
        return None
    rows = _rows(frame)
    count = int(rows["row"].max()) + 1
    _, axes = canvas(1.25 + 0.29 * count)
    axes.set_xscale("log")
    absent = frame[frame["own_absent"].fillna(False).astype(bool)].drop_duplicates("price_from")
    for low, high in zip(absent["price_from"], absent["price_to"], strict=True):
        axes.axvspan(low, high, color=style.MARK, alpha=0.16, linewidth=0)
    middle = np.sqrt(rows["price_from"] * rows["price_to"])
    who = rows["kind"].astype(object).where(rows["kind"].isin([OWN, ALL]), PEER)
    sizes = rows["units_share"].fillna(0.0) * LARGEST
    sns.scatterplot(x=middle, y=rows["row"], hue=who, palette=BUBBLES, s=sizes, alpha=0.8, **DOTS, ax=axes)
    heads = rows.drop_duplicates("row")
    names = [_label(k, n) for k, n in zip(heads["kind"].astype(object), heads["name"], strict=True)]
    axes.set_yticks(heads["row"], names)
    axes.set_ylim(count - 0.35, -0.65)
    seen = rows[(rows["units_share"] >= SPECK) | rows["own_absent"].fillna(False).astype(bool)]
    axes.set_xlim(seen["price_from"].min() * 0.8, seen["price_to"].max() * 1.2)
    _price_axis(axes)
    axes.grid(axis="x")
    ours = (frame["kind"] == OWN).any()
    key(axes, "plot.key.market_bands" if ours else "plot.key.market_bands.alone")
    _bands_headline(axes, frame, absent, bool(ours))
    return axes


def _price_axis(axes: Axes) -> None:
    """At most six round prices."""
    low, high = axes.get_xlim()
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in (TICKS, TICKS[:2], TICKS[:1]):
        ticks = [t * 10.0**p for p in powers for t in steps if low <= t * 10.0**p <= high]
        if len(ticks) <= 6:
            break
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: labels.compact(value, "money")))


def _bands_headline(axes: Axes, frame: pd.DataFrame, absent: pd.DataFrame, ours: bool) -> None:
    if len(absent):
        row = absent.iloc[int(np.nanargmax(absent["peers_share"]))]
        headline(axes, "plot.market_bands.absent", band=_band(row), share=labels.fmt(row["peers_share"], "rate"))
        return
    if not ours:
        row = frame.iloc[int(np.nanargmax(frame["peers_share"]))]
        headline(axes, "plot.market_bands.alone", band=_band(row), share=labels.fmt(row["peers_share"], "rate"))
        return
    own = frame[(frame["kind"] == OWN) & frame["units_share"].notna()]
    if own.empty:
        return
    row = own.iloc[int(np.argmax((own["units_share"] - own["peers_share"]).abs()))]
    peer, share = labels.fmt(row["peers_share"], "rate"), labels.fmt(row["units_share"], "rate")
    headline(axes, "plot.market_bands.gap", band=_band(row), peer=peer, own=share)


@chart
def launches(frame: pd.DataFrame) -> Axes | None:
    """New products a week of this shop and its peers beside before. Frame: `peers.launches`."""
    known = frame[frame["weekly_new_products"].notna()]
    own = known[known["kind"] == OWN]
    peers = known[known["kind"] != OWN]
    if peers.empty:
        return None
    peers = peers.sort_values("weekly_new_products", ascending=False, kind="stable")
    shown = pd.concat([own, peers.head(CUTS)])
    _, axes = canvas(rows_high(len(shown)))
    names = [_label(k, n) for k, n in zip(shown["kind"].astype(object), shown["name"], strict=True)]
    written = [labels.compact(round(v, 1), "number") for v in shown["weekly_new_products"]]
    colours = [style.NOW if k == OWN else style.BEFORE for k in shown["kind"].astype(object)]
    beside_bars(axes, names, shown["weekly_new_products"], shown["weekly_new_products_before"], written, colours)
    key(axes, "plot.key.before")
    peer = labels.compact(round(peers["weekly_new_products"].mean(), 1), "number")
    if own.empty:
        headline(axes, "plot.launches.alone", peer=peer)
    else:
        before = labels.compact(round(float(own["weekly_new_products_before"].iloc[0]), 1), "number")
        headline(axes, "plot.launches", own=written[0], before=before, peer=peer)
    return axes
