"""A figure as the page carries it: proved to be a PNG, with few colours, its size and its alternative text."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

COLOURS = 48
EXACT = 16  # the commonest colours, flat areas, stay as they are
_CHART = 8192  # a picture of more colours is no chart
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class NoPicture(ValueError):
    """The bytes are not a PNG image."""


def slim(encoded: str) -> tuple[str, int, int]:
    """The picture in at most COLOURS colours (base64, one line), its width and its height in pixels.

    A chart has few colours; its anti-aliased edges take a few dozen more. Raises NoPicture.
    """
    try:
        png = base64.b64decode(encoded.replace("\n", ""), validate=True)
        if not png.startswith(_PNG_SIGNATURE):
            raise NoPicture
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            width, height = image.size
            opaque = Image.new("RGB", image.size, "white")
            opaque.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise NoPicture from error
    slimmer = io.BytesIO()
    few_colours(opaque).save(slimmer, "PNG", optimize=True)
    return base64.b64encode(slimmer.getvalue()).decode("ascii"), width, height


def few_colours(image: Image.Image) -> Image.Image:
    """An RGB picture with a palette: the EXACT commonest colours, then those that are farthest from any chosen."""
    found = image.getcolors(_CHART)
    if found is None:
        return image.quantize(COLOURS, dither=Image.Dither.NONE)
    colours = np.array([colour for _, colour in sorted(found, reverse=True)], dtype=np.int64)
    counts = np.array([count for count, _ in sorted(found, reverse=True)], dtype=np.float64)
    chosen = _choose(colours, counts)
    nearest = _apart(colours, colours[chosen]).argmin(axis=1).astype(np.uint8)
    table = np.zeros(1 << 24, dtype=np.uint8)
    table[_code(colours)] = nearest
    few = Image.fromarray(table[_code(np.asarray(image, dtype=np.int64))])
    few.putpalette(colours[chosen].astype(np.uint8).tobytes())
    return few


def _choose(colours: NDArray[np.int64], counts: NDArray[np.float64]) -> list[int]:
    """Rows of `colours`, which come commonest first."""
    chosen = list(range(min(EXACT, len(colours))))
    away = _apart(colours, colours[chosen]).min(axis=1)
    while len(chosen) < min(COLOURS, len(colours)):
        chosen.append(int(np.argmax(away * np.sqrt(counts))))
        away = np.minimum(away, _apart(colours, colours[chosen[-1:]])[:, 0])
    return chosen


def _apart(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """Squared distance of each colour to each of `others`."""
    distances: NDArray[np.int64] = ((some[:, None] - others[None]) ** 2).sum(axis=2)
    return distances


def _code(rgb: NDArray[np.int64]) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = (rgb[..., 0] << 16) | (rgb[..., 1] << 8) | rgb[..., 2]
    return codes
