"""Numbers as small pictures inside a text: SVG without script, style or id, as page, PDF and notebook show it alike.

Each colour stands twice: as a literal one, for programs that do not apply a page's style sheet to SVG, and as a class
`sz-f-…` (fill) or `sz-s-…` (stroke), which style.css colours for day and night.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup

from sizhen.view import labels
from sizhen.view.screen import Gauge, Shown

COLOURS = {"act": "#a8322a", "now": "#2f5885", "pale": "#c3cad2", "ok": "#a9d1c0", "ink": "#1d2024", "soft": "#5b6067"}
WIDTH = 300  # units across, about one CSS pixel each on a phone
TEXT = 13.0
COLUMN = 7.2  # units a Latin letter of that size takes
GAP = 8.0  # between two texts in a row


@dataclass(frozen=True)
class Row:
    """A bar with its name and its number; `bad` draws it in the colour of what is to act on."""

    name: str
    value: float
    shown: Shown
    bad: bool = False


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _svg(css: str, width: float, height: float, label: str, parts: Iterable[Markup]) -> Markup:
    head = Markup('<svg class="sz-svg {}" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(css, _n(width), _n(height), label) + _join(parts) + Markup("</svg>")


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rect(x: float, y: float, width: float, height: float, colour: str, round: float = 0.0) -> Markup:
    return Markup('<rect class="sz-f-{}" x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}"></rect>').format(
        colour, _n(x), _n(y), _n(max(width, 0.0)), _n(max(height, 0.0)), _n(round), COLOURS[colour]
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "none") -> Markup:
    look = Markup('class="sz-s-{}" stroke="{}" stroke-width="2" stroke-dasharray="{}"').format(
        colour, COLOURS[colour], dashes
    )
    return Markup('<line {} x1="{}" y1="{}" x2="{}" y2="{}"></line>').format(look, _n(x1), _n(y1), _n(x2), _n(y2))


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start", told: Shown | None = None) -> Markup:
    data = Markup("") if told is None else Markup(' data-figure="{}" data-scope="{}"').format(told.figure, told.scope)
    bold = Markup(' font-weight="700"') if colour in ("act", "ink") else Markup("")
    head = Markup('<text class="sz-f-{}" x="{}" y="{}" text-anchor="{}" font-size="{}" fill="{}"{}{}>{}</text>')
    return head.format(colour, _n(x), _n(y), anchor, _n(TEXT), COLOURS[colour], bold, data, text)


def _wide(text: str) -> float:
    return labels.width(text) * COLUMN


def _inside(x: float, text: str) -> float:
    """The middle of a text nearest to `x` that leaves it whole."""
    half = min(_wide(text), WIDTH) / 2
    return min(max(x, half), WIDTH - half)


def bars(values: Sequence[float | None], now: Sequence[bool], *, bad: bool, label: str) -> Markup:
    """A bar a week, the oldest first: grey before, blue `now`, red where that is `bad`; a dash where unknown.

    `label` says the same in words.
    """
    height, step, thick = 24.0, 11.0, 8.0
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = (height - 2) / ((high - low) or 1.0)
    zero = 2 + high * scale
    parts = []
    for week, (value, current) in enumerate(zip(values, now, strict=True)):
        colour = ("act" if bad else "now") if current else "pale"
        if value is None:
            parts.append(_rect(week * step + 2, height - 2, thick - 4, 1.5, "pale"))
        else:
            top = min(zero, zero - value * scale)
            parts.append(_rect(week * step, top, thick, max(abs(value) * scale, 1.0), colour, 1.5))
    return _svg("sz-bars", max(len(values) * step - (step - thick), thick), height, label, parts)


def spark(
    days: Sequence[date],
    values: Sequence[float | None],
    *,
    onset: date | None,
    before: Shown | None,
    now: Shown | None,
    bad: bool,
    label: str,
) -> Markup:
    """A line over time, grey up to `onset` and blue or (`bad`) red from there, with that day below it.

    `before` and `now`: the two figures that are written at its ends. An unknown value breaks the line.
    """
    height, top, bottom = 62.0, 20.0, 44.0
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    span, length = (high - low) or 1.0, max((days[-1] - days[0]).days, 1) if days else 1
    at = {day: 4 + (WIDTH - 8) * (day - days[0]).days / length for day in days}
    points = [
        (day, None if value is None else (at[day], bottom - (value - low) / span * (bottom - top)))
        for day, value in zip(days, values, strict=True)
    ]
    colour = "act" if bad else "now"
    later = [(day, point) for day, point in points if onset is not None and day >= onset]
    earlier = points[: len(points) - len(later) + 1] if later else points
    parts = [*_lines([p for _, p in earlier], "pale"), *_lines([p for _, p in later], colour)]
    if before is not None:
        parts.append(_text(0, 13, before.text, "soft", told=before))
    if now is not None:
        parts.append(_text(WIDTH, 13, now.text, colour, "end", told=now))
    if later and onset is not None:
        told = labels.day(onset)
        parts.append(_line(at[later[0][0]], top - 4, at[later[0][0]], bottom + 2, "soft", "2 3"))
        parts.append(_text(_inside(at[later[0][0]], told), height - 3, told, "soft", "middle"))
    return _svg("sz-spark", WIDTH, height, label, parts)


def _lines(points: Sequence[tuple[float, float] | None], colour: str) -> list[Markup]:
    """One line for each run of known points; a lone one is a dot."""
    parts = []
    for known, run in groupby(points, key=lambda point: point is not None):
        there = [point for point in run if point is not None]
        if known and len(there) == 1:
            parts.append(
                Markup('<circle class="sz-f-{}" cx="{}" cy="{}" r="2" fill="{}"></circle>').format(
                    colour, _n(there[0][0]), _n(there[0][1]), COLOURS[colour]
                )
            )
        elif known:
            line = Markup('<polyline class="sz-s-{}" points="{}" fill="none" stroke="{}" stroke-width="2"></polyline>')
            parts.append(line.format(colour, " ".join(f"{_n(x)},{_n(y)}" for x, y in there), COLOURS[colour]))
    return parts


def range_bar(gauge: Gauge, *, bad: bool) -> Markup:
    """Sales on a line with the usual band, what was expected and the target; each written beside its mark."""
    marks = {"sales:observed": gauge.observed, "sales:expected": gauge.expected, "sales:target": gauge.target}
    spots = [value for value in (*marks.values(), gauge.low, gauge.high) if value is not None]
    middle, reach = (max(spots) + min(spots)) / 2, max(max(spots) - min(spots), 0.1 * max(map(abs, spots)), 1e-9)
    written = [(told, value) for told in gauge.told if (value := marks.get(told.figure)) is not None]
    colours = {"sales:observed": "act" if bad else "now", "sales:expected": "ink", "sales:target": "soft"}

    def at(value: float) -> float:
        return WIDTH / 2 + (value - middle) / reach * (WIDTH - 56)

    rows = _rows([(at(value), told) for told, value in written])
    line = 18.0 * len(rows) + 12
    parts = [_rect(0, line - 4, WIDTH, 8, "pale", 4)]
    below = [told for told in gauge.told if told.figure == "sales:band"]
    if gauge.low is not None and gauge.high is not None:
        parts.append(_rect(at(gauge.low), line - 5, at(gauge.high) - at(gauge.low), 10, "ok"))
        centre = (at(gauge.low) + at(gauge.high)) / 2
        parts += [_text(_inside(centre, told.text), line + 24, told.text, "soft", "middle", told) for told in below]
    for told, value in reversed(written):
        dot = told.figure == "sales:observed"
        parts.append(_mark(at(value), line, colours[told.figure], dot=dot, dashed=told.figure == "sales:target"))
    for number, row in enumerate(rows):
        parts += [_text(x, 14 + 18 * number, told.text, colours[told.figure], "middle", told) for x, told in row]
    label = labels.listing([told.text for told in gauge.told])
    return _svg("sz-gauge", WIDTH, line + (30 if below else 12), label, parts)


def _mark(x: float, y: float, colour: str, *, dot: bool, dashed: bool) -> Markup:
    if dot:
        circle = Markup('<circle class="sz-f-{}" cx="{}" cy="{}" r="7" fill="{}"></circle>')
        return circle.format(colour, _n(x), _n(y), COLOURS[colour])
    return _line(x, y - 9, x, y + 9, colour, "3 2" if dashed else "none")


def _rows(texts: Sequence[tuple[float, Shown]]) -> list[list[tuple[float, Shown]]]:
    """The texts in one row, each as near to its place as the others let it; one below the other where they are too
    long for that."""
    if sum(_wide(told.text) + GAP for _, told in texts) - GAP > WIDTH:
        return [[(_inside(x, told.text), told)] for x, told in texts]
    placed: list[tuple[float, Shown]] = []
    end = -GAP
    for x, told in sorted(texts, key=lambda text: text[0]):
        half = _wide(told.text) / 2
        placed.append((max(_inside(x, told.text), end + GAP + half), told))
        end = placed[-1][0] + half
    start = WIDTH + GAP
    for number in range(len(placed) - 1, -1, -1):
        x, told = placed[number]
        half = _wide(told.text) / 2
        placed[number] = (min(x, start - GAP - half), told)
        start = placed[number][0] - half
    return [placed]


def shares(rows: Sequence[Row], *, label: str) -> Markup:
    """A row each: its name, a bar from a common zero, its number at the right."""
    high = 24.0
    left = min(max(_wide(row.name) for row in rows) + 8, 110.0)
    right = max(_wide(row.shown.text) for row in rows) + 8
    low, most = min(0.0, *(row.value for row in rows)), max(0.0, *(row.value for row in rows))
    scale = (WIDTH - left - right) / ((most - low) or 1.0)
    zero = left - low * scale
    columns = int((left - 8) // COLUMN)
    parts = []
    for number, row in enumerate(rows):
        y = number * high
        length = max(abs(row.value) * scale, 1.5)
        start = zero - length if row.value < 0 else zero
        parts.append(_text(0, y + 16, labels.shorten(row.name, columns), "soft"))
        parts.append(_rect(start, y + 7, length, 10, "act" if row.bad else "now", 2))
        parts.append(_text(WIDTH, y + 16, row.shown.text, "act" if row.bad else "ink", "end", row.shown))
    parts.append(_line(zero, 3, zero, high * len(rows) - 3, "soft"))
    return _svg("sz-shares", WIDTH, high * len(rows), label, parts)
