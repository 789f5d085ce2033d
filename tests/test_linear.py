"""No text may stop a night: what an expression costs grows no faster than the text it searches."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from io import BytesIO

import pytest

from hostile import UNITS, expressions, outgrown, pumps, searching
from sizhen.intake import headings, reading, values
from sizhen.intake.errors import IntakeError, Refused
from sizhen.texts import aspects, polarity, words
from sizhen.view import labels


@pytest.mark.slow
@pytest.mark.integration  # what it imports tries whether a socket can be bound
@pytest.mark.timeout(900)  # an expression that never ends is none
def test_every_expression_is_linear() -> None:
    found = []
    for place, pattern in expressions().items():
        for beginning, piece, end in pumps(pattern):
            told = outgrown(searching(pattern, beginning, piece, end))
            if told:
                found.append(f"{place}: {pattern.pattern[:100]!r} on {beginning!r} + {piece!r} * n + {end!r}: {told}")
                break
    assert found == []


@pytest.mark.slow
def test_the_measure_sees_what_takes_longer() -> None:
    assert outgrown(searching(re.compile(r"(?:微信)\s*(?:id)?\s*[:]?\s*[a-z]{5,}"), "微信", " ", ""))


def _file(text: str) -> None:
    with contextlib.suppress(IntakeError):
        reading.read_stream(BytesIO(text.encode()), "x.csv")


def _cell(kind: str) -> Callable[[str], object]:
    def read(text: str) -> None:
        with contextlib.suppress(Refused):
            values.parser(kind, ["%Y-%m-%d", "%d %b %Y"])(text)

    return read


READERS: dict[str, Callable[[str], object]] = {
    "opinions": lambda text: aspects._opinions_of(text),
    "topics": lambda text: aspects._topics(text),
    "clauses": lambda text: polarity.clauses.__wrapped__(text),
    "terms": words.terms,
    "heading": headings.heading,
    "bare": lambda text: headings.bare(headings.heading(text), ("(元)", "元")),
    "file": _file,
    "table": lambda text: _file(f"<table>{text}"),
    **{kind: _cell(kind) for kind in ("money", "count", "seconds", "date", "id")},
    "shorten": labels.shorten,
    "drawable": labels.drawable,
}
SPOKEN = ("不好", "不色差 ", "有色差，", "not too small ", "good, ")
MARKED = ("<!--", "<a ", "</", "&#", '"', '",', "<td>", "<table>")


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", READERS)
def test_what_reads_a_text_is_linear(name: str) -> None:
    for unit in (*UNITS, *SPOKEN, *MARKED):
        told = outgrown(lambda size, unit=unit: lambda: READERS[name](unit * (size // len(unit))))
        assert not told, f"{unit!r} * n: {told}"
