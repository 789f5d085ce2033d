"""Reviews before they are counted: default texts, duplicates, complaints, personal data."""

from __future__ import annotations

import pandas as pd
import pytest

from sizhen.tables.schema import conform
from sizhen.texts import clean as cleaning
from sizhen.texts.aspects import complaints


@pytest.fixture
def table():
    def make(*texts: str | None, **columns: object) -> pd.DataFrame:
        rows = {
            "review_id": [f"r{n}" for n in range(len(texts))],
            "text": texts,
            "reviewed_at": "2026-10-01",
            **columns,
        }
        return cleaning.clean(conform(pd.DataFrame(rows), "reviews", "reviews.parquet"))

    return make


@pytest.mark.parametrize(
    "text",
    [
        "此用户没有填写评价。",
        "此用户未填写评价内容",
        "您没有填写内容，默认好评",
        "评价方未及时做出评价,系统默认好评!",
        "  ",
    ],
)
def test_a_default_text_is_no_text(table, text: str) -> None:
    told = cleaning.said(table(text, "此用户说：很好"))
    assert told.isna().to_list() == [True, False]


def test_exact_duplicates_count_once_and_strangers_stay(table) -> None:
    same = table("很好", "很好", None, None, buyer=["a***b", "a***b", None, None])
    assert len(same) == 3


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("码数偏小，穿不下", "size"),
        ("runs small, wrong size", "size"),
        ("洗一次就起球掉色", "quality"),
        ("the seams fell apart", "quality"),
        ("和图片颜色不一样，有色差", "colour"),
        ("快递太慢，五天还没收到", "logistics"),
        ("shipping was very slow", "logistics"),
        ("客服态度很差，没人理", "service"),
        ("第二天就降价了", "price"),
        ("包装太简陋，漏液了", "packaging"),
        ("the box was crushed", "packaging"),
        ("怀疑是假货", "authenticity"),
        ("没什么效果，不好用", "function"),
    ],
)
def test_complaints_are_recognised(table, text: str, aspect: str) -> None:
    found = complaints(table(text, rating=5.0)).iloc[0]
    assert found[aspect]
    assert not found["other"]


@pytest.mark.parametrize(
    "text",
    ["没有色差，很满意", "不起球不掉色", "担心会掉色，结果很好", "not too small, just right", "物流很快", "不太贵"],
)
def test_a_negated_complaint_is_none(table, text: str) -> None:
    assert not complaints(table(text)).iloc[0].any()


def test_an_unnamed_complaint_is_other_only_with_bad_stars(table) -> None:
    found = complaints(table("一言难尽", "一言难尽", None, rating=[1.0, 5.0, 1.0]))
    assert found["other"].to_list() == [True, False, False]


@pytest.mark.parametrize(
    "secret",
    [
        "13812345678",
        "138 1234 5678",
        "１３８１２３４５６７８",
        "①③⑧①②③④⑤⑥⑦⑧",
        "一三八一二三四五六七八",
        "a.b@shop.example",
        "微信：abc_12345",
        "1\u200b3812345678",
        "0571-88886666",
    ],
)
def test_personal_data_is_covered(secret: str) -> None:
    masked = cleaning.mask(f"加我 {secret} 退钱")
    assert masked.count("●●●") >= 1
    assert "5678" not in masked
    assert not {"shop.example", "abc_12345", "四五六"} & {
        s for s in ("shop.example", "abc_12345", "四五六") if s in masked
    }


def test_sizes_prices_and_names_are_handled(table) -> None:
    assert cleaning.mask("身高 165 体重 52，买了 M 码 199 元") == "身高 165 体重 52，买了 M 码 199 元"
    assert cleaning.mask("我是王小花", "王小花") == "我是●●●"


@pytest.mark.slow
def test_real_reviews(shared_data) -> None:
    raw = pd.read_csv(shared_data / "real" / "jd_comment_data.csv", encoding="gbk", dtype="str")
    stamped = pd.to_datetime(raw.iloc[:, 6])
    reviews = pd.DataFrame(
        {
            "product_id": raw.iloc[:, 0],
            "sku": pd.NA,
            "reviewed_at": stamped,
            "rating": raw.iloc[:, 8].astype("float64"),
            "text": raw.iloc[:, 10],
            "follow_up_text": pd.Series(pd.NA, index=raw.index, dtype="str"),
            "buyer": raw.iloc[:, 1],
        }
    )
    cleaned = cleaning.clean(reviews)
    assert len(raw) - len(cleaned) >= 2500
    found = complaints(cleaned).any(axis=1)
    bad = cleaning.bad(cleaned).astype("bool") & cleaning.said(cleaned).notna()
    assert found[bad].mean() == 1.0
    assert found[~bad].mean() < 0.3
