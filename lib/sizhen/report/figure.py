"""A figure as the page carries it: proved to be a PNG, with few colours, its size and its alternative text."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image, UnidentifiedImageError

COLOURS = 48
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
    few = opaque.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    slimmer = io.BytesIO()
    few.save(slimmer, "PNG", optimize=True)
    return base64.b64encode(slimmer.getvalue()).decode("ascii"), width, height
