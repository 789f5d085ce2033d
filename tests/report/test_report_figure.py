from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from sizhen.report.figure import NoPicture, slim
from sizhen.report.fold import OPEN_ROWS, fold, is_folded
from sizhen.report.page import build
from sizhen.view.palette import COLOURS

Write = Callable[..., list[Path]]
NOTE = '<p class="sz-note">more</p>'


def table(rows: int, after: str = "") -> str:
    body = "".join(f"<tr><td>{n}</td></tr>" for n in range(rows))
    return f'<table class="sz-table"><thead><tr><th>n</th></tr></thead><tbody>{body}</tbody></table>{after}'


@pytest.mark.parametrize(("language", "told"), [("zh", "数据表 · 5 行"), ("en", "Table · 5 rows")])
def test_a_long_table_waits_behind_a_line_with_its_note(language: str, told: str) -> None:
    soup = BeautifulSoup(fold(table(OPEN_ROWS + 1, NOTE), language), "html.parser")
    assert [child.name for child in soup.details.children] == ["summary", "table", "p"]
    assert soup.summary.text == told
    assert len(list(soup.children)) == 1


def test_a_short_table_and_what_is_no_table_stay() -> None:
    for html in (table(OPEN_ROWS), table(OPEN_ROWS, NOTE), NOTE):
        assert fold(html, "en") == html
        assert not is_folded(fold(html, "en"))


def test_in_the_page_the_figure_stands_before_its_folded_table(write: Write, cells: SimpleNamespace) -> None:
    shown = []
    for rows in (9, 2):
        shown += [cells.markdown("## Step"), cells.shown(html=table(rows, NOTE)), cells.shown(png=cells.png())]
        shown.append(cells.shown(html='<div class="sz-judgement">fine</div>'))
    paths = write(look=shown)
    out = paths[0].parent / "report.html"
    build(paths, language="en", title="Shop", out=out)
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    order = [tag["class"][0] for tag in soup.select(".sz-plot, .sz-fold, .sz-scroll, .sz-judgement")]
    assert order == ["sz-plot", "sz-fold", "sz-scroll", "sz-judgement", "sz-scroll", "sz-plot", "sz-judgement"]
    fold = soup.select_one("details.sz-fold")
    assert [child.name for child in fold.children] == ["summary", "div", "p"]
    assert not fold.has_attr("open")


def chart() -> Image.Image:
    """Two colours with a soft edge between them, on nothing."""
    shades = np.zeros((90, 120, 4), dtype=np.uint8)
    shades[20:70, 10:110] = (47, 90, 134, 255)
    shades[20:70, 10:60] = np.linspace((47, 90, 134, 0), (47, 90, 134, 255), 50, dtype=np.uint8)
    return Image.fromarray(shades, "RGBA")


def encoded(image: Image.Image, kind: str = "PNG") -> str:
    file = io.BytesIO()
    image.save(file, kind)
    return base64.b64encode(file.getvalue()).decode() + "\n"


def test_a_slim_figure_looks_the_same() -> None:
    before = encoded(chart())
    after, width, height = slim(before)
    assert (width, height) == (120, 90)
    with Image.open(io.BytesIO(base64.b64decode(after))) as small:
        assert small.mode == "P"
        assert len(small.getcolors()) <= COLOURS
        seen = np.asarray(small.convert("RGB"), dtype=int)
    white = Image.new("RGB", (120, 90), "white")
    white.paste(chart(), mask=chart().getchannel("A"))
    assert tuple(seen[0, 0]) == (255, 255, 255)
    assert tuple(seen[40, 100]) == (47, 90, 134)
    assert np.abs(seen - np.asarray(white, dtype=int)).max() <= 8


def test_a_slim_figure_is_deterministic() -> None:
    assert slim(encoded(chart())) == slim(encoded(chart()))


def test_our_own_picture_stays_as_it_is_and_whole() -> None:
    ours, _, _ = slim(encoded(chart()))
    assert slim(ours)[0] == ours
    png = base64.b64decode(ours)
    changed = png[:-20] + bytes([png[-20] ^ 1]) + png[-19:]
    for broken in (png[:-12], changed):
        with pytest.raises(NoPicture):
            slim(base64.b64encode(broken).decode())


@pytest.mark.parametrize(
    "data", ["", "AAAA", "no base64!", encoded(chart())[:60], encoded(chart().convert("RGB"), "GIF")]
)
def test_what_is_no_png_is_refused(data: str) -> None:
    with pytest.raises(NoPicture):
        slim(data)
