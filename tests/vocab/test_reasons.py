"""Refund reasons and the aspects they speak of."""

from __future__ import annotations

import pytest

from sizhen.vocab.loader import read
from sizhen.vocab.reasons import aspect_of_reason


def test_the_simulated_reasons_map_to_an_aspect() -> None:
    unclear = {"authenticity", "other"}  # "not as described" speaks of the pictures
    for aspect, wording in read("simulate")["refund_reasons"].items():
        if aspect not in unclear:
            assert {aspect_of_reason(wording["zh"]), aspect_of_reason(wording["en"])} == {aspect}


@pytest.mark.parametrize(
    ("reason", "aspect"),
    [
        ("大小/尺寸与商品描述不符", "size"),
        ("颜色/图案/款式与商品描述不符", "colour"),
        ("材质与商品描述不符", "colour"),
        ("假冒品牌", "authenticity"),
        ("包装/商品破损/污渍", "packaging"),
        ("快递/物流一直未送到", "logistics"),
        ("Damaged in transit", "packaging"),
        ("不喜欢/不想要", ""),
        ("", ""),
    ],
)
def test_platform_wordings(reason: str, aspect: str) -> None:
    assert aspect_of_reason(reason) == aspect
