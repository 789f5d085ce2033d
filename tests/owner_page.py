"""What a page is to a reader with a phone: how long it is, what its first screen says, which figures it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESK, SCREEN = 375, 1280, 800
LONGEST, LONGEST_FINE = 2600, 1100
MOST_PICTURES, SMALLEST_TEXT, SMALLEST_TARGET = 12, 12.0, 44
SLOWEST = 0.5

_MEASURE = """([screen, smallest]) => {
  const all = [...document.body.querySelectorAll("*")];
  const shown = e => e.checkVisibility({contentVisibilityAuto: true});
  const own = e => [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const named = e => `${e.tagName.toLowerCase()}.${e.getAttribute("class") || ""} ${e.textContent.trim().slice(0, 30)}`;
  const range = document.createRange();
  const bottom = node => { range.selectNodeContents(node); return range.getBoundingClientRect().bottom + scrollY; };
  const texts = all.filter(shown).flatMap(own);
  const scale = e => e.ownerSVGElement ? e.getScreenCTM().a : 1;
  const width = document.documentElement.clientWidth;
  const boxed = e => e.parentElement && e.parentElement !== document.body &&
    (getComputedStyle(e.parentElement).overflowX !== "visible" || boxed(e.parentElement));
  const targets = [...document.querySelectorAll("a[href], summary, button, input, select")].filter(shown)
    .filter(e => !e.closest("p, li.sz-inline") && getComputedStyle(e).position !== "absolute");
  return {
    height: document.documentElement.scrollHeight,
    first: texts.filter(n => bottom(n) <= screen).map(n => n.data.trim()).join(" "),
    svg: [...document.querySelectorAll("svg")].filter(shown).length,
    png: [...document.images].filter(shown).length,
    small: all.filter(e => shown(e) && own(e).length)
      .filter(e => parseFloat(getComputedStyle(e).fontSize) * scale(e) < smallest - 0.05).map(named),
    low: targets.filter(e => e.getBoundingClientRect().height < 43.5).map(named),
    wide: document.scrollingElement.scrollWidth > width ? ["the page"] : [],
    cut: [...document.querySelectorAll("td, th")].filter(shown)
      .filter(e => e.getBoundingClientRect().right > width + 1 && !boxed(e)).map(named),
    figures: [...document.querySelectorAll("[data-figure]")].map(e =>
      ({figure: e.dataset.figure, scope: e.dataset.scope || "", text: e.textContent.trim(), shown: shown(e)})),
    load: performance.getEntriesByType("navigation")[0].loadEventEnd / 1000,
  };
}"""


@dataclass(frozen=True)
class Figure:
    """A number on a page: which figure it claims to be, and how it reads."""

    figure: str
    scope: str
    text: str
    shown: bool


@dataclass(frozen=True)
class Measured:
    """A page at a width, nothing unfolded. Lengths in CSS pixels, `load` in seconds, `size` in bytes.

    `first`: the text of the first screen; `svg`, `png`: pictures shown; `small`, `low`, `wide`, `cut`: texts too small,
    targets too low, what scrolls sideways, cells cut off.
    """

    size: int
    height: float
    first: str
    svg: int
    png: int
    small: list[str]
    low: list[str]
    wide: list[str]
    cut: list[str]
    load: float
    figures: list[Figure]

    def over(self, *, fine: bool) -> dict[str, object]:
        """Every limit of an owner's page that this one breaks."""
        longest = LONGEST_FINE if fine else LONGEST
        broken = {
            "too long": self.height if self.height > longest else 0,
            "too many pictures": self.svg if self.svg > MOST_PICTURES else 0,
            "PNG where all is folded": self.png,
            "text too small": self.small,
            "target too low": self.low,
            "scrolls sideways": self.wide,
            "cells cut off": self.cut,
            "too large": self.size if self.size > 1_000_000 else 0,
        }
        return {limit: found for limit, found in broken.items() if found}


def measured(page: Page, path: Path, width: int = PHONE) -> Measured:
    """Opens `path` at `width` CSS pixels and measures it as it opens, every fold closed that is closed."""
    page.set_viewport_size({"width": width, "height": SCREEN})
    page.goto(path.resolve().as_uri())
    found: dict[str, Any] = page.evaluate(_MEASURE, [SCREEN, SMALLEST_TEXT])
    figures = [Figure(**figure) for figure in found.pop("figures")]
    return Measured(size=path.stat().st_size, figures=figures, **found)


def violations(page: Page) -> list[str]:
    """What axe finds on the page that is open, of any impact."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:90]}" for each in found]


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")


_NUMBER = re.compile(r"[−-]?[^\d\s−-]{0,3}?\s?\d[\d,.]*\s?(?:万|亿|k|M|%|％)?")


def numbers(text: str) -> list[str]:
    """The numbers in a text as they are written, without blanks."""
    return [found.replace(" ", "") for found in _NUMBER.findall(text)]
