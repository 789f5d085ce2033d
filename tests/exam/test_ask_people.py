"""What people say beside what the figures show: topics, stances, contradictions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import small_document
from sizhen.document import Document
from sizhen.exam import ask
from sizhen.exam.ask_people import _stances
from sizhen.tables import Period
from sizhen.vocab import LANGUAGES, load
from sizhen.vocab.topics import questions, topics
from small_shop import shop_of

MONTH = Period.parse("2026-10")
NAN = float("nan")


def told(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["who", "question", "answer", "score"]).assign(asked_on="2026-10-20")


def complaints(**share: tuple[float, float, float]) -> pd.DataFrame:
    """aspect=(complaints, share, share before) of 500 reviews."""
    rows = [(a, *s, 500.0) for a, s in share.items()]
    return pd.DataFrame(
        rows, columns=["aspect", "complaints", "complaint_share", "complaint_share_before", "review_count"]
    )


def refunds(**counts: tuple[float, float]) -> pd.DataFrame:
    rows = [(r, *c) for r, c in counts.items()]
    return pd.DataFrame(rows, columns=["reason", "refund_count", "refund_count_before"])


def document(*causes: str, unknown: Iterable[str] = ()) -> Document:
    open_ = [{"rule": rule, "needs": [], "why": "Unknown."} for rule in unknown]
    found = [small_document.finding(cause, amount=100.0) for cause in causes]
    return Document.from_json(small_document.document(*found, not_concluded=open_))


DESK_SAYS_SIZE = told(("service", "售后最常见的是哪一类问题？", "都在问尺码，说偏小", 2))


def test_the_desk_says_size_and_reviews_say_colour(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, answers=DESK_SAYS_SIZE)
    heard = complaints(colour=(60, 0.12, 0.02), size=(10, 0.02, 0.02))
    table = ask.people(shop, MONTH, complaints=heard, document=document()).set_index("topic")
    assert table["accord"].to_dict() == {"colour": "accord.unheard", "size": "accord.unseen"}
    assert table.loc["size", ["said_by", "staff_say", "customers_say"]].to_list() == [
        "who.service",
        "say.trouble",
        "say.silent",
    ]
    assert table.loc["colour", ["reviews_show", "findings_show"]].to_list() == ["show.worse", "show.nothing"]
    assert table.loc["colour", ["complaint_share", "complaint_share_before"]].to_list() == [0.12, 0.02]


def test_the_largest_complaint_is_unheard_only_where_people_name_another(tmp_path: Path) -> None:
    heard = complaints(colour=(60, 0.12, 0.12), size=(2, 0.004, 0.004))
    another = ask.people(shop_of(tmp_path, answers=DESK_SAYS_SIZE), MONTH, complaints=heard).set_index("topic")
    assert another.loc["colour", ["accord", "reviews_show"]].to_list() == ["accord.unheard", "show.most"]
    calm = told(("service", "客服排班够吗？", "够用", 5))
    quiet = ask.people(shop_of(tmp_path, answers=calm), MONTH, complaints=heard).set_index("topic")
    assert quiet.loc["colour", ["accord", "reviews_show"]].to_list() == ["accord.fine", "show.most"]


@pytest.mark.parametrize(
    ("answer", "causes", "accord"),
    [
        (("warehouse", "库存和发货有没有压力？", "库存正常", 5), ["stock.sold_out"], "accord.denied"),
        (("warehouse", "库存和发货有没有压力？", "断货好几天了", 1), ["stock.sold_out"], "accord.agree"),
        (("warehouse", "库存和发货有没有压力？", "断货好几天了", 1), [], "accord.unseen"),
        (("warehouse", "库存和发货有没有压力？", "库存正常", 5), [], "accord.fine"),
        (("owner", "怎么样？", "还行", 4), ["stock.sold_out"], "accord.unheard"),
    ],
)
def test_answers_are_held_against_findings(answer: Any, causes: list[str], accord: str, tmp_path: Path) -> None:
    table = ask.people(shop_of(tmp_path, answers=told(answer)), MONTH, document=document(*causes)).set_index("topic")
    assert table.loc["stock", "accord"] == accord
    assert table.loc["stock", "amount"] == 100 or not causes


def test_without_figures_nothing_is_contradicted(tmp_path: Path) -> None:
    table = ask.people(shop_of(tmp_path, answers=DESK_SAYS_SIZE), MONTH)
    assert table["accord"].to_list() == ["accord.untested"]
    assert (table[["reviews_show", "refunds_show", "findings_show"]] == "show.unknown").all(axis=None)
    unknown = document(unknown=load().rules)
    assert ask.people(shop_of(tmp_path, answers=DESK_SAYS_SIZE), MONTH, document=unknown).equals(table)


def test_refund_reasons_are_sorted_by_their_words(tmp_path: Path) -> None:
    back = refunds(尺码不合适=(40, 10), 颜色与描述不符=(9, 9), 七天无理由=(50, 50))
    table = ask.people(shop_of(tmp_path, answers=DESK_SAYS_SIZE), MONTH, refunds=back).set_index("topic")
    assert table.loc["size", ["accord", "refunds_show"]].to_list() == ["accord.agree", "show.worse"]
    assert table.loc["size", ["refund_count", "refund_count_before"]].to_list() == [40, 10]
    assert "colour" not in table.index


def test_only_this_period_s_answers_count(tmp_path: Path) -> None:
    late = DESK_SAYS_SIZE.assign(asked_on="2026-11-01")
    frame = ask.people(shop_of(tmp_path, answers=late), MONTH, document=document("stock.sold_out"))
    assert frame.empty
    assert frame.attrs["empty"] == "table.nobody_asked"
    blank = ask.people(shop_of(tmp_path, answers=told(("owner", "怎么样？", "", NAN))), MONTH)
    assert blank.attrs["empty"] == "table.nobody_asked"


@pytest.mark.parametrize(
    ("who", "question", "answer", "score", "stances"),
    [
        ("customer", "为什么不买了？", "质量太差，洗一次就掉色", NAN, {"quality": "say.trouble"}),
        ("customer", "Why?", "The fabric is lovely and soft", NAN, {"quality": "say.fine"}),
        ("promotion", "Are clicks steady?", "Steady, the return is on target.", 5, {"traffic": "say.fine"}),
        ("design", "页面改版了吗？", "没有", 4, {"page": "say.fine"}),
        ("owner", "怎么样？", "说不清", 2, {}),
        ("service", "忙吗？", "客服回复不过来", 3, {"service": "say.named"}),
        ("service", "忙吗？", "客服", 99, {"service": "say.named"}),
    ],
)
def test_an_answer_has_topics_and_a_stance(who: str, question: str, answer: str, score: float, stances: Any) -> None:
    assert _stances(who, question, answer, score) == stances


def test_agents_and_numbers_are_covered_in_answers(tmp_path: Path) -> None:
    desk = pd.DataFrame({"date": ["2026-10-01"], "agent": ["王小芳"]})
    said = told(("owner", "王小芳怎么样？", "王小芳太慢，打13912345678问她，她住文三路12号", 1))
    row = ask.answers(shop_of(tmp_path, answers=said, service_daily=desk), MONTH).iloc[0]
    assert "王小芳" not in row["question"] + row["answer"]
    assert "139" not in row["answer"]
    assert "文三路" not in row["answer"]


def test_every_topic_and_role_has_words() -> None:
    labels = load().labels
    assert all(f"topic.{id}" in labels for id in topics())
    assert all(len(asked) >= 2 and all(q[k] for q in asked for k in LANGUAGES) for asked in questions().values())
    assert all(f"who.{who}" in labels for who in questions())
