"""Charts on the page: dark in the dark, and no word of them smaller on a phone than ten pixels."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Literal

import nbformat
import nbformat.v4 as v4
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Page

from owner_page import PHONE, SCREEN, unfold
from sizhen import view
from sizhen.report.page import build
from sizhen.view import plots, style
from sizhen.view.plots.base import SMALL

pytestmark = pytest.mark.browser

LEAST = 10.0  # CSS pixels
POINT = 1 / 72  # inches


@pytest.fixture
def chart(page: Page, tmp_path: Path) -> Page:
    """A page with one chart in an unfolded examination, on a phone."""
    view.use("zh", "CNY")
    sources = pd.DataFrame({"channel": ["search", "paid_search"], "visitor_days": [800.0, 200.0]})
    sources = sources.assign(visitor_days_before=900.0, visitor_days_change=-0.1, visitor_days_share=[0.8, 0.2])
    axes = plots.channel_mix(sources)
    assert axes is not None
    picture, shown = style._picture(axes.figure) or (b"", {})  # type: ignore[arg-type]
    data = {"image/png": base64.b64encode(picture).decode()}
    output = v4.new_output("display_data", data=data, metadata={"image/png": shown})
    cells = [v4.new_markdown_cell("# 望"), v4.new_markdown_cell("## 来源"), v4.new_code_cell("", outputs=[output])]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "1_look.ipynb")
    build([tmp_path / "1_look.ipynb"], language="zh", title="店", out=tmp_path / "report.html")
    page.set_viewport_size({"width": PHONE, "height": SCREEN})
    page.goto((tmp_path / "report.html").as_uri())
    unfold(page)
    return page


def test_no_word_of_a_chart_is_under_ten_pixels_on_a_phone(chart: Page) -> None:
    box = chart.locator(".sz-plot img").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE
    assert SMALL * POINT / style.WIDTH * box["width"] >= LEAST


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_a_chart_is_as_dark_as_its_page(chart: Page, scheme: Literal["light", "dark"], dark: bool) -> None:
    chart.emulate_media(color_scheme=scheme)
    seen = Image.open(io.BytesIO(chart.locator(".sz-plot img").screenshot())).convert("L")
    assert (float(np.median(np.asarray(seen))) < 64) is dark
