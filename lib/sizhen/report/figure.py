"""A figure as the page carries it: proved to be a PNG, with few colours, its size and its alternative text."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from sizhen.view import palette

_PNG_SIGNATURE, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"  # half a picture passes where WeasyPrint is imported


class NoPicture(ValueError):
    """The bytes are not a PNG image."""


def slim(encoded: str) -> tuple[str, int, int]:
    """The picture in at most `palette.COLOURS` colours (base64, one line), its width and its height in pixels.

    One that has a palette already, as our charts do, stays as it is. Raises NoPicture.
    """
    try:
        png = base64.b64decode(encoded.replace("\n", ""), validate=True)
        if not (png.startswith(_PNG_SIGNATURE) and png.endswith(_PNG_END)):
            raise NoPicture
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.mode == "P":
                image.verify()
                return base64.b64encode(png).decode("ascii"), image.width, image.height
            slimmer = palette.png(np.asarray(image.convert("RGBA")))
            return base64.b64encode(slimmer).decode("ascii"), image.width, image.height
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise NoPicture from error
