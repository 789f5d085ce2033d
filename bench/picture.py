"""Draws the README's picture: three screens of a report side by side, as a phone shows them: `make screenshots`.

Needs an installed Chromium or Chrome and a report made before:

    make reports
    .venv/bin/python bench/picture.py reports/2026-10/linen-house/report.html docs/report.png

The first screen is the top of the report as it opens, the second its first task unfolded, the third one of the four
examinations unfolded.
"""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright

from sizhen.view.palette import png

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
PHONE = {"width": 375, "height": 780}
ANCHORS = ("main", "sz-task-1", "ask")
SCALE, MARGIN, RADIUS = 2, 36, 28
DESK, EDGE = "#e6e1d8", "#cfc8bb"


def screens(report: Path, anchors: Sequence[str]) -> list[Image.Image]:
    """The report at each anchor with what is folded there open, as large as PHONE at SCALE pixels per CSS pixel."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit(f"none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        context = browser.new_context(
            viewport=PHONE, device_scale_factor=SCALE, color_scheme="light", reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(report.resolve().as_uri())
        pictures = [_screen(page, anchor) for anchor in anchors]
        browser.close()
    return pictures


_SHOW = """id => {
  const place = document.getElementById(id);
  if (id !== "main") place.querySelector("details, :scope").open = true;
  scrollTo(0, id === "main" ? 0 : place.getBoundingClientRect().top + scrollY - 56);
}"""


def _screen(page: Page, anchor: str) -> Image.Image:
    page.evaluate(_SHOW, anchor)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """The screens with round corners on one desk."""
    width, height = pictures[0].size
    whole = Image.new("RGB", (len(pictures) * (width + MARGIN) + MARGIN, height + 2 * MARGIN), DESK)
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), RADIUS, fill=255)
    for number, picture in enumerate(pictures):
        left = MARGIN + number * (width + MARGIN)
        whole.paste(picture, (left, MARGIN), mask)
        box = (left, MARGIN, left + width - 1, MARGIN + height - 1)
        ImageDraw.Draw(whole).rounded_rectangle(box, RADIUS, outline=EDGE, width=2)
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    given = parser.parse_args()
    whole = side_by_side(screens(given.report, ANCHORS))
    given.picture.write_bytes(png(np.asarray(whole.convert("RGBA"))))
    print(f"{given.picture}: {whole.width} x {whole.height}, {given.picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
