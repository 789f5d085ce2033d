"""A printed report in fewer bytes, the same to the pixel: mail servers and phones mind."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST = 256  # colours of a picture with a palette


def slim(pdf: bytes) -> bytes:
    """Pictures of few colours get a palette, and small objects are packed together. As it was where pikepdf is not
    installed or does not understand it."""
    try:
        import pikepdf
    except ImportError:
        return pdf
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for part in document.objects:
                if isinstance(part, pikepdf.Stream) and part.get("/Subtype") == "/Image":
                    _give_palette(part)
            out = io.BytesIO()
            document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    except pikepdf.PdfError:
        return pdf
    return min(out.getvalue(), pdf, key=len)


def _give_palette(picture: Any) -> None:
    """Nothing is done to a picture that is not three bytes a pixel, or has more colours."""
    from pikepdf import Array, Name, String

    size, pixels = (int(picture.Width), int(picture.Height)), picture.read_bytes()
    if len(pixels) != 3 * size[0] * size[1] or picture.get("/BitsPerComponent") != 8:
        return
    found = Image.frombytes("RGB", size, pixels).getcolors(MOST)
    if found is None:
        return
    colours = np.array([colour for _, colour in found], dtype=np.uint8)
    place = np.zeros(1 << 24, dtype=np.uint8)
    place[_code(colours)] = np.arange(len(colours), dtype=np.uint8)
    few = place[_code(np.frombuffer(pixels, dtype=np.uint8).reshape(-1, 3))]
    picture.write(zlib.compress(few.tobytes()), filter=Name.FlateDecode)
    picture.ColorSpace = Array([Name.Indexed, picture.ColorSpace, len(colours) - 1, String(colours.tobytes())])


def _code(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    wide: NDArray[np.uint32] = rgb.astype(np.uint32)
    codes: NDArray[np.uint32] = wide[:, 0] * np.uint32(1 << 16) + wide[:, 1] * np.uint32(1 << 8) + wide[:, 2]
    return codes
