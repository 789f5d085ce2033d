"""What every page we hand out must hold, checked in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

SMALLEST_TEXT = 13.0
ALLOWED = ("file:", "data:")

# Each distinct character of the page, drawn in the font of an element it stands in, must differ from how that font
# draws a code point nobody has assigned. Emoji are left to the reader's device: servers seldom have a font for them.
_UNDRAWN = """() => {
  const canvas = new OffscreenCanvas(40, 40), pen = canvas.getContext("2d", {willReadFrequently: true});
  const drawn = (text, font) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = font;
    pen.fillText(text, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.filter((_, i) => i % 4 === 3).join();
  };
  const seen = new Map();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const style = getComputedStyle(node.parentElement);
    for (const mark of node.data) {
      const shown = /[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Co}]/u.test(mark) && !/\\p{Emoji_Presentation}/u.test(mark);
      if (shown && mark > "\\u007f" && !seen.has(mark)) {
        seen.set(mark, `${style.fontWeight} 24px ${style.fontFamily}`);
      }
    }
  }
  const missing = ["\\u0378", "\\u{2fffd}"];
  return [...seen].filter(([mark, font]) => missing.some(m => drawn(mark, font) === drawn(m, font))).map(([m]) => m);
}"""

_SMALL = """smallest => [...document.body.querySelectorAll("*")]
  .filter(e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()) && e.checkVisibility())
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < smallest - 0.01)
  .map(e => `${e.tagName}.${e.className}: ${getComputedStyle(e).fontSize} ${e.textContent.slice(0, 30)}`)"""

_IMAGES = """async () => {
  const images = [...document.images];
  images.forEach(image => { image.loading = "eager"; });
  await Promise.all(images.map(image => image.decode().catch(() => {})));
  return images
    .filter(image => !(image.complete && image.naturalWidth > 0 && image.alt.trim()))
    .map(image => image.alt || image.src.slice(0, 40));
}"""

_WIDER = """() => {
  const limit = document.documentElement.clientWidth;
  const boxed = e => e.parentElement && e.parentElement !== document.body &&
    (getComputedStyle(e.parentElement).overflowX !== "visible" || boxed(e.parentElement));
  const spilt = [...document.body.querySelectorAll("*")]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > limit + 1 && !boxed(e))
    .map(e => `${e.tagName.toLowerCase()}.${e.className}`);
  return document.scrollingElement.scrollWidth > limit ? ["page", ...spilt] : spilt;
}"""

# Amounts that lie on more than one line.
BROKEN_AMOUNTS = """() => {
  const range = document.createRange(), parted = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    for (const found of node.data.matchAll(/[¥$]?\\d[\\d.,]*(\\s[万亿])?/g)) {
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) parted.push(found[0]);
    }
  return parted;
}"""


def assert_page_ok(page: Page, path: Path, width: int) -> None:
    """Opens `path` at `width` CSS pixels and asserts that a reader meets no flaw.

    No sideways scrolling, no console message of a problem, no request besides the file itself, no character without a
    glyph, no image that is broken or lacks alternative text, no text under SMALLEST_TEXT pixels.
    """
    problems: list[str] = []
    requests: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(ALLOWED):
            requests.append(request.url)

    def broke(error: Any) -> None:
        problems.append(str(error))

    page.on("console", heard)
    page.on("pageerror", broke)
    page.on("request", asked)
    page.set_viewport_size({"width": width, "height": 812})
    page.goto(path.resolve().as_uri())
    flaws = {
        "scrolls sideways": page.evaluate(_WIDER),
        "images broken or without alternative text": page.evaluate(_IMAGES),
        "text too small": page.evaluate(_SMALL, SMALLEST_TEXT),
        "characters without a glyph": page.evaluate(_UNDRAWN),
        "asks for something besides itself": requests,
        "console": problems,
    }
    found = {flaw: seen for flaw, seen in flaws.items() if seen}
    assert not found, f"{path.name} at {width} px: {found}"
