"""Bytes to text, without guessing: a wrong decoding is refused, not repaired."""

from __future__ import annotations

import codecs
import re

from sizhen.intake.errors import IntakeError

AGAIN = "export the file again, or save it as CSV UTF-8"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Private-use characters and C1 controls: what other encodings turn into when they are read as GB18030.
STRANGE = re.compile("[\ue000-\uf8ff\x80-\x9f]")
STRANGE_SHARE = 0.01


def decode(data: bytes, file: str) -> str:
    """Text of UTF-8 (with or without mark), UTF-16 (with mark) or GB18030 bytes. Raises IntakeError."""
    if data.startswith(UTF16):
        text = _strict(data, "utf-16", file)
    elif data.startswith(codecs.BOM_UTF8):
        text = _strict(data, "utf-8-sig", file)
    else:
        text = _unmarked(data, file)
    if "\0" in text:
        raise IntakeError(file, "holds NUL characters, so it is damaged or not a text file", AGAIN)
    if not text.strip():
        raise IntakeError(file, "is empty", AGAIN)
    return text


def _strict(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise IntakeError(
            file, f"is damaged: bytes in line {line} are not {encoding.removesuffix('-sig').upper()}", AGAIN
        ) from None


def _unmarked(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if _mostly_utf8(data):
            return _strict(data, "utf-8", file)
    text = _strict(data, "gb18030", file)
    foreign = sum(not c.isascii() for c in text)
    if len(STRANGE.findall(text)) > STRANGE_SHARE * foreign:
        raise IntakeError(file, "is neither UTF-8 nor GB18030 text", AGAIN)
    return text


def _mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with some damage: then GB18030 could decode them silently, to nonsense."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(not c.isascii() for c in text) - bad
    return good > 4 * bad
