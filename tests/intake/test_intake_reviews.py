"""Reviews of any system, under the headings they commonly have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.intake import FileReport
from sizhen.tables import Shop

Bring = Callable[..., FileReport]


@pytest.mark.parametrize(
    ("headings", "layout"),
    [
        ("评价ID,评价内容,评分,评价时间,商品ID,昵称", "reviews_with_id"),
        ("Review ID,Review Content,Rating,Review Date,Product ID,Reviewer Name", "reviews_with_id"),
        ("id,comment,stars,date,asin,author", "reviews_with_id"),
        ("序号,评论内容,打分,评论时间,宝贝ID,用户昵称", "reviews_without_id"),
        ("No.,review,star_rating,created_at,product_handle,customer", "reviews_without_id"),
    ],
)
def test_common_headings_are_one_layout(bring: Bring, data_dir: Path, headings: str, layout: str) -> None:
    angry = "11,坏了，打13812345678或写信ada@leak.example,1,2026-10-02 09:00,00123,Ada Lovelace"
    report = bring(headings, angry, "12,默认好评,5,2026-10-03,00124,t***3", "13,nice,4,2026/10/4,00123,Bo")
    assert (report.error, report.layout, report.kept) == (None, layout, 3)
    assert report.notes == {"personal_data": 1, "default_text": 1}
    frame = Shop.open(data_dir, "s1").table("reviews").sort_values("reviewed_at")
    assert frame["text"].fillna("unknown").tolist() == ["坏了，打[phone]或写信[mail]", "unknown", "nice"]
    assert frame["rating"].tolist() == [1, 5, 4]
    assert str(frame["reviewed_at"].iloc[0]) == "2026-10-02 09:00:00"
    assert frame["product_id"].tolist() == ["00123", "00124", "00123"]
    assert frame["buyer"].tolist() == ["A***e", "t***3", "B***"]
    ids = frame["review_id"].tolist()
    assert ids == ["11", "12", "13"] if layout == "reviews_with_id" else all(len(i) == 20 for i in ids)


def test_what_a_file_does_not_have_is_unknown(bring: Bring, data_dir: Path) -> None:
    report = bring("评论,星级", "好,5", "好,4", "好,5", "坏,9")
    assert (report.kept, report.rejected) == (2, {"exact_duplicate": 1, "out_of_range": 1})
    frame = Shop.open(data_dir, "s1").table("reviews")
    assert frame["review_id"].is_unique
    assert frame[["reviewed_at", "product_id", "buyer"]].isna().all(axis=None)


def test_a_row_without_its_id_stays_out(bring: Bring) -> None:
    report = bring("review_id,content,rating", "R1,fine,5", ",fine,4", "R1,bad,1")
    assert (report.kept, report.rejected) == (1, {"missing_key": 1, "repeated_key": 1})


def test_of_the_real_broken_file_the_whole_rows_are_kept(bring: Bring, data_dir: Path, shared_data: Path) -> None:
    report = bring(data=(shared_data / "real" / "jd_phone_reviews_broken.csv").read_bytes())
    assert (report.error, report.layout) == (None, "reviews_without_id")
    assert (report.read, report.kept) == (1_885, 1_092)
    damage = {"damaged_characters": 12, "field_count": 26, "malformed_quotes": 1}
    twice = {"exact_duplicate": 28, "repeated_heading": 1, "repeated_key": 725}  # other likes of the same review
    assert report.rejected == damage | twice
    frame = Shop.open(data_dir, "s1").table("reviews")
    assert frame["rating"].eq(5).all()
    assert frame["bought_at"].notna().all()


def test_texts_alone_are_reviews_only_where_the_heading_says_so(bring: Bring, data_dir: Path) -> None:
    report = bring(data=b"id,Reviews\n1,soft\n2,soft\n2,soft\n3,call 13812345678\n")
    assert (report.layout, report.kept, report.rejected) == ("reviews_text_only", 3, {"exact_duplicate": 1})
    frame = Shop.open(data_dir, "s1").table("reviews")
    assert sorted(frame["text"]) == ["call [phone]", "soft", "soft"]
    assert frame["rating"].isna().all()
    assert "no known export" in str(bring(data=b"product,comment\np1,3\n").error)
