"""Which encoding a text has that is not UTF-8, told by what it then says; where two could be, nobody guesses.

Headings that are known prove it. Without them the text has to be of the common characters of GB18030 or Big5, or of
words and signs of Western languages, and of one of these only.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import IO

import numpy as np

from sizhen.intake.errors import IntakeError
from sizhen.intake.headings import bare, heading
from sizhen.intake.layouts import SEARCHED_ROWS, Layout, common, layouts

NAMES = {"gb18030": "GB18030", "cp950": "Big5", "cp1252": "Windows-1252"}
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "cp950"}  # what is written under these names
SAY = "say which with --encoding, such as gb18030, big5 or windows-1252, or save it as CSV UTF-8"
HEAD = 1 << 16
CHUNK = 1 << 20
SOME_ZEROS = 1 / 20  # of the bytes of UTF-16 are 0 at least, those of commas and digits
CELL_ENDS = re.compile(r"[,;\t\"<>]")  # in any kind of text
RARE = 0.1  # of the characters of a Chinese text may be rare ones
SLIPS = 0.05  # of the words of a Western text may be written as none is
KOREAN = 12  # different characters that all are among those of EUC-KR, as one in a thousand Chinese texts has

THREE_BYTES = 0xE0  # from this one on, or more, for a character of UTF-8
PHONETIC = re.compile("[\u0180-\u019f\u01a2-\u01ae\u01b1-\u036f]")  # and marks; without two letters of Vietnamese
HIGH = re.compile("[^\x00-\x7f]+")
LETTERS = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e"
WORD = re.compile(f"[A-Za-z{LETTERS}]+")
SIGNS = re.compile(f"[^\x00-\x7f{LETTERS}]+")
UPPER = "A-Z\u00c0-\u00cf\u00d1-\u00d6\u00d8-\u00dc\u0152\u0160\u0178\u017d"  # without the Icelandic ones, which are
LOWER = "a-z\u00df-\u00ef\u00f1-\u00f6\u00f8-\u00fc\u00ff\u0153\u0161\u017e"  # others in Turkish
CASED = re.compile(f"[{UPPER}]?[{LOWER}]+|[{UPPER}]+")
ALONE = frozenset("\u00e0\u00e1\u00e8\u00e9\u00f2\u00f3\u00e5\u00f6\u00c0\u00c9\u00c5\u00d6")  # words of one letter
WESTERN_SIGNS = re.compile(
    "[\u20ac\u00a3\u00a9\u00ae\u00b0\u2122\u00bf\u00a1\u00d7\u00bd\u00b2]"
    "|[\u00a0\u2018\u2019\u201c\u201d\u00ab\u00bb\u2026\u2013\u2014]+"
)


def codec(name: str) -> str:
    """The codec of an encoding as people name it. Raises ValueError where there is none."""
    try:
        bytes(4).decode(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise ValueError(f"{name!r} is no encoding; such as utf-8, gb18030, big5 or windows-1252") from None
    return WIDER.get(found, found)


def unmarked_utf16(start: bytes) -> str | None:
    """The codec of a text that begins as UTF-16 without its mark: every other byte is 0 where its signs are ASCII."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) or max(even, odd) <= SOME_ZEROS * len(start):
        return None
    return "utf-16-le" if odd else "utf-16-be"


def refuse_doubtful(stream: IO[bytes], file: str) -> None:
    """Raises IntakeError for a text of UTF-8 that a Chinese one may have become by chance: its characters have two
    bytes each, are common ones of GB18030, and as UTF-8 are of no language, or of several scripts in one word."""
    stream.seek(0)
    plain = True
    while data := stream.read(CHUNK):
        plain = plain and data.isascii()
        if np.frombuffer(data, dtype="uint8").max() >= THREE_BYTES:
            return
    if plain:
        return
    text = b"".join(_high_lines(stream)).decode()
    mixed = any(len({unicodedata.name(c, "").split(" ")[0] for c in run}) > 1 for run in HIGH.findall(text))
    if (mixed or PHONETIC.search(text)) and "gb18030" in _plausible(stream):
        raise IntakeError(file, f"can be UTF-8 and GB18030 alike, such as line {_first_line(stream)}", SAY)


