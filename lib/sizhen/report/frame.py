"""What pages are made with: the order of a report, templates, style sheet. Light: every run imports it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

READING_ORDER = ("5_prescribe", "1_look", "2_listen", "3_ask", "4_check")
TEMPLATES = Path(__file__).parent / "templates"
_CARDS = Path(__file__).parents[1] / "view" / "style.css"


@cache
def environment() -> Environment:
    """Templates of whole pages; values are escaped."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, keep_trailing_newline=True)


@cache
def style_sheet(own: str = "page.css") -> str:
    """The cards' style sheet, whose colours are everybody's, followed by a page's own."""
    return _CARDS.read_text(encoding="utf-8") + (TEMPLATES / own).read_text(encoding="utf-8")
