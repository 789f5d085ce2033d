"""Do buyers come back: by the month of the first purchase, and after how many days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import CONFIDENT, wilson
from sizhen.exam.needs import needs, unknown
from sizhen.tables import Period, Shop, prepared

QUANTILES = (0.25, 0.5, 0.75)
COHORTS = 12


def _purchases(shop: Shop, period: Period) -> pd.DataFrame:
    """Per buyer and day of payment, up to the period's end: buyer_id, date; earliest first. Orders without a buyer are
    left out."""
    paid = prepared.orders_paid(shop.table("orders"))
    known = paid[(paid["date"] <= pd.Timestamp(period.end)) & paid["buyer_id"].notna()]
    days = known[["buyer_id", "date"]].drop_duplicates()
    return days.sort_values(["buyer_id", "date"], kind="stable", ignore_index=True)


def _month(days: pd.Series) -> pd.Series:
    """Months since year 0."""
    return days.dt.year * 12 + days.dt.month - 1


def _last_day(shop: Shop, period: Period) -> pd.Timestamp:
    """The last day that is known of: the period's end, or the last of the file before it."""
    last = max(prepared.orders_placed(shop.table("orders"))["date"].max(), shop.daily()["date"].max())
    return min(last, pd.Timestamp(period.end))


@needs("orders")
def cohorts(shop: Shop, period: Period) -> pd.DataFrame:
    """Per month of the first purchase (the last twelve before the running one) and month after it: cohort (2026-07),
    cohort_buyers, months_since (1, 2, …), returned_buyers (who bought in that month), returned_share with low, high
    (95 %), censored (the file begins in that month: its buyers may have bought before). A month not over is unknown.

    Who bought before the file begins and not since counts as new: the earlier a cohort, the more of these it has.
    """
    days = _purchases(shop, period)
    if days.empty:
        return unknown("buyer_id") if shop.table("orders")["buyer_id"].isna().all() else unknown()
    days = days.assign(month=_month(days["date"])).drop_duplicates(["buyer_id", "month"])
    month = days["month"]
    first = month.groupby(days["buyer_id"]).transform("min")
    begin, last = int(first.min()), int(month.max())
    size = first.groupby(days["buyer_id"]).first().value_counts()
    counts = pd.crosstab(first, month - first)
    wanted = range(max(begin, last - COHORTS), last)
    grid = pd.MultiIndex.from_tuples(
        [(c, k) for c in wanted for k in range(1, last - c + 1)], names=["first", "months_since"]
    ).to_frame(index=False)
    if grid.empty:
        return unknown()
    back = counts.stack().reindex(pd.MultiIndex.from_frame(grid), fill_value=0).to_numpy(dtype=float)
    running = _last_day(shop, period) + pd.Timedelta(days=1)
    over = grid["first"] + grid["months_since"] < running.year * 12 + running.month - 1
    table = pd.DataFrame(
        {
            "cohort": [f"{m // 12}-{m % 12 + 1:02d}" for m in grid["first"]],
            "cohort_buyers": grid["first"].map(size).fillna(0.0).astype(float),
            "months_since": grid["months_since"].astype(float),
            "returned_buyers": pd.Series(back).where(over),
        }
    )
    n = table["cohort_buyers"].where(table["cohort_buyers"] > 0)
    table["returned_share"] = table["returned_buyers"] / n
    table[["low", "high"]] = wilson(table["returned_buyers"], n)
    return table.assign(censored=grid["first"] == begin)


@needs("orders")
def repeat_interval(shop: Shop, period: Period) -> pd.DataFrame:
    """Days between two purchases of a buyer up to the period's end, per quantile: quantile, days_between with
    days_low, days_high (95 %, by rank), of repeat_purchases seen; and days_until, the same with purchases that none has
    followed yet (open_purchases) taken as still waiting (Kaplan–Meier): unknown where fewer came back so far.

    Only who came back within the file has an interval: days_between is too short, the more so the shorter the file.
    """
    days = _purchases(shop, period)
    if days.empty:
        return unknown("buyer_id") if shop.table("orders")["buyer_id"].isna().all() else unknown()
    same = days["buyer_id"] == days["buyer_id"].shift(-1)
    gaps = (days["date"].shift(-1) - days["date"]).dt.days
    seen = np.sort(gaps[same].to_numpy(dtype=float))
    waiting = (_last_day(shop, period) - days.loc[~same, "date"]).dt.days.to_numpy(dtype=float)
    if len(seen) == 0:
        return unknown()
    rows = [(q, _quantile(seen, q), *_by_rank(seen, q), _until(seen, waiting, q)) for q in QUANTILES]
    table = pd.DataFrame(rows, columns=["quantile", "days_between", "days_low", "days_high", "days_until"])
    return table.assign(repeat_purchases=float(len(seen)), open_purchases=float(len(waiting)))


def _quantile(seen: np.ndarray, q: float) -> float:
    """A value that was seen, as `_until` gives one: so the two can be compared."""
    return float(np.quantile(seen, q, method="inverted_cdf"))


def _by_rank(seen: np.ndarray, q: float) -> tuple[float, float]:
    """The 95 % interval of a quantile from the order of the values; unknown where the sample is too small for one."""
    n = len(seen)
    reach = CONFIDENT * np.sqrt(n * q * (1 - q))
    low, high = int(np.floor(n * q - reach)), int(np.ceil(n * q + reach))
    return (float(seen[low]) if low >= 0 else float("nan"), float(seen[high]) if high < n else float("nan"))


def _until(seen: np.ndarray, waiting: np.ndarray, q: float) -> float:
    """Days until the share `q` of all purchases was followed by another; the waiting ones count while they wait."""
    days, returned = np.unique(seen, return_counts=True)
    every = np.sort(np.concatenate([seen, waiting]))
    at_risk = len(every) - np.searchsorted(every, days, side="left")
    came_back = 1 - np.cumprod(1 - returned / at_risk)
    reached = np.flatnonzero(came_back >= q - 1e-12)
    return float(days[reached[0]]) if len(reached) else float("nan")
