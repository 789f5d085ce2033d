"""Amounts as far as they are known."""

from __future__ import annotations

import pytest

from sizhen.vocab.currency import short


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "¥0", "¥0"),
        (45, "¥45", "¥45"),
        (3.28, "¥3.3", "¥3.3"),
        (452, "¥452", "¥452"),
        (1234, "¥1,200", "¥1.2k"),
        (9994, "¥1.0 万", "¥10.0k"),
        (-44_518, "−¥4.5 万", "−¥44.5k"),
        (118_518, "¥11.9 万", "¥119k"),
        (1_234_567, "¥123.5 万", "¥1.2M"),
        (5e8, "¥5.0 亿", "¥500M"),
    ],
)
def test_an_amount_is_written_as_far_as_it_is_known(value: float, zh: str, en: str) -> None:
    assert (short(value, "CNY").zh, short(value, "CNY").en) == (zh, en)
    assert short(value, "USD").en.lstrip("−").startswith("$")
