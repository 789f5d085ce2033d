"""Orders by their size: where they gather."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.figures import Figure, figure, ratio
from sizhen.exam.needs import needs
from sizhen.exam.trailing import share
from sizhen.tables import Period, Shop, prepared

NEAR = 1.1  # of the mean order: from here to the next edge orders lie where a threshold would put them
EDGES = np.array([0.0, 0.5, 0.7, 0.9, NEAR, 1.3, 1.5, 2.0, np.inf])


@needs("orders")
def order_sizes(shop: Shop, period: Period) -> pd.DataFrame:
    """Orders paid in the period by their size, smallest first: times_from, times_to (of the mean order; to is not in
    it, and unknown for the largest), amount_from, amount_to (the same in money), paid_orders, paid_orders_share."""
    paid = period.clip(prepared.orders_paid(shop.table("orders")))["paid_amount"].dropna()
    if paid.empty:
        return pd.DataFrame()
    mean = float(paid.mean())
    band = np.searchsorted(EDGES, (paid / mean).to_numpy(), side="right") - 1
    first, last = EDGES[:-1], np.where(np.isinf(EDGES[1:]), np.nan, EDGES[1:])
    count = np.bincount(band, minlength=len(first)).astype("float64")
    columns = {"times_from": first, "times_to": last, "amount_from": first * mean, "amount_to": last * mean}
    return pd.DataFrame({**columns, "paid_orders": count, "paid_orders_share": share(pd.Series(count))})


@figure("look.order_sizes:near_threshold")
def near_threshold(sizes: pd.DataFrame) -> Figure:
    """Share of orders of 1.1 to 1.3 times the mean order, and all orders."""
    orders = float(sizes["paid_orders"].sum())
    return Figure(ratio(float(sizes.loc[sizes["times_from"] == NEAR, "paid_orders"].sum()), orders), orders)
