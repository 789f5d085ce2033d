"""Refunds of the period's orders against equally old orders of the weeks before: nothing is judged too early."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betainc

from sizhen.diagnosis.chart import Chart

SHIFTS = 5
MIN_REFUNDS = 8
UNREST = 1.5  # overdispersion where too few weeks tell it
COLUMNS = ["product_id", "observed", "expected", "amount", "n", "p"]


def _window(refunds: pd.DataFrame, sold: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Per product: refunds and their amount so far, of orders paid in the window, seen from its end; and sales."""
    mine = refunds[refunds["paid_on"].between(start, end) & (refunds["refunded_on"] <= end)]
    back = mine.groupby("product_id")["amount"].agg(["size", "sum"])
    paid = sold[sold["date"].between(start, end)].groupby("product_id")["paid_amount"].sum()
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


def equally_aged(chart: Chart) -> pd.DataFrame:
    """product_id, observed, expected, amount, n, p: one product if it holds most of the excess, else the shop ("")."""
    shop, period = chart.shop, chart.period
    if not shop.has("refunds", "product_daily"):
        return pd.DataFrame(columns=COLUMNS)
    refunds = shop.table("refunds").dropna(subset=["paid_on", "refunded_on", "amount"])
    sold = shop.table("product_daily")[["date", "product_id", "paid_amount"]]
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    step = pd.Timedelta(days=-(-period.days // 7) * 7)
    known = max(refunds["paid_on"].min(), sold["date"].min()) if len(refunds) else end
    shifts = [k for k in range(1, SHIFTS + 1) if start - k * step >= known]
    if not shifts:
        return pd.DataFrame(columns=COLUMNS)
    now = _window(refunds, sold, start, end)
    past = [_window(refunds, sold, start - k * step, end - k * step) for k in shifts]
    items = _compare(now, past)
    whole = _compare(now.sum().to_frame("").T, [p.sum().to_frame("").T for p in past])
    items = items[items["n"] >= MIN_REFUNDS]
    items = items.assign(p=np.minimum(items["p"] * max(len(items), 1), 1.0))
    leading = items[(items["amount"] > 0.5 * whole["amount"].iloc[0]) & (items["p"] < 0.05)]
    chosen = leading if len(leading) else whole
    return chosen.rename_axis("product_id").reset_index()[COLUMNS]
