"""The questionnaire: a file of questions to fill in, and one answer at a time into the shop's table."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pandas as pd

from sizhen.intake.layouts import layouts
from sizhen.intake.merge import merge
from sizhen.intake.privacy import clean
from sizhen.tables import Shop
from sizhen.tables.switch import alone
from sizhen.vocab import LANGUAGES
from sizhen.vocab.plain import plain
from sizhen.vocab.topics import questions

LAYOUT = "questionnaire"
SCORES = range(1, 6)
WAIT = 10.0  # seconds for an import to end: somebody sits before the form


def write_questions(path: str | Path, day: date, language: str) -> int:
    """Writes a CSV of every question to whom it goes, answer and score empty, for `sizhen import`; how many there are.

    ValueError for a language without questions; FileExistsError rather than writing over answers.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
    rows = [(f"{day}", who, q[language], "", "") for who, asked in questions().items() for q in asked]
    with Path(path).open("x", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([tuple(layouts()[LAYOUT].required.values()), *rows])
    return len(rows)


def add_answer(
    data_dir: str | Path, shop_id: str, *, asked_on: date, who: str, question: str, answer: str, score: int | None
) -> bool:
    """Adds a row to the shop's `answers`, cleaned of personal data, the table written whole or not at all.

    False, and nothing is written, where this question already has an answer of theirs on that day. Raises ValueError
    for what is no answer, UnknownShop, DataError; ShopBusy where an import of the shop goes on.
    """
    row = {"asked_on": pd.Timestamp(asked_on), "question": clean(plain(question).strip()), "who": who}
    if not row["question"] or not answer.strip():
        raise ValueError("a question and an answer are needed")
    if score is not None and score not in SCORES:
        raise ValueError(f"the score must be from {SCORES[0]} to {SCORES[-1]}, not {score!r}")
    shop = Shop.open(data_dir, shop_id)
    with alone(shop.folder, WAIT) as change:
        if shop.has("answers"):
            told = shop.table("answers")
            if (told[list(row)] == pd.Series(row)).all(axis=1).any():
                return False
        made = pd.DataFrame([row | {"answer": clean(plain(answer).strip()), "score": score}])
        merge(change, layouts()[LAYOUT], {"answers": made.astype({"score": "float64"})}, shop.profile.timezone)
        change.commit()
    return True
