"""Words of reviews: what they are about, and never a person or a number."""

from __future__ import annotations

import pytest

from sizhen.texts.words import aspect_of, judges, terms


def test_words_and_pairs_of_neighbours() -> None:
    assert terms("拉链坏了，甲醛味道") >= {"拉链", "甲醛", "味道", "甲醛味道"}
    assert "坏甲醛" not in terms("拉链坏，甲醛")
    assert terms("Zipper broke, zipper stuck") == {"zipper", "broke", "zipper broke", "stuck", "zipper stuck"}


def test_common_words_are_left_out_and_part_their_neighbours() -> None:
    assert terms("这个的了") == frozenset()
    assert terms("the seam of the sleeve") == {"seam", "sleeve"}


def test_a_character_alone_counts_where_it_judges() -> None:
    assert "臭" in terms("臭，裤")
    assert "裤" not in terms("臭，裤")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("客服小王态度很差", ("小王",)),
        ("王芳不理人，李师傅送货很慢", ("王芳", "李师傅", "师傅")),
        ("找了张经理也没用", ("张经理", "经理")),
        ("加微信 abc12345 或 13912345678", ("abc", "13912345678", "微信")),
        ("the girl there, Rachel, was rude and Mr Brown too", ("rachel", "brown", "mr")),
        ("１３９１２３４５６７８ 号码", ("13912345678", "１３９１２３４５６７８")),
    ],
)
def test_no_name_and_no_number(text: str, names: tuple[str, ...]) -> None:
    found = terms(text)
    assert [t for t in found for n in names if n in t] == []
    assert not any(c.isdigit() for t in found for c in t)


def test_given_names_are_masked() -> None:
    assert terms("小满的态度", "小满") == {"态度"}


def test_hostile_text_is_only_letters() -> None:
    assert all(t.replace(" ", "").replace("'", "").isalpha() for t in terms("<script>alert('x')</script> {0} %s 霉味"))


def test_an_aspect_knows_its_words() -> None:
    assert (aspect_of("拉链"), aspect_of("zipper"), aspect_of("公分")) == ("quality", "quality", "size")
    assert aspect_of("静电") == ""
    assert judges("太差") and not judges("静电")
