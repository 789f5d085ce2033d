"""The last card of an examination: it never says that nothing is to be watched below a question that says so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sizhen import view
from sizhen.document import Document, Judgement
from sizhen.view import cards
from sizhen.vocab import Text, load
from small_document import document, finding

RULE = "look.broken-sizes"


@pytest.fixture(autouse=True)
def en() -> None:
    view.use("en", "CNY")


def summed_up(state: str, *findings: dict[str, Any], exam: str = "look") -> str:
    told = Document.from_json(document(*findings)).findings
    answer = Judgement(load().rules[RULE], state, Text("有断货。", "Some have run out."), None, 10.0, told)
    case: Any = SimpleNamespace(findings=told, judgements=[answer], document=lambda: None)
    return str(cards.summary(case, exam).html)


def test_a_question_to_watch_without_a_finding_is_listed() -> None:
    shown = summed_up("watch")
    assert "Some have run out." in shown and load().rules[RULE].title.en in shown
    assert "nothing to act on or to watch" not in shown


def test_a_question_answered_by_a_finding_of_another_examination_is_listed() -> None:
    assert "Some have run out." in summed_up("act", finding(exam="ask"))


def test_a_question_answered_by_a_finding_that_is_listed_is_not_told_twice() -> None:
    shown = summed_up("act", finding())
    assert "It is out of stock." in shown and "Some have run out." not in shown


@pytest.mark.parametrize(("state", "exam"), [("ok", "look"), ("unknown", "look"), ("watch", "check")])
def test_nothing_to_watch_is_said_where_no_question_of_the_examination_says_so(state: str, exam: str) -> None:
    assert "nothing to act on or to watch" in summed_up(state, exam=exam)
