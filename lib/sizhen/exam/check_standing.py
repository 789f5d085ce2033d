"""How the shop stands with its platform: the quarterly review and penalty points."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.figures import Figure, figure
from sizhen.exam.needs import because, needs, saying
from sizhen.exam.tier import SCORE_ROUNDING, beside_tier, converted
from sizhen.tables import Period, Shop, prepared
from sizhen.tables.chance import counting_noise
from sizhen.tables.prepared import QUARTER, SCORES
from sizhen.texts.clean import hide
from sizhen.vocab.penalties import penalty_rules

BELOW, LEVEL, ABOVE = "below", "level", "above"


@needs("shop_daily", "peers", "peers_daily")
def platform_review(shop: Shop, period: Period) -> pd.DataFrame:
    """Conversion and the three scores over the 90 days that end with the period, known figures only: metric, value,
    tier_value (conversion weighted by the shop's visitors, scores the mean of the days both know), value_gap (value −
    tier_value), standing (`below`, `above`, or `level`: for conversion within chance, one-sided 95 %), days.

    The platform looks at the sector's last fifth (2012), which no table tells: the tier's average stands in.
    """
    both = beside_tier(shop, period.last(QUARTER))
    rows = [_conversion(both), *(_score(both, score) for score in SCORES)]
    columns = ["metric", "value", "tier_value", "noise", "days"]
    table = pd.DataFrame(rows, columns=columns).dropna(subset=["value", "tier_value"]).reset_index(drop=True)
    if table.empty:
        return because("unknown_tier_average")
    apart = table["value"] - table["tier_value"]
    places = [apart < -table["noise"], apart > table["noise"]]
    table.insert(3, "value_gap", apart)
    table.insert(4, "standing", np.select(places, [BELOW, ABOVE], LEVEL))
    table = table.drop(columns="noise")
    table.attrs["heads"] = {"value": "value.quarter"}
    return table


@figure("check.platform_review:figures_below_tier")
def figures_below_tier(standing: pd.DataFrame) -> Figure:
    """How many figures lie below the tier's; n: days compared."""
    return Figure(float((standing["standing"] == BELOW).sum()), float(standing["days"].max()))


Row = tuple[str, float, float, float, float]


def _conversion(both: pd.DataFrame) -> Row:
    visitors, buyers, would = converted(both)
    days = both[["visitors", "paid_buyers", "conversion_tier"]].notna().all(axis=1).sum()
    if not visitors > 0:
        return "conversion", float("nan"), float("nan"), 0.0, 0.0
    own = buyers / visitors
    return (
        "conversion",
        own,
        would / visitors,
        counting_noise(own, visitors),
        float(days),
    )


def _score(both: pd.DataFrame, score: str) -> Row:
    known = both[[score, f"{score}_tier"]].dropna()
    own, tier = known.mean().round(2) if len(known) else (float("nan"), float("nan"))
    return score, float(own), float(tier), SCORE_ROUNDING, float(len(known))


@needs("events")
def penalties(shop: Shop, period: Period) -> pd.DataFrame:
    """Penalty points of the period's year up to its last day, newest first: starts_on, name, penalty_points, note. Of a
    platform whose rules are not known nothing is said."""
    if shop.profile.platform not in penalty_rules().platforms:
        return because("unknown_penalty_rules")
    fined = prepared.violations(hide(shop.table("events"), "name", "note"), period.end)
    fined = fined.rename(columns={"points": "penalty_points"})
    fined = fined.loc[fined["penalty_points"] > 0, ["starts_on", "name", "penalty_points", "note"]]
    return saying(fined.sort_values("starts_on", ascending=False, ignore_index=True), "penalties.none")


@figure("check.penalties:penalty_points")
def penalty_points(fined: pd.DataFrame) -> Figure:
    """Points of all violations together; n: violations with points."""
    return Figure(float(fined["penalty_points"].sum()), float(len(fined)))


@needs("events")
def penalty_room(shop: Shop, period: Period) -> pd.DataFrame:
    """Per limit of the platform, lowest first: points_limit, penalty (what follows, by id), penalty_points (of the year
    up to the period's last day), points_left, rules_year (when these limits were in force: verify them)."""
    fined, rules = penalties(shop, period), penalty_rules()
    if not len(fined.columns):
        return fined
    points = penalty_points(fined).value
    table = pd.DataFrame({"points_limit": rules.limits, "penalty": [f"{limit:.0f}" for limit in rules.limits]})
    left = (table["points_limit"] - points).clip(lower=0.0)
    return table.assign(penalty_points=points, points_left=left, rules_year=str(rules.year))
