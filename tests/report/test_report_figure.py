"""A figure becomes smaller and stays what it is."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from sizhen.report.figure import NoPicture, slim
from sizhen.view.palette import COLOURS


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
