"""Bytes to UTF-8 text: a wrong decoding is refused, never repaired. Size costs no memory."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from typing import IO

from sizhen.intake import encodings
from sizhen.intake.errors import IntakeError
from sizhen.intake.layouts import Layout

AGAIN = "export the file again, or save it as CSV UTF-8"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CHUNK = 1 << 20
START = 4096
IN_MEMORY = 16 << 20
# Private-use characters and C1 controls: what other encodings turn into when they are read as GB18030.
STRANGE = re.compile("[\ue000-\uf8ff\x80-\x9f]")
STRANGE_LEADS = (b"\xee", b"\xc2")
STRANGE_SHARE = 0.01
DAMAGED = "\uffff"  # stands for bytes that are no text; no text holds it


def utf8(stream: IO[bytes], file: str, layout: Layout | None = None, encoding: str | None = None) -> IO[bytes]:
    """The text of a file as a stream of UTF-8 without mark: of the encoding somebody names, else of UTF-8, UTF-16 or
    what the text itself tells, also by the headings of `layout`.

    Where UTF-8 is damaged here and there, DAMAGED stands for what was lost. Raises IntakeError.
    """
    start = stream.read(START)
    stream.seek(0)
    marked = start.startswith(codecs.BOM_UTF8)
    encoding = encoding or (layout.encoding if layout else None)
    if encoding is None:
        encoding = "utf-16" if start.startswith(UTF16) else encodings.unmarked_utf16(start)
    if encoding is not None:
        return _transcoded(stream, "utf-8-sig" if encoding == "utf-8" else encoding, file)
    encoding = "utf-8-sig" if marked else "utf-8"
    try:
        text = _transcoded(stream, encoding, file)
    except _Undecodable as error:
        damaged = marked or _mostly_utf8(stream, error.at)
        encoding = encoding if damaged else encodings.told(stream, file, layout)
        stream.seek(0)
        return _transcoded(stream, encoding, file, "marked" if damaged else "strict")
    try:
        if not marked:
            encodings.refuse_doubtful(stream, file)
    except IntakeError:
        text.close()
        raise
    return text


class _Undecodable(IntakeError):
    """Bytes that are none of the encoding; `at` is where the chunk that holds them begins."""

    def __init__(self, file: str, encoding: str, line: int, at: int) -> None:
        name = encodings.NAMES.get(encoding, encoding.removesuffix("-sig").upper())
        super().__init__(file, f"is damaged: bytes in line {line} are not {name}", AGAIN)
        self.at = at


def _transcoded(stream: IO[bytes], encoding: str, file: str, errors: str = "strict") -> IO[bytes]:
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the caller closes it
    try:
        _transcode(stream, out, encoding, file, errors)
    except IntakeError:
        out.close()
        raise
    out.seek(0)
    return out


def _transcode(stream: IO[bytes], out: IO[bytes], encoding: str, file: str, errors: str) -> None:
    strange = foreign = 0
    blank = True
    for text in _decoded(stream, encoding, file, errors):
        data = text.encode()
        if b"\0" in data:
            raise IntakeError(file, "holds NUL characters, so it is damaged or not a text file", AGAIN)
        blank = blank and not text.strip()
        foreign += (len(data) - len(text)) // 2
        if encoding == "gb18030" and any(lead in data for lead in STRANGE_LEADS):
            strange += len(STRANGE.findall(text))
        out.write(data)
    if strange > STRANGE_SHARE * foreign:
        raise IntakeError(file, "is neither UTF-8 nor GB18030 text", AGAIN)
    if blank:
        raise IntakeError(file, "is empty", AGAIN)


def _decoded(stream: IO[bytes], encoding: str, file: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    lines = at = 0
    while True:
        data = stream.read(CHUNK)
        try:
            yield decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            # The decoder may hold bytes of the chunk before; none of them is a line's end.
            line = lines + error.object.count(b"\n", 0, error.start) + 1
            raise _Undecodable(file, encoding, line, at) from None
        if not data:
            return
        lines += data.count(b"\n")
        at += len(data)


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return DAMAGED, error.end


codecs.register_error("marked", _mark)


def _mostly_utf8(stream: IO[bytes], at: int) -> bool:
    """Whether the bytes around `at` are UTF-8 with some damage: GB18030 could decode them silently, to nonsense."""
    stream.seek(max(at - CHUNK, 0))
    text = stream.read(2 * CHUNK).decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(not c.isascii() for c in text) - bad
    return good > 4 * bad
