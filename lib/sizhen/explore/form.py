"""A form for the questionnaire: one answer at a time into a shop's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

import sizhen
from sizhen.view import labels
from sizhen.vocab import Text

SHIPPED = Path(sizhen.__file__).parents[2] / "data" / "sample"  # what the notebooks show until they are told otherwise
SHEET = Path(__file__).with_name("explorer.css")
LONGEST_QUESTION, LONGEST_ANSWER = 200, 2000
SCORES = range(1, 6)

Save = Callable[..., bool]


def answer_form(
    *,
    shops: Sequence[str],
    questions: Mapping[str, Sequence[Text]],
    save: Save,
    data_dir: str | Path,
    shop_id: str = "",
    language: str = "",
) -> AnswerForm:
    """Shop, day, who was asked, question (listed, or one's own), answer and score 1–5; a button that saves.

    `save(data_dir, shop_id, asked_on=, who=, question=, answer=, score=)` is False where that question has their answer
    already. What cannot be saved is told in one sentence; nothing is saved into the shipped samples. `language` empty:
    that of the labels.
    """
    return AnswerForm(shops, questions, save, data_dir, shop_id, language or labels.reader.language)


class AnswerForm(w.VBox):
    """What `answer_form` returns."""

    def __init__(
        self,
        shops: Sequence[str],
        questions: Mapping[str, Sequence[Text]],
        save: Save,
        data_dir: str | Path,
        shop_id: str,
        language: str,
    ) -> None:
        super().__init__()
        sheet = labels.use(language, labels.reader.currency).css
        self.add_class("sz-explorer")
        self.add_class("sz-form")
        self._questions, self._store, self._data_dir = questions, save, data_dir
        self.shop = w.Dropdown(options=shops, value=shop_id if shop_id in shops else None)
        self.day = w.DatePicker(value=date.today())
        self.who = w.Dropdown(options=[(labels.coded("who", id), id) for id in questions])
        self.question = w.Combobox(ensure_option=False)
        self.answer = w.Textarea(rows=4)
        self.score = w.Dropdown(options=[(labels.name("form.no_score"), None), *((str(n), n) for n in SCORES)])
        self.button, self.message = w.Button(description=labels.name("form.save")), w.HTML()
        fields = ("shop", "day", "who", "question", "answer", "score")
        for field in fields:
            getattr(self, field).description = labels.name(f"form.{field}")
        style = w.HTML(f"<style>{sheet}{SHEET.read_text(encoding='utf-8')}</style>")
        box = w.Box([getattr(self, f) for f in fields])
        box.add_class("sz-controls")
        self.children = [style, box, self.button, self.message]
        self.who.observe(lambda _: self._offer(), "value")
        self.button.on_click(lambda _: self._save())
        self._offer()

    def _offer(self) -> None:
        """The questions for whom is asked; the first one stands there."""
        offered = [labels.text(q) for q in self._questions[self.who.value]]
        self.question.options, self.question.value = offered, offered[0]

    def _save(self) -> None:
        wrong = self._wrong()
        if wrong:
            self._tell(wrong)
            return
        given = {"who": self.who.value, "question": self.question.value.strip(), "answer": self.answer.value.strip()}
        try:
            stored = self._store(
                self._data_dir, self.shop.value, asked_on=self.day.value, score=self.score.value, **given
            )
        except (ValueError, LookupError, OSError) as problem:
            self._tell(labels.say("form.failed", reason=problem))
            return
        who = labels.coded("who", given["who"])
        if not stored:
            self._tell(labels.say("form.twice", who=who))
            return
        self._tell(labels.say("form.saved", shop=self.shop.value, who=who, day=labels.day(self.day.value)))
        self.answer.value, self.score.value = "", None

    def _wrong(self) -> str:
        """Why this cannot be saved; empty where it can."""
        question, answer = self.question.value.strip(), self.answer.value.strip()
        if Path(self._data_dir).resolve() == SHIPPED.resolve():
            return labels.name("form.shipped")
        if not self.shop.value:
            return labels.name("form.no_shop")
        if self.day.value is None or self.day.value > date.today():
            return labels.name("form.bad_day")
        if not 0 < len(question) <= LONGEST_QUESTION:
            return labels.say("form.no_question", most=LONGEST_QUESTION)
        if not 0 < len(answer) <= LONGEST_ANSWER:
            return labels.say("form.no_answer", most=LONGEST_ANSWER)
        return ""

    def _tell(self, sentence: Any) -> None:
        self.message.value = f'<p class="sz-note" role="status">{escape(str(sentence))}</p>'
