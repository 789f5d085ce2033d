"""Good or bad learnt from stars; on labelled files that are not part of the project, as far as they are there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sizhen.texts import stars
from sizhen.texts.aspects import opinions
from sizhen.texts.polarity import score

GOOD = ["面料软，穿着凉快", "颜色正，妈妈喜欢", "大小合适，物流快", "做工细，很满意"]
BAD = ["袖子一只长一只短", "洗一次就散了架", "拉链头是歪的", "闻着头晕"]
SIX = {
    "价格": "price",
    "物流": "logistics",
    "包装": "packaging",
    "真伪": "authenticity",
    "服务": "service",
    "气味": "smell",
}


def many(texts: list[str]) -> list[str]:
    return [f"{text}{'啊' * n}" for n in range(10) for text in texts]


def test_few_stars_leave_it_to_the_words() -> None:
    judge = stars.learn(many(GOOD), [False] * len(many(GOOD)))
    assert judge.counts == (0, 0)
    assert judge.bad(["质量太差", "质量很好", "袖子一只长一只短"]).tolist() == [True, False, False]


def test_stars_teach_what_the_words_do_not_know() -> None:
    texts = many(GOOD) + many(BAD)
    judge = stars.learn(texts, [False] * len(many(GOOD)) + [True] * len(many(BAD)))
    assert judge.counts == (40, 40)
    assert judge.bad(["袖子一只长一只短呢", "颜色正，很喜欢"], share_bad=0.5).tolist() == [True, False]


def test_fewer_are_called_bad_where_bad_ones_are_rare() -> None:
    texts = many(GOOD) + many(BAD)
    judge = stars.learn(texts, [False] * 40 + [True] * 40)
    odds = [judge.log_odds(["袖子"], share_bad=share)[0] for share in (0.5, 0.05, 0.01)]
    assert odds == sorted(odds, reverse=True)
    assert judge.log_odds([]).shape == (0,)


@pytest.fixture(scope="module")
def sentiment(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "real" / "review_sentiment.csv").dropna().drop_duplicates("review")


@pytest.mark.slow
def test_cold_start_on_labelled_reviews(sentiment: pd.DataFrame) -> None:
    said = np.array([score(text) > 0 for text in sentiment["review"]]) == (sentiment["label"] == 1).to_numpy()
    assert pd.Series(said, index=sentiment["cat"]).groupby(level=0).mean().mean() >= 0.80


@pytest.mark.slow
def test_a_thousand_stars_of_the_category(sentiment: pd.DataFrame) -> None:
    rates = []
    for _, rows in sentiment.groupby("cat"):
        mixed = rows.sample(frac=1, random_state=7)
        count = min(1000, int(0.8 * len(mixed)))
        first, rest = mixed[:count], mixed[count:]
        judge = stars.learn(first["review"].tolist(), (first["label"] == 0).tolist())
        rates.append((judge.bad(rest["review"].tolist(), 0.5) == (rest["label"] == 0)).mean())
    assert np.mean(rates) >= 0.915


def rare(marks: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """(precision, recall) were one review in twenty bad."""
    weight = np.where(marks, (~marks).sum() / 19 / marks.sum(), 1.0)
    return weight[said & marks].sum() / weight[said].sum(), said[marks].mean()


@pytest.mark.slow
@pytest.mark.parametrize(("share", "precision", "recall"), [(0.5, 0.70, 0.65), (0.1, 0.60, 0.50)])
def test_bad_ones_are_found_where_they_are_rare(
    sentiment: pd.DataFrame, share: float, precision: float, recall: float
) -> None:
    rates = []
    for _, rows in sentiment.groupby("cat"):
        good, bad = (rows[rows["label"] == label].sample(frac=1, random_state=7) for label in (1, 0))
        if len(bad) < 300:
            continue
        size = min(1000, int(len(good) * 0.8))
        few = int(size * share)
        judge = stars.learn(
            [*good["review"][: size - few], *bad["review"][:few]], [False] * (size - few) + [True] * few
        )
        rest = pd.concat([good[size - few :], bad[few:]])
        rates.append(rare((rest["label"] == 0).to_numpy(), judge.bad(rest["review"].tolist(), 0.05)))
    assert np.mean([p for p, _ in rates]) >= precision
    assert np.mean([r for _, r in rates]) >= recall


@pytest.mark.slow
def test_aspects_of_the_held_out_half(shared_data: Path) -> None:
    texts = pd.read_csv(shared_data / "real" / "review_aspects_text.csv").set_index("id")["Reviews"]
    labels = pd.read_csv(shared_data / "real" / "review_aspects_labels.csv")
    texts = texts[texts.index % 2 == 0]
    found = opinions(texts).set_index(texts.index)
    right = wrong = missed = 0
    for name, aspect in SIX.items():
        gold = texts.index.isin(labels.loc[labels["Categories"] == name, "id"])
        got = found[aspect].notna().to_numpy()
        right, wrong, missed = right + (gold & got).sum(), wrong + (~gold & got).sum(), missed + (gold & ~got).sum()
    assert 2 * right / (2 * right + wrong + missed) >= 0.90
