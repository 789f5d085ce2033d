"""Refunds against the weeks before, in two ways that are fair to their delay: nothing is judged too early.

Of the period's own orders, against equally old orders; and of all refunds finished in the period, against the sales of
the days that refunds come from.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betainc

from sizhen.diagnosis.chart import Chart

SHIFTS = 5
LONGEST = 45
MIN_REFUNDS = 8
UNREST = 1.5  # overdispersion where too few weeks tell it
COLUMNS = ["product_id", "observed", "expected", "amount", "n", "p"]
DAY = pd.Timedelta(days=1)


def _young(refunds: pd.DataFrame, paid: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Per product: refunds so far of orders paid in the window, seen from its end, their amount, and what was paid."""
    mine = refunds[refunds["paid_on"].between(start, end) & (refunds["refunded_on"] <= end)]
    return _sums(mine, paid.loc[start:end].sum())


def _finished(
    refunds: pd.DataFrame, paid: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, delay: pd.Series
) -> pd.DataFrame:
    """The same of refunds finished in the window; `delay`: share of refunds by days since payment."""
    mine = refunds[refunds["refunded_on"].between(start, end)]
    back = pd.to_timedelta(delay.index, unit="D")
    moved = delay.to_numpy()[:, None] * _between(paid.cumsum(), start - back, end - back)
    return _sums(mine, pd.Series(sum(moved[1:], start=moved[0]), index=paid.columns))


def _between(total: pd.DataFrame, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> np.ndarray:
    """Per window the sums of its days, from running totals; days before the first hold nothing."""
    values = total.to_numpy()
    running = np.vstack([values[:1] * 0.0, values])
    low, high = (running[total.index.searchsorted(days, side="right")] for days in (starts - DAY, ends))
    return np.asarray(high - low)


def _sums(mine: pd.DataFrame, paid: pd.Series) -> pd.DataFrame:
    back = mine.groupby("product_id")["amount"].agg(["size", "sum"])
    return pd.DataFrame({"count": back["size"], "back": back["sum"], "paid": paid}).fillna(0.0)


def _compare(now: pd.DataFrame, past: list[pd.DataFrame]) -> pd.DataFrame:
    """observed, expected, amount, n, p per row of `now`; p from a binomial tail widened by past unrest."""
    base = sum((p.reindex(now.index).fillna(0.0) for p in past), start=now * 0.0)
    share = (now["paid"] / (now["paid"] + base["paid"])).clip(1e-6, 1 - 1e-6)
    expected = base["back"] / base["paid"].where(base["paid"] > 0)
    rates = pd.concat([p["count"] / p["paid"].where(p["paid"] > 0) for p in past], axis=1).reindex(now.index)
    noise = (base["count"] / len(past)).clip(lower=1.0) / base["paid"].where(base["paid"] > 0).div(len(past)) ** 2
    seen = (rates.var(axis=1, ddof=1) / noise).dropna().clip(lower=1.0) if len(past) > 2 else pd.Series(dtype="float64")
    unrest = float(seen.median()) if len(seen) else UNREST
    count, total = now["count"] / unrest, (now["count"] + base["count"]) / unrest
    tail = betainc(np.maximum(count, 0.5), np.maximum(total - count, 0.0) + 1, share)
    p = np.where(count > 0, tail, 1.0)
    observed = now["back"] / now["paid"].where(now["paid"] > 0)
    amount = (now["back"] - expected * now["paid"]).clip(lower=0.0)
    return pd.DataFrame(
        {"observed": observed, "expected": expected, "amount": amount, "n": now["count"], "p": np.minimum(2 * p, 1)}
    )


def _placed(windows: list[pd.DataFrame]) -> pd.DataFrame:
    """COLUMNS: one product if it holds most of the excess, else the shop (""). The first window is the period."""
    items = _compare(windows[0], windows[1:])
    whole = _compare(*_whole(windows))
    items = items[items["n"] >= MIN_REFUNDS]
    items = items.assign(p=np.minimum(items["p"] * max(len(items), 1), 1.0))
    leading = items[(items["amount"] > 0.5 * whole["amount"].iloc[0]) & (items["p"] < 0.05)]
    chosen = leading if len(leading) else whole
    return chosen.rename_axis("product_id").reset_index()[COLUMNS]


def _whole(windows: list[pd.DataFrame]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    first, *past = (w.sum().to_frame("").T for w in windows)
    return first, past


def compared(chart: Chart) -> pd.DataFrame:
    """COLUMNS of what is refunded most strikingly more than before, by the more telling of the two comparisons."""
    shop, period = chart.shop, chart.period
    if not shop.has("refunds", "product_daily"):
        return pd.DataFrame(columns=COLUMNS)
    refunds = shop.table("refunds").dropna(subset=["paid_on", "refunded_on", "amount"])
    paid = shop.table("product_daily").pivot_table("paid_amount", "date", "product_id", aggfunc="sum")
    refunds = refunds[refunds["paid_on"].isin(paid.index) | (refunds["paid_on"] < paid.index.min())]
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    step = -(-period.days // 7) * 7 * DAY
    past = refunds.loc[refunds["refunded_on"] < start]
    if past.empty or paid.empty:
        return pd.DataFrame(columns=COLUMNS)
    known = max(past["refunded_on"].min(), paid.index.min())
    shifts = [k for k in range(SHIFTS + 1) if start - k * step >= known]
    delay = (past["refunded_on"] - past["paid_on"]).dt.days.clip(0, LONGEST).value_counts(normalize=True)
    young = [_young(refunds, paid, start - k * step, end - k * step) for k in shifts]
    longer = [k for k in shifts if start - k * step - delay.index.max() * DAY >= known]
    finished = [_finished(refunds, paid, start - k * step, end - k * step, delay) for k in longer]
    views = [_placed(windows) for windows in (young, finished) if len(windows) > 1]
    if not views:
        return pd.DataFrame(columns=COLUMNS)
    return min(views, key=lambda v: float(v["p"].min())).assign(p=lambda v: np.minimum(v["p"] * len(views), 1.0))
