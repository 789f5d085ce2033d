"""Markup from notebooks is data: only these tags, attributes, classes and shapes of SVG reach a page."""

from __future__ import annotations

import re
from html import escape

import nh3

_TEXT = {
    "p",
    "span",
    "strong",
    "em",
    "b",
    "i",
    "small",
    "sub",
    "sup",
    "code",
    "pre",
    "br",
    "hr",
    "time",
    "abbr",
    "mark",
}
_BLOCKS = {"section", "article", "header", "footer", "aside", "div", "h3", "h4", "h5", "h6", "blockquote", "details"}
_LISTS = {"summary", "ul", "ol", "li", "dl", "dt", "dd", "meter"}
_TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "colgroup", "col"}
_TAGS = _TEXT | _BLOCKS | _LISTS | _TABLES | {"a"}
_NUMBER = r"-?\d{1,6}(\.\d{1,6})?"
_COLOUR = r"none|#[0-9a-f]{6}"
_SVG = {
    "svg": {"viewBox"},
    "rect": {"x", "y", "width", "height", "rx", "fill"},
    "circle": {"cx", "cy", "r", "fill"},
    "line": {"x1", "y1", "x2", "y2", "stroke", "stroke-width", "stroke-dasharray"},
    "polyline": {"points", "fill", "stroke", "stroke-width"},
    "text": {"x", "y", "text-anchor", "font-size", "font-weight", "fill"},
}
_DRAWN = {
    "viewBox": rf"0 0 {_NUMBER} {_NUMBER}",
    "points": rf"{_NUMBER},{_NUMBER}( {_NUMBER},{_NUMBER})*",
    "fill": _COLOUR,
    "stroke": _COLOUR,
    "stroke-dasharray": r"none|\d \d",
    "text-anchor": "start|middle|end",
    "font-weight": r"[1-9]00",
}
_PLACE = re.compile(r"sz-[a-z]+-[a-z0-9-]{1,24}")
_ATTRIBUTES = {
    "*": {"class", "title", "lang", "style", "aria-label", "aria-hidden", "role", "id", "data-figure", "data-scope"},
    "a": {"href"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "time": {"datetime"},
    "meter": {"value", "min", "max", "low", "high", "optimum"},
    "details": {"open"},
}
_GONE_WITH_CONTENT = {"script", "style", "iframe", "object", "embed", "template", "noscript", "math", "title"}
_HIGH_HEADING = re.compile(r"<(/?)h[12]\b", re.IGNORECASE)
_PROSE_HEADING = re.compile(r"<(/?)h[1-6]>")


def _display_attribute(tag: str, name: str, value: str) -> str | None:
    if tag in _SVG and name in _SVG[tag]:
        return value if re.fullmatch(_DRAWN.get(name, _NUMBER), value) else None
    if name == "id":
        return value if _PLACE.fullmatch(value) else None
    if name == "class":
        return " ".join(c for c in value.split() if c.startswith("sz-")) or None
    if name == "href":
        return value if value.startswith("#") else None
    return value


def _prose_attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if value.startswith(("#", "https://")) else None
    return value if name in ("colspan", "rowspan", "scope") else None


def _cleaner_of_outputs(*more: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS | set(_SVG) | set(more),
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES | _SVG,
        attribute_filter=_display_attribute,
        filter_style_properties={"width", "text-align"},
        url_schemes={"https"},
        link_rel="noopener noreferrer",
    )


_display = _cleaner_of_outputs()
_page_part = _cleaner_of_outputs("h1", "h2")
_prose = nh3.Cleaner(
    tags=_TAGS | {"h1", "h2"},
    clean_content_tags=_GONE_WITH_CONTENT | {"svg"},
    attributes=_ATTRIBUTES,
    attribute_filter=_prose_attribute,
    url_schemes={"https"},
    link_rel="noopener noreferrer",
)


def _boxed(html: str, name: str) -> str:
    """Each table in a box of its own, so that a wide one scrolls, by key as well, and the page does not."""
    called = f' role="region" aria-label="{escape(name)}"' if name else ""
    return html.replace("<table", f'<div class="sz-scroll" tabindex="0"{called}><table').replace(
        "</table>", "</table></div>"
    )


def display(html: str, table: str = "") -> str:
    """The allowed part of a cell's HTML output: no scripts, styles, images or outside links, and only `sz-` classes.

    Its headings stay below the page's own: an h3 is the highest. `table`: what a table is called by who reads aloud.
    """
    return _boxed(str(_display.clean(_HIGH_HEADING.sub(r"<\1h3", html))), table)


def page_part(html: str) -> str:
    """The allowed part of an output that is a part of the page itself: headings and tables stay as they are."""
    return str(_page_part.clean(html))


def prose(html: str) -> str:
    """The allowed part of rendered Markdown, its headings below those of the page: an h4 is the highest."""
    return _PROSE_HEADING.sub(r"<\1h4>", _prose.clean(html))
