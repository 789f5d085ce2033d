"""The form stores what it is given and refuses the rest in one sentence."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sizhen.explore import AnswerForm, answer_form
from sizhen.explore.form import SHIPPED
from sizhen.intake import add_answer
from sizhen.tables import Shop
from sizhen.view import labels
from sizhen.vocab.topics import questions


@pytest.fixture(params=["zh", "en"])
def form(request: pytest.FixtureRequest, tmp_path: Path) -> AnswerForm:
    (tmp_path / "s1").mkdir()
    (tmp_path / "s1" / "shop.toml").write_text('shop_id = "s1"\nname = "S"\nplatform = "other"\n', encoding="utf-8")
    return answer_form(
        shops=["s1"], questions=questions(), save=add_answer, data_dir=tmp_path, shop_id="s1", language=request.param
    )


def stored(form: AnswerForm) -> list[list[Any]]:
    shop = Shop.open(form._data_dir, "s1")
    return shop.table("answers")[["who", "question", "answer", "score"]].values.tolist() if shop.has("answers") else []


def test_whoever_is_asked_gets_their_questions(form: AnswerForm) -> None:
    form.who.value = "customer"
    assert form.question.value == labels.text(questions()["customer"][0])
    assert list(form.question.options) == [labels.text(q) for q in questions()["customer"]]


def test_saves_and_makes_room_for_the_next(form: AnswerForm) -> None:
    form.who.value, form.answer.value, form.score.value = "service", " <b>忙</b> ", 2
    form.button.click()
    assert stored(form) == [["service", labels.text(questions()["service"][0]), "<b>忙</b>", 2]]
    assert "s1" in form.message.value
    assert (form.answer.value, form.score.value) == ("", None)


def test_the_same_question_twice_a_day_is_refused(form: AnswerForm) -> None:
    for text in ("一", "二"):
        form.answer.value = text
        form.button.click()
    assert [r[2] for r in stored(form)] == ["一"]
    assert labels.say("form.twice", who=labels.coded("who", "owner")) in form.message.value
    assert form.answer.value == "二"


@pytest.mark.parametrize(
    ("field", "value", "word", "values"),
    [
        ("shop", None, "form.no_shop", {}),
        ("day", None, "form.bad_day", {}),
        ("day", date.today() + timedelta(days=2), "form.bad_day", {}),  # a run may begin the day before
        ("question", "  ", "form.no_question", {"most": 200}),
        ("question", "问" * 201, "form.no_question", {"most": 200}),
        ("answer", " ", "form.no_answer", {"most": 2000}),
        ("answer", "答" * 2001, "form.no_answer", {"most": 2000}),
    ],
)
def test_bad_input_is_refused_in_one_sentence(form: AnswerForm, field: str, value: Any, word: str, values: Any) -> None:
    form.answer.value = "好"
    getattr(form, field).value = value
    form.button.click()
    assert labels.say(word, **values) in form.message.value
    assert stored(form) == []


def test_a_table_that_cannot_be_read_is_told_escaped(form: AnswerForm) -> None:
    Path(form._data_dir, "s1", "answers.csv").write_text("asked_on,question,who\n<i>,q,owner\n", encoding="utf-8")
    form.answer.value = "好"
    form.button.click()
    assert "&lt;i&gt;" in form.message.value
    assert "<i>" not in form.message.value


def test_nothing_is_saved_into_the_shipped_samples(form: AnswerForm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sizhen.explore.form.SHIPPED", form._data_dir)
    form.answer.value = "好"
    form.button.click()
    assert labels.name("form.shipped") in form.message.value
    assert stored(form) == []


def test_the_shipped_samples_are_those_the_notebooks_show(sample_dir: Path) -> None:
    assert sample_dir == SHIPPED
