"""Days of a presale: buyers order as usual and hardly anyone pays, as the rest of the price comes later."""

from __future__ import annotations

import pandas as pd

from sizhen.vocab.limits import limit

MIN_ORDERS = 10


def unpaid_days(days: pd.DataFrame, usual_rate: float, usual_orders: float) -> pd.DataFrame:
    """The rows of `days` (order_buyers, paid_buyers) of a presale; none where so few order that it may be another
    trouble. `usual_rate`: paying ÷ ordering buyers; `usual_orders`: ordering buyers of a day."""
    known = days.dropna(subset=["order_buyers", "paid_buyers"])
    hardly = known["paid_buyers"] < limit("data.presale", "payment_rate_ratio") * usual_rate * known["order_buyers"]
    unpaid = known[hardly & (known["order_buyers"] >= MIN_ORDERS)]
    least = limit("data.presale", "order_buyers_ratio") * usual_orders
    return unpaid if unpaid["order_buyers"].mean() >= least else unpaid.iloc[:0]
