"""A chart as a small PNG: flat areas keep their colours, anti-aliased edges share a few dozen."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLOURS = 48
EXACT = 16  # the commonest colours, flat areas, stay as they are
_CHART = 8192  # a picture of more colours is no chart
_EFFORT = 5  # of zlib; 6 takes a third longer for 1.6 % fewer bytes, 9 ten times as long for 8 %


def png(pixels: NDArray[np.uint8]) -> bytes:
    """The picture (height x width x RGBA) on white, in at most COLOURS colours."""
    file = io.BytesIO()
    few_colours(_opaque(pixels)).save(file, "PNG", compress_level=_EFFORT)
    return file.getvalue()


def few_colours(pixels: NDArray[np.uint8]) -> Image.Image:
    """An opaque picture with a palette: the EXACT commonest colours, then those that are farthest from any chosen."""
    image = Image.fromarray(pixels)
    found: Any = image.getcolors(_CHART)  # colours are tuples here
    if found is None:
        return image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    found.sort(reverse=True)
    colours = np.array([colour[:3] for _, colour in found], dtype=np.float32)
    counts = np.array([count for count, _ in found], dtype=np.float32)
    chosen = _choose(colours, counts)
    nearest = _apart(colours, colours[chosen]).argmin(axis=1)
    few = Image.fromarray(_mapped(pixels, (colours @ (1, 1 << 8, 1 << 16)).astype(np.intp), nearest))
    few.putpalette(colours[chosen].astype(np.uint8).tobytes())
    return few


def _mapped(pixels: NDArray[np.uint8], numbers: NDArray[np.intp], nearest: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Each pixel's place in the palette; a colour with its number among `numbers` has the place `nearest` says.

    Looked up once for a run of equal pixels: arrays as large as the picture cost more than the looking.
    """
    table = _table()
    table[numbers] = nearest
    line = pixels.view("<u4").ravel()
    runs = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
    places = table[line[runs] & 0xFFFFFF]
    return places.repeat(np.diff(runs, append=line.size)).reshape(pixels.shape[:2])


@cache
def _table() -> NDArray[np.uint8]:
    """A place for every colour there is. Kept: all that a picture looks up it has written before."""
    return np.empty(1 << 24, dtype=np.uint8)


def _opaque(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels[..., 3].min() == 255:
        return pixels
    image = Image.fromarray(pixels)
    return np.array(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image))


def _choose(colours: NDArray[np.float32], counts: NDArray[np.float32]) -> list[int]:
    """Rows of `colours`, which come commonest first."""
    chosen = list(range(min(EXACT, len(colours))))
    away, often = _apart(colours, colours[chosen]).min(axis=1), np.sqrt(counts)
    while len(chosen) < min(COLOURS, len(colours)):
        chosen.append(int((away * often).argmax()))
        away = np.minimum(away, _apart(colours, colours[chosen[-1:]])[:, 0])
    return chosen


def _apart(some: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distance of each colour to each of `others`; in whole numbers, which are exact."""
    return (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * some @ others.T
