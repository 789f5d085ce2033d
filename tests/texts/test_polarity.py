"""Praise and blame, clause by clause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.texts.aspects import opinions
from sizhen.texts.polarity import clauses, score


@pytest.mark.parametrize(
    "text",
    [
        "质量不错",
        "没有色差，很满意",
        "物流很快",
        "一点都不贵",
        "没让人失望",
        "好看",
        "good value",
        "not bad",
        "no problem at all",
    ],
)
def test_praise(text: str) -> None:
    assert score(text) > 0


@pytest.mark.parametrize(
    "text",
    [
        "质量太差",
        "不太满意",
        "一点都不好",
        "好慢",
        "不值得买",
        "没想象中好看",
        "not good",
        "does not fit",
        "waste of money",
    ],
)
def test_blame(text: str) -> None:
    assert score(text) < 0


@pytest.mark.parametrize("text", ["", "  ", "123", "！！！", "今天收到", "担心会掉色", "如果坏了怎么办", "parcel"])
def test_neither(text: str) -> None:
    assert score(text) == 0


def test_what_follows_but_weighs_double() -> None:
    assert score("物流很快，但是质量太差") == pytest.approx(score("物流很快") + 2 * score("质量太差"))


def test_a_denial_does_not_reach_into_the_next_clause() -> None:
    assert [c.score > 0 for c in clauses("不贵，好看")] == [True, True]
    assert [c.text for c in clauses("包装好。物流慢!")] == ["包装好", "物流慢"]


@given(st.text(alphabet="好坏不太差贵，。但是担心满意abc not good,. \n", max_size=60))
def test_clauses_are_parts_of_the_text_in_order(text: str) -> None:
    at = 0
    for clause in clauses(text):
        found = text.index(clause.text, at)
        at = found + len(clause.text)
    assert score(text) == sum(c.score for c in clauses(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("物流很快，包装太差", {"logistics": 1.0, "packaging": -1.0}),
        ("这个味道，一点都不好", {"smell": -1.0}),
        ("还没用，不知道是不是正品", {"authenticity": 0.0}),
        ("价格实惠，客服态度很好", {"price": 1.0, "service": 1.0}),
        ("衣服还行", {}),
        ("Fast delivery, but the fabric is poor", {"logistics": 1.0, "quality": -1.0}),
    ],
)
def test_opinions(text: str, wanted: dict[str, float]) -> None:
    found = opinions([text]).iloc[0].dropna()
    assert found.to_dict() == wanted


@given(st.lists(st.sampled_from(["物流很快", "包装太差", "价格贵", "", "hello"]), max_size=8))
def test_opinions_keep_the_order_of_the_texts(texts: list[str]) -> None:
    together = opinions(texts)
    assert len(together) == len(texts)
    for n, text in enumerate(texts):
        assert together.iloc[n].equals(opinions([text]).iloc[0].rename(n))
