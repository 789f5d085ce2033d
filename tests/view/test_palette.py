from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure
from PIL import Image

from sizhen.view import palette, style


def figure() -> Figure:
    style.apply()
    made, axes = plt.subplots(figsize=(2.0, 1.5), layout="constrained")
    axes.bar([0, 1], [1, 2], color=[style.NOW, style.WORSE])
    made.suptitle("sales")
    return made


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), dtype=int)


def test_a_picture_is_what_savefig_draws() -> None:
    stock = io.BytesIO()
    figure().savefig(stock, format="png")
    picture = style.picture(figure())
    plt.close("all")
    seen, expected = pixels(picture), pixels(stock.getvalue())
    assert seen.shape == expected.shape == (300, 400, 3)
    assert np.abs(seen - expected).max() <= 16
    for colour in ((255, 255, 255), (0x2F, 0x5A, 0x86), (0xB0, 0x35, 0x2B)):
        flat = (expected == colour).all(axis=2)
        assert flat.sum() > 500
        assert (seen[flat] == colour).all()


def test_a_picture_has_a_palette_and_is_drawn_once() -> None:
    made = figure()
    drawn = []
    draw = Figure.draw
    Figure.draw = lambda self, renderer: (drawn.append(self), draw(self, renderer))  # type: ignore[method-assign,func-returns-value]
    try:
        picture = style.picture(made)
    finally:
        Figure.draw = draw  # type: ignore[method-assign]
        plt.close(made)
    assert drawn == [made], "savefig draws twice: for the layout and for the picture"
    with Image.open(io.BytesIO(picture)) as image:
        assert image.mode == "P"
        assert len(image.getcolors() or []) <= palette.COLOURS


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)), elements=st.sampled_from([0, 1, 255]))
)
def test_few_colours_stay_as_they_are(seen: np.ndarray) -> None:
    opaque = np.dstack([seen, np.full(seen.shape[:2], 255, dtype=np.uint8)])
    assert (np.asarray(palette.few_colours(opaque).convert("RGB")) == seen).all()


def test_a_colour_too_many_becomes_the_nearest_of_the_palette() -> None:
    grey = np.arange(200, dtype=np.uint8).repeat(3).reshape(10, 20, 3)
    few = palette.few_colours(np.dstack([grey, np.full((10, 20), 255, dtype=np.uint8)]))
    shown = np.asarray(few.convert("RGB")).astype(int)
    chosen = np.unique(shown)
    assert len(chosen) == palette.COLOURS
    assert (np.abs(shown[..., 0] - grey[..., 0]) == np.abs(grey[..., :1] - chosen).min(axis=-1)).all()


def test_a_photograph_is_quantised() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (120, 120, 4), dtype=np.uint8)
    few = palette.few_colours(noise)
    assert few.mode == "P"
    assert len(few.getcolors() or []) == palette.COLOURS
