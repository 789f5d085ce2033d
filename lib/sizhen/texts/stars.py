"""Is a text without stars a bad review? Learnt from the shop's own stars, on top of the words of praise and blame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from sizhen.texts.polarity import score

FEWEST = 15  # of good and of bad ones; below, words alone decide
REGULAR = 10.0
FOLDS = 5
SCALE = 3.0  # the score of a text at which its words have said nearly all they can
SHARE_BAD = 0.05  # of the reviews of an ordinary shop
HELD = 0.85  # how far log-odds, drawn towards 0 by the regularisation, follow another share of bad reviews

Floats = NDArray[np.float64]


def _words(texts: Sequence[str]) -> Floats:
    return -np.tanh(np.array([score(t) for t in texts], dtype="float64") / SCALE)


@dataclass(frozen=True)
class Judge:
    """Log-odds that a text is bad. `counts`: good and bad texts it was trained on, 0 for words alone. `weigh` joins
    what `model` and the words of praise and blame say."""

    vectors: TfidfVectorizer | None
    model: LogisticRegression | None
    weigh: LogisticRegression | None
    counts: tuple[int, int] = (0, 0)

    def log_odds(self, texts: Sequence[str], share_bad: float = SHARE_BAD) -> Floats:
        """Per text, in a shop where `share_bad` of the reviews are bad; words alone know no shares."""
        if not len(texts):
            return np.zeros(0)
        words = _words(texts)
        if self.model is None or self.vectors is None or self.weigh is None:
            return words
        learnt = self.model.decision_function(self.vectors.transform(texts))
        prior = HELD * np.log(share_bad / (1 - share_bad))
        return self.weigh.decision_function(np.column_stack([learnt, words])) + prior

    def bad(self, texts: Sequence[str], share_bad: float = SHARE_BAD) -> NDArray[np.bool_]:
        return self.log_odds(texts, share_bad) > 0


def learn(texts: Sequence[str], bad: Sequence[bool]) -> Judge:
    """A judge from starred texts: logistic regression on runs of one to three characters (Zhang, Zhao & LeCun 2015 show
    how far those carry), weighed against the words of praise and blame by a second one that sees what the first says of
    texts it did not learn from (stacking, Wolpert 1992): so its log-odds mean what they say, however rare bad ones were
    among the starred. With fewer than 15 of either kind, the words alone."""
    marks = np.asarray(bad, dtype=bool)
    counts = int((~marks).sum()), int(marks.sum())
    if min(counts) < FEWEST:
        return Judge(None, None, None)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, dtype=np.float32)
    found = vectors.fit_transform(texts)
    model = LogisticRegression(C=REGULAR, max_iter=300)
    unseen = cross_val_predict(model, found, marks, cv=FOLDS, method="decision_function")
    weigh = LogisticRegression(class_weight="balanced").fit(np.column_stack([unseen, _words(texts)]), marks)
    return Judge(vectors, model.fit(found, marks), weigh, counts)
