"""The words buyers search."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.figures import Figure, figure, of, ratio
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside, days_with_data
from sizhen.tables import Period, Shop, measure

MOVED = 0.2  # of the visitors before: less is no rise or fall
POOR_RANK = 20  # behind it a word is hardly seen


def _moved(rows: pd.DataFrame, period: Period) -> pd.Series:
    """Per keyword 1 (risen), -1 (fallen) or 0: of its visitors in period and baseline, the share that came in the
    period lies off the period's share of the days beyond chance (Wilson, 95 %), and by a fifth or more."""
    days, past = days_with_data(rows, period), days_with_data(rows, period.baseline)
    now, before = (p.clip(rows).groupby("keyword")["visitors"].sum() for p in (period, period.baseline))
    before = before.reindex(now.index, fill_value=0.0)
    if not past:
        return now * 0.0
    usual = before / past * days
    reach = wilson(now, now + before)
    even = days / (days + past)
    rise = (reach["low"] > even) & (now >= usual * (1 + MOVED))
    fall = (reach["high"] < even) & (now <= usual * (1 - MOVED))
    return rise.astype("float64") - fall.astype("float64")


@needs("keywords_daily")
def search_words(shop: Shop, period: Period) -> pd.DataFrame:
    """Words of free search, most visitors first: keyword, visitor_days (+ _before, _change), conversion (+ …),
    conversion_low and conversion_high (95 %, of the period), rank (mean place in the results; smaller is better),
    verdict: falling or rising (visitors off before beyond chance and by a fifth), unranked (conversion surely above
    that of all words, and rank behind 20 or unknown), else empty. Falling outranks unranked, which outranks rising."""
    words = shop.table("keywords_daily")
    table = beside(words, period, ["visitors", "conversion"], ["keyword"])
    if table.empty:
        return table
    here = period.clip(words)
    known = here.dropna(subset=["visitors", "paid_buyers"])
    sums = known.groupby("keyword")[["visitors", "paid_buyers"]].sum().reindex(table["keyword"])
    reach = wilson(sums["paid_buyers"].clip(upper=sums["visitors"]), sums["visitors"])
    table["conversion_low"], table["conversion_high"] = reach["low"].to_numpy(), reach["high"].to_numpy()
    table["rank"] = table["keyword"].map(here.groupby("keyword")["rank"].mean())
    sells = table["conversion_low"] > measure.value(here, "conversion")
    moved = table["keyword"].map(_moved(words, period))
    unranked = sells & ~(table["rank"] <= POOR_RANK)
    table["verdict"] = np.select([moved < 0, unranked, moved > 0], ["falling", "unranked", "rising"], "")
    return table.sort_values("visitor_days", ascending=False, ignore_index=True)


@figure("look.search_words:now_to_before")
def now_to_before(words: pd.DataFrame) -> Figure:
    """Visitors by search words ÷ those of as many days before, and the visitors."""
    now, before = (float(words[column].sum()) for column in ("visitor_days", "visitor_days_before"))
    return of(ratio(now, before), now)
