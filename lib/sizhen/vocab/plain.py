"""Text without what a reader does not see: commands to a terminal, turns of direction, halves of a character."""

from __future__ import annotations

import re
import unicodedata

# Written as the characters themselves: pyarrow reads the same expression. The joiners U+200C and U+200D stay, as
# emoji and some scripts are made with them.
LINES = "[\t\n\x0b\x0c\r\x85\u2028\u2029]"
UNSEEN = (
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINES, _UNSEEN = re.compile(LINES), re.compile(UNSEEN)
LONGEST = 500  # characters of what a file holds, in a line about it
_HALVES = re.compile("[\ud800-\udfff]")  # what a name of a file can hold, and no file or terminal takes


def visible(text: str) -> str:
    """The text without control and direction characters; its lines and tabs stay."""
    return text if text.isprintable() else _HALVES.sub("\ufffd", _UNSEEN.sub("", text))


def plain(text: str) -> str:
    """`visible` in one line: line ends and tabs are spaces."""
    return text if text.isprintable() else _LINES.sub(" ", visible(text))


def plain_line(text: str) -> str:
    """`plain` for a line about something: single spaces, shortened."""
    line = " ".join(plain(text[: 4 * LONGEST]).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def width(text: str) -> int:
    """Columns a text takes: 2 for a Chinese character, 1 for a Latin one."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
