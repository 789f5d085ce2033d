"""Questions out, answers in: a file to fill in, and one answer at a time."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.intake import add_answer, import_files, write_questions
from sizhen.tables import Shop, UnknownShop, write_table

DAY = date(2026, 10, 20)
SHOP = 'shop_id = "s1"\nname = "S"\nplatform = "other"\n'


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "s1").mkdir()
    (tmp_path / "s1" / "shop.toml").write_text(SHOP, encoding="utf-8")
    return tmp_path


def add(data_dir: Path, **changed: Any) -> bool:
    row = {"asked_on": DAY, "who": "service", "question": "忙吗？", "answer": "忙", "score": 2}
    return add_answer(data_dir, "s1", **(row | changed))


def stored(data_dir: Path) -> list[list[Any]]:
    told = Shop.open(data_dir, "s1").table("answers")
    return told[["who", "question", "answer", "score"]].values.tolist()


def test_an_answer_is_added_once(data_dir: Path) -> None:
    assert add(data_dir)
    assert not add(data_dir, answer="不忙")
    assert add(data_dir, who="owner", score=None)
    assert stored(data_dir)[0] == ["owner", "忙吗？", "忙", pytest.approx(float("nan"), nan_ok=True)]
    assert stored(data_dir)[1] == ["service", "忙吗？", "忙", 2]


def test_a_csv_table_stays_one_and_no_part_is_left(data_dir: Path) -> None:
    old = pd.DataFrame({"asked_on": ["2026-09-01"], "question": ["q"], "who": ["owner"], "answer": ["a"], "score": [3]})
    write_table(data_dir / "s1", "answers", old, "csv")
    add(data_dir)
    assert sorted(p.name for p in (data_dir / "s1").iterdir()) == ["answers.csv", "shop.toml"]
    assert len(stored(data_dir)) == 2


def test_personal_data_is_covered_before_it_is_stored(data_dir: Path) -> None:
    add(data_dir, question="找13812345678？", answer="写信a@b.example，证件11010519491231002X")
    assert stored(data_dir) == [["service", "找[phone]？", "写信[mail]，证件[id]", 2]]


@pytest.mark.parametrize(
    "wrong", [{"answer": " "}, {"question": ""}, {"score": 0}, {"score": 6}, {"score": 2.5}, {"who": "stranger"}]
)
def test_what_is_no_answer_is_refused_and_nothing_written(wrong: dict[str, Any], data_dir: Path) -> None:
    with pytest.raises(ValueError, match=r"needed|score|who"):
        add(data_dir, **wrong)
    assert not Shop.open(data_dir, "s1").has("answers")


def test_an_unknown_shop_is_refused(data_dir: Path) -> None:
    with pytest.raises(UnknownShop):
        add_answer(data_dir, "nobody", asked_on=DAY, who="owner", question="q", answer="a", score=None)


@pytest.mark.integration
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_filled_file_comes_back_with_what_was_answered(language: str, data_dir: Path) -> None:
    path = data_dir / "questions.csv"
    count = write_questions(path, DAY, language)
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["asked_on", "who", "question", "answer", "score"]
    assert len(rows) == count + 1
    rows[1][3:], rows[2][3:] = ["好", "4"], ["打13812345678", ""]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    (report,) = import_files([path], shop_id="s1", data_dir=data_dir)
    assert report.error is None
    assert (report.layout, report.kept, report.rejected) == ("questionnaire", 2, {"unanswered": count - 2})
    assert {r[2] for r in stored(data_dir)} == {"好", "打[phone]"}


def test_answers_are_not_written_over(data_dir: Path) -> None:
    path = data_dir / "questions.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_questions(path, DAY, "zh")
    with pytest.raises(ValueError, match="language"):
        write_questions(data_dir / "other.csv", DAY, "fr")
