"""Ids and numbers as a reader writes them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sizhen import view
from sizhen.view import labels, tables


@pytest.fixture
def zh() -> None:
    view.use("zh", "CNY")


@pytest.fixture
def en() -> None:
    view.use("en", "USD")


@pytest.mark.parametrize(
    ("value", "id", "shown"),
    [
        (12345, "visitors", "12,345"),
        (12345.6, "paid_amount", "¥12,346"),
        (3.456, "visitor_cost", "¥3.46"),
        (-3.4, "amount", "−¥3.40"),
        (0.0321, "conversion", "3.2%"),
        (0.00321, "conversion", "0.32%"),
        (1.0, "conversion", "100%"),
        (0.12, "visitors_change", "+12%"),
        (-0.08, "average_order_value_change", "−8%"),
        (-0.1021, "conversion_change", "−10.2 个百分点"),
        (-0.0049, "dsr_service_change", "0.00"),
        (74.2, "refund_count", "74"),
        (-0.0001, "average_order_value_change", "0%"),
        (7817.0, "contribution_change", "¥7,817"),
        (-0.007, "of_change", "−0.70 个百分点"),
        (4.8, "dsr_service", "4.80"),
        (80, "dwell_seconds", "1分20秒"),
        (math.nan, "conversion", "—"),
        (pd.NA, "visitors", "—"),
        (pd.Timestamp("2026-10-31"), "date", "10月31日"),
        ("search", "channel", "搜索"),
        ("visitors/search", "path", "访客 · 搜索"),
    ],
)
def test_values_in_chinese(zh: None, value: object, id: str, shown: str) -> None:
    assert labels.fmt(value, id) == shown


@pytest.mark.parametrize(
    ("value", "id", "shown"),
    [(80, "seconds", "1 min 20 s"), (5.5, "money", "$5.50"), (pd.Timestamp("2026-10-31"), "date", "31 Oct")],
)
def test_values_in_english(en: None, value: object, id: str, shown: str) -> None:
    assert labels.fmt(value, id) == shown


@pytest.mark.parametrize(("language", "shown"), [("zh", ["¥12.3万", "¥1,234", "5"]), ("en", ["¥123k", "¥1.23k", "5"])])
def test_short_numbers(language: str, shown: list[str]) -> None:
    view.use(language, "CNY")
    assert [labels.compact(123456, "money"), labels.compact(1234, "money"), labels.compact(5)] == shown


def test_names_of_suffixes(zh: None) -> None:
    assert labels.name("visitor_days_share_before") == "此前访客占比"
    assert labels.name("refund_count_before") == "此前退款笔数（折成同样天数）", "a sum stands for as many days"
    assert labels.unit("visitor_days_share_before") == "rate"
    with pytest.raises(KeyError):
        labels.name("no_such_figure_before")


def test_a_group_is_not_called_like_its_channel(zh: None) -> None:
    assert labels.coded("group", "owned") == "自主访问"
    assert labels.coded("channel", "owned").startswith("自主访问（")
    assert labels.brief("channel", "owned") == "自主访问"


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="zh, en"):
        view.use("fr")


def test_undrawable_characters() -> None:
    assert labels.drawable("🔥爆款👗 \U00020bb7野家\n<b>") == "爆款 □野家 <b>"
    assert labels.shorten("一二三四五六七八九十十一", 20) == "一二三四五六七八九…"


def test_table_escapes_and_labels(zh: None) -> None:
    frame = pd.DataFrame({"title": ["<script>alert(1)</script>"], "visitors": [1200.0], "visitors_change": [-0.2]})
    html = tables.show(frame)._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "<th>访客数</th><th>访客数变化</th>" in html
    assert "<td>1,200</td><td>−20%</td>" in html


def test_table_says_why_it_is_empty(zh: None) -> None:
    frame = pd.DataFrame()
    frame.attrs["needs"] = ["ads_daily", "products"]
    assert "推广日报、商品档案" in tables.show(frame).html
    assert "本期没有数据" in tables.show(pd.DataFrame({"visitors": []})).html


def test_table_values_in_the_unit_of_their_row(en: None) -> None:
    frame = pd.DataFrame(
        {"metric": ["conversion", "paid_amount"], "value": [0.05, 1234.0], "value_before": [0.04, np.nan]}
    )
    html = tables.show(frame).html
    assert "<td>5.0%</td><td>4.0%</td>" in html
    assert "<td>$1,234</td><td>—</td>" in html


def test_table_leaves_out_what_says_the_same_in_every_row_but_counts(en: None) -> None:
    same = {"device": ["mobile"] * 3, "conversion": [0.02] * 3, "visitors": [9] * 3, "paid_units": [0] * 3}
    frame = pd.DataFrame({"channel": ["search"] * 3, "cost": [1.0, 2.0, 3.0], **same})
    heads = [labels.name(c) for c in frame]
    assert [h for h in heads if f">{h}</th>" in tables.show(frame).html] == [
        heads[0],
        heads[1],
        labels.name("visitors"),
    ]
    assert all(f">{h}</th>" in tables.show(frame.head(2)).html for h in heads)


@pytest.mark.parametrize(
    ("language", "said"), [("en", ["a", "a and b", "a, b and c"]), ("zh", ["a", "a、b", "a、b、c"])]
)
def test_lists_read_as_in_a_sentence(language: str, said: list[str]) -> None:
    view.use(language)
    assert [labels.listing(list("abc")[:n]) for n in (1, 2, 3)] == said


def test_a_small_loss_is_no_minus_zero(en: None) -> None:
    assert labels.fmt(-0.001, "score") == "0.00"


def test_table_leaves_out_unknown_columns_and_counts_the_rest(en: None) -> None:
    frame = pd.DataFrame({"visitors": range(15), "cost": [np.nan] * 15})
    html = tables.show(frame, limit=12).html
    assert html.count("<tr>") == 13 and "cost" not in html
    assert labels.say("table.more", count=3) in html
