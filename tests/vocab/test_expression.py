"""Quick expressions find what the plain ones find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.vocab import LANGUAGES, load
from sizhen.vocab.expression import GROUP, expression
from sizhen.vocab.loader import VocabError

FIELDS = ("patterns", "mentions", "topics")
LEXICON = [getattr(a, field)[k] for a in load().aspects.values() for field in FIELDS for k in LANGUAGES]
SMALL = [
    "(a|b)c|[de]f",
    "x?y",
    "(ab){0,9}c",
    "(?<!no )bad",
    "(?=z)[a-z]{1,9}",
    r"\bto{1,9} (big|small)\b",
    "[^a]b",
    ".c",
    r"\w!",
    r"[\d-]x",
    "(a{0,2}|b)d",
]


def plain(wording: str) -> re.Pattern[str]:
    return re.compile(GROUP.sub("(?:", wording), re.IGNORECASE)


def spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [m.span() for m in pattern.finditer(text)]


@pytest.mark.parametrize("wording", SMALL)
@given(text=st.text(alphabet="abcdefxyzABCXYZ to!-1", max_size=20))
def test_small_expressions_find_the_same(wording: str, text: str) -> None:
    assert spans(expression(wording, "here"), text) == spans(plain(wording), text)


PIECE = st.sampled_from(LEXICON).flatmap(lambda w: st.integers(0, len(w) - 1).map(lambda at: w[at : at + 9]))


@given(parts=st.lists(PIECE, max_size=12))
def test_the_lexicon_finds_the_same(parts: list[str]) -> None:
    text = "".join(parts)
    for wording in LEXICON:
        assert spans(expression(wording, "here"), text) == spans(plain(wording), text)


def test_the_lexicon_is_quick() -> None:
    slow = [w[:30] for w in LEXICON if not expression(w, "here").pattern.startswith("(?=[")]
    assert slow == []


def test_an_expression_that_can_begin_with_anything_is_left_as_it_is() -> None:
    assert [expression(w, "here").pattern for w in (".c", "[^a]b", r"\w!")] == [".c", "[^a]b", r"\w!"]


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("(码", "no regular expression"),
        ("tight|", "matches an empty text"),
        ("too( very)* big", "without end"),
        (r"(stars|\w{2,}+) off", "without end"),
    ],
)
def test_a_wrong_expression_is_refused_where_it_is_used(wording: str, said: str) -> None:
    with pytest.raises(VocabError, match=f"aspects.toml size.*{said}"):
        expression(wording, "aspects.toml size")
