"""No text commands a terminal or turns what follows it."""

from __future__ import annotations

import pytest

from sizhen.vocab.plain import plain, visible


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("亚麻之家\x1b[2J", "亚麻之家[2J"),
        ("a\x9b2Jb\x07\x00c", "a2Jbc"),
        ("a\u202eb\u2066c\u200ed\u200be\ufefff", "abcdef"),
        ("a\U000e0041b", "ab"),
        ("half\ud83d", "half\ufffd"),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
        ("plain é 中文", "plain é 中文"),
    ],
)
def test_what_nobody_sees_is_taken_out(text: str, told: str) -> None:
    assert plain(text) == visible(text) == told


def test_lines_stay_lines_or_become_one() -> None:
    text = "a\tb\r\nc\u2028d\x85e\x0cf"
    assert visible(text) == text
    assert plain(text) == "a b  c d e f"