def told(stream: IO[bytes], file: str, layout: Layout | None) -> str:
    """The codec of a text that is not UTF-8, by the headings of `layout`, else of all that are known, else by all it
    says. Raises IntakeError where it tells none, or can be of several."""
    known = _all_headings() if layout is None else _headings(layout)
    stream.seek(0)
    head = stream.read(HEAD)
    proved = [name for name in NAMES if not known.isdisjoint(_cells(head.decode(name, errors="replace")))]
    able = proved if len(proved) == 1 else _plausible(stream)
    if len(able) == 1:
        return able[0]
    names = " and ".join(NAMES[name] for name in able)
    problem = f"can be {names} alike" if able else "is neither UTF-8 nor surely GB18030, Big5 or Windows-1252"
    raise IntakeError(file, f"{problem}, such as line {_first_line(stream)}", SAY)


def _cells(head: str) -> Iterator[str]:
    """Cells near the top that are not ASCII, as headings are compared."""
    for line in head.splitlines()[:SEARCHED_ROWS]:
        for cell in CELL_ENDS.split(line):
            if not cell.isascii():
                yield heading(cell)
                yield bare(heading(cell), common().suffixes)


@cache
def _all_headings() -> frozenset[str]:
    return frozenset().union(*map(_headings, layouts().values()))


def _headings(layout: Layout) -> frozenset[str]:
    """The headings of a layout that can prove an encoding."""
    named = {*layout.required, *layout.ignored, *(h for others in layout.aliases.values() for h in others)}
    named |= {h for s in layout.sources for h in (*s.headings, *s.where)}
    return frozenset(h for h in named if len(h) > 1 and not h.isascii())


def _plausible(stream: IO[bytes]) -> list[str]:
    """The codecs as whose text the whole file reads like one."""
    found: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    for data in _high_lines(stream):
        for name in list(found):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                del found[name]
                continue
            found[name].update(_western(text) if name == "cp1252" else "".join(HIGH.findall(text)))
    return [name for name, counted in found.items() if _reads_like_one(name, counted)]


def _high_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines that are not ASCII, many at a time. No encoding has a line's end within a character."""
    stream.seek(0)
    while lines := stream.readlines(CHUNK):
        yield b"".join(line for line in lines if not line.isascii())


def _first_line(stream: IO[bytes]) -> int:
    stream.seek(0)
    return next((n for n, line in enumerate(stream, start=1) if not line.isascii()), 1)


def _reads_like_one(name: str, counted: Counter[str]) -> bool:
    whole = counted.total()
    if name == "cp1252":
        return whole > 0 and counted["slip"] <= SLIPS * whole
    usual, korean = _characters(name)
    if name == "gb18030" and len(counted) >= KOREAN and counted.keys() <= korean:
        return False
    return whole > 0 and sum(n for c, n in counted.items() if c not in usual) <= RARE * whole


@cache
def _characters(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The common characters and signs of a Chinese encoding, and those whose bytes EUC-KR has as well."""
    signs = range(0xA1, 0xA4)
    common = range(0xB0, 0xD8) if name == "gb18030" else range(0xA4, 0xC7)
    later = [*range(0xA1, 0xFF)] if name == "gb18030" else [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    made = {(a, bytes([a, b]).decode(name, errors="ignore")) for a, b in product([*signs, *common], later)}
    return frozenset(c for _, c in made if c), frozenset(c for a, c in made if a < 0xC9)


def _western(text: str) -> Iterator[str]:
    """For each word and sign beyond ASCII whether it is written as Western ones are: `word`, or `slip`."""
    for found in WORD.finditer(text):
        word, plain = found[0], len(HIGH.sub("", found[0]))
        if word.isascii():
            continue
        if len(word) == 1:
            around = text[max(found.start() - 1, 0) : found.end() + 1].replace(word, "")
            good = word in ALONE and around.isascii()
        else:
            good = CASED.fullmatch(word) is not None and len(word) <= 2 * plain + 1
        yield "word" if good else "slip"
    for found in SIGNS.finditer(text):
        yield "word" if WESTERN_SIGNS.fullmatch(found[0]) else "slip"
