"""A slim PDF shows the same."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
from PIL import Image

from sizhen.delivery.slim import slim


def printed(*pictures: Image.Image) -> bytes:
    """A PDF with pictures of three bytes a pixel, as browsers print them."""
    with pikepdf.new() as document:
        for picture in pictures:
            page = document.add_blank_page()
            stream = pikepdf.Stream(document, picture.tobytes())
            stream.Subtype, stream.ColorSpace, stream.BitsPerComponent = pikepdf.Name.Image, pikepdf.Name.DeviceRGB, 8
            stream.Type, stream.Width, stream.Height = pikepdf.Name.XObject, *picture.size
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=stream))
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def stored(document: pikepdf.Pdf) -> list[pikepdf.Stream]:
    return [page.Resources.XObject.P for page in document.pages]


def pictures(pdf: bytes) -> list[Image.Image]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [pikepdf.PdfImage(stream).as_pil_image().convert("RGB") for stream in stored(document)]


def chart(colours: int) -> Image.Image:
    shades = np.random.default_rng(colours).integers(0, colours, (90, 120))
    return Image.fromarray(np.dstack([shades, 255 - shades, shades // 2]).astype(np.uint8))


def test_pictures_are_the_same_to_the_pixel_in_fewer_bytes() -> None:
    drawn = [chart(3), chart(48), chart(256)]
    before = printed(*drawn)
    after = slim(before)
    assert len(after) < 0.8 * len(before)
    assert [p.tobytes() for p in pictures(after)] == [p.tobytes() for p in drawn]
    with pikepdf.open(io.BytesIO(after)) as document:
        spaces = [stream.ColorSpace[0] for stream in stored(document)]
    assert spaces == [pikepdf.Name.Indexed] * 3
    assert slim(before) == after


def test_a_picture_of_many_colours_stays_as_it_is() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    photo = Image.fromarray(noise)
    assert pictures(slim(printed(photo)))[0].tobytes() == photo.tobytes()


def test_what_is_no_pdf_stays_as_it_is() -> None:
    assert slim(b"%PDF-1.7\nnot really\n%%EOF") == b"%PDF-1.7\nnot really\n%%EOF"
