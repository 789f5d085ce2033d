"""What those who left a bad review came back to say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import titles
from sizhen.exam.figures import Figure, figure
from sizhen.exam.listen_reviews import counted, told
from sizhen.exam.needs import because, needs
from sizhen.tables import Period, Shop
from sizhen.tables.prepared import QUARTER
from sizhen.texts.aspects import COMPLAINT, opinions
from sizhen.texts.polarity import score


@needs("reviews")
def follow_ups(shop: Shop, period: Period) -> pd.DataFrame:
    """Bad reviews (one or two stars) of the 90 days that end with the period and have a follow-up by its end, newest
    first: reviewed_at, product_id, title, stars, follow_up (masked, at most 80 characters), still_complains (of an
    aspect, or more blame than praise). The shop's own answers are in no table."""
    end = pd.Timestamp(period.end) + pd.Timedelta(days=1)
    reviews = period.last(QUARTER).clip(counted(shop), "reviewed_at")
    rows = reviews[(reviews["bad_reviews"] > 0) & ~(reviews["follow_up_at"] >= end)].dropna(subset="follow_up_text")
    if rows.empty:
        return because("unknown_follow_ups")
    texts = rows["follow_up_text"]
    complains = (opinions(texts) == COMPLAINT).any(axis=1).to_numpy() | np.array([score(t) < 0 for t in texts])
    title = rows["product_id"].map(titles(shop)).astype("object").fillna(rows["product_id"])
    only = told(shop, rows.assign(text=None))
    rows = rows.assign(title=title, follow_up=only, still_complains=complains, stars=rows["rating"])
    columns = ["reviewed_at", "product_id", "title", "stars", "follow_up", "still_complains"]
    return rows.sort_values("reviewed_at", ascending=False, kind="stable", ignore_index=True)[columns]


@figure("listen.follow_ups:won_back")
def won_back(follow_ups: pd.DataFrame) -> Figure:
    """Share of the follow-ups that complain no more."""
    return Figure(float(1 - follow_ups["still_complains"].mean()), float(len(follow_ups)))
