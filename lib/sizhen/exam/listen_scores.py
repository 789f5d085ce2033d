"""The three shop scores: day by day, beside the tier, and in votes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, covered_days, parts
from sizhen.exam.listen_reviews import counted
from sizhen.exam.needs import needs
from sizhen.exam.tier import SCORE_ROUNDING
from sizhen.tables import Period, Shop
from sizhen.tables.prepared import SCORES, tier_average

WINDOW = 180  # days of votes a score is the mean of
WORST, POOR, STEP = 1.0, 2.0, 0.01


@needs("shop_daily")
def score_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per date and `metric` (dsr_description, dsr_service, dsr_logistics) over the baseline and the period: own_score
    and tier_score (the tier's average that day, unknown without peers)."""
    days = parts(shop.daily(), period)[["date", "when", *SCORES]]
    own = days.melt(["date", "when"], var_name="metric", value_name="own_score").dropna(subset="own_score")
    return own.merge(_tier_scores(shop), how="left", on=["date", "metric"]).sort_values(
        ["metric", "date"], ignore_index=True
    )


def _tier_scores(shop: Shop) -> pd.DataFrame:
    return tier_average(shop, SCORES).melt("date", list(SCORES), var_name="metric", value_name="tier_score")


@needs("shop_daily")
def scores(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `metric`: own_score (last known of the period), own_score_before (last known of the baseline), difference,
    tier_score (last known), tier_gap (own_score − tier_score). Scores are moving means over months: a small step is a
    large event."""
    days = score_days(shop, period)
    if days.empty:
        return pd.DataFrame()
    last = days.groupby(["metric", "when"])[["own_score", "tier_score"]].last().unstack("when")
    blank = pd.Series(float("nan"), index=last.index)
    now, before = (last.get(("own_score", when), blank) for when in (NOW, BEFORE))
    tier = last.get(("tier_score", NOW), blank)
    table = pd.DataFrame({"own_score": now, "own_score_before": before, "difference": now - before, "tier_score": tier})
    table = table.assign(tier_gap=now - tier).reindex(list(SCORES)).rename_axis("metric").reset_index()
    return table[table["own_score"].notna()].reset_index(drop=True)


def _votes(shop: Shop, period: Period) -> tuple[float, float]:
    """Votes of 180 days, at least and at most: rated reviews, and buyers who paid, at their pace in period and
    baseline. Where only one of them is known it stands for both; unknown without either."""
    span = Period(period.baseline.start, period.end)
    paces = []
    if shop.has("reviews"):
        reviews = span.clip(counted(shop), "reviewed_at")
        days = sum(covered_days(counted(shop)["reviewed_at"], period).values())
        paces.append(reviews["rated_reviews"].sum() / days if days else float("nan"))
    buyers = span.clip(shop.daily())["paid_buyers"]
    paces.append(buyers.mean())
    known = [WINDOW * pace for pace in paces if pace > 0]
    return (min(known), max(known)) if known else (float("nan"), float("nan"))


@needs("shop_daily")
def score_votes(shop: Shop, period: Period) -> pd.DataFrame:
    """How many bad votes it takes to move a score as seen. Per `metric`: own_score_before, own_score, difference (as in
    `scores`), votes_low and votes_high (votes the score is a mean of), bad_votes_low and bad_votes_high (of one or two
    stars in place of average ones that bring the fall; 0 to … where it may be rounding; unknown where the score rose),
    votes_step_low and votes_step_high (one-star votes that move it by 0.01), bad_reviews (seen in the period).

    Assumes that a score is the plain mean of the votes of 180 days, that old votes leave at the old score, and that
    votes are no fewer than rated reviews and no more than buyers. A range, not a point.
    """
    table = scores(shop, period)
    if table.empty:
        return pd.DataFrame()
    table = table[["metric", "own_score_before", "own_score", "difference"]]
    low, high = _votes(shop, period)
    before = table["own_score_before"].where(table["own_score_before"] > POOR)
    fall = -table["difference"].round(9)
    least = (fall - 2 * SCORE_ROUNDING).clip(lower=0) * low / (before - WORST)
    most = (fall + 2 * SCORE_ROUNDING) * high / (before - POOR)
    fell = fall >= 0
    bad = period.clip(counted(shop), "reviewed_at")["bad_reviews"].sum() if shop.has("reviews") else float("nan")
    return table.assign(
        votes_low=low,
        votes_high=high,
        bad_votes_low=np.floor(least.where(fell)),
        bad_votes_high=np.ceil(most.where(fell)),
        votes_step_low=np.ceil(STEP * low / (before - WORST)),
        votes_step_high=np.ceil(STEP * high / (before - WORST)),
        bad_reviews=float(bad),
    )
