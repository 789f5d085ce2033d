"""What the tier does on average, on the same days as this shop."""

from __future__ import annotations

import pandas as pd

from sizhen.tables import Period, Shop
from sizhen.tables.prepared import SCORES, tier_average

SCORE_ROUNDING = 0.005  # scores are printed with two decimals


def beside_tier(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day of the period that both know: date, visitors, paid_buyers and dsr_* of the shop, conversion_tier and
    dsr_*_tier of the peers of kind tier_average (their mean). No rows where the shop has no such peer."""
    own = period.clip(shop.daily())[["date", "visitors", "paid_buyers", *SCORES]]
    theirs = tier_average(shop, ["conversion", *SCORES]).set_index("date").add_suffix("_tier").reset_index()
    return own.merge(theirs, on="date")


def converted(both: pd.DataFrame) -> tuple[float, float, float]:
    """(visitors, paying buyers, those there would be at the tier's conversion) over the days that know all three."""
    known = both.dropna(subset=["visitors", "paid_buyers", "conversion_tier"])
    return (
        float(known["visitors"].sum()),
        float(known["paid_buyers"].sum()),
        float((known["visitors"] * known["conversion_tier"]).sum()),
    )


def tier_conversion(shop: Shop, period: Period) -> float:
    """The tier's conversion on the shop's days, weighted by the shop's visitors; NaN when unknown."""
    visitors, _, would = converted(beside_tier(shop, period))
    return would / visitors if visitors > 0 else float("nan")
