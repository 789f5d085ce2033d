"""Is a text without stars a bad review? Learnt from the shop's own stars, on top of the words of praise and blame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from sizhen.texts.polarity import score

FEWEST = 25  # of good and of bad ones; below, words alone decide
REGULAR = 10.0
WORDS, SCALE = 1.5, 3.0  # what the words of praise and blame weigh in log-odds at most, and at which score nearly so
SHARE_BAD = 0.05  # of the reviews of an ordinary shop
HELD = 0.6  # how far log-odds, drawn towards 0 by the regularisation, follow another share of bad reviews

Floats = NDArray[np.float64]


def _words(texts: Sequence[str]) -> Floats:
    return -np.tanh(np.array([score(t) for t in texts], dtype="float64") / SCALE)


@dataclass(frozen=True)
class Judge:
    """Log-odds that a text is bad. `counts`: good and bad texts it was trained on, 0 for words alone."""

    vectors: TfidfVectorizer | None
    model: LogisticRegression | None
    counts: tuple[int, int] = (0, 0)

    def log_odds(self, texts: Sequence[str], share_bad: float = SHARE_BAD) -> Floats:
        """Per text, in a shop where `share_bad` of the reviews are bad; words alone know no shares."""
        if not len(texts):
            return np.zeros(0)
        words = _words(texts)
        if self.model is None or self.vectors is None:
            return words
        good, bad = self.counts
        prior = HELD * (np.log(share_bad / (1 - share_bad)) - np.log(bad / good))
        return self.model.decision_function(self.vectors.transform(texts)) + WORDS * words + prior

    def bad(self, texts: Sequence[str], share_bad: float = SHARE_BAD) -> NDArray[np.bool_]:
        return self.log_odds(texts, share_bad) > 0


def learn(texts: Sequence[str], bad: Sequence[bool]) -> Judge:
    """A judge from starred texts: logistic regression on runs of one to three characters (Zhang, Zhao & LeCun 2015 show
    how far those carry), beside the words of praise and blame. With fewer than 25 of either kind, the words alone."""
    marks = np.asarray(bad, dtype=bool)
    counts = int((~marks).sum()), int(marks.sum())
    if min(counts) < FEWEST:
        return Judge(None, None)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, dtype=np.float32)
    model = LogisticRegression(C=REGULAR, max_iter=300).fit(vectors.fit_transform(texts), marks)
    return Judge(vectors, model, counts)
