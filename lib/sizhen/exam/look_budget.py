"""What moving the money of advertising that does not pay would change: a simulation under a stated assumption."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from sizhen.exam.look_ads import ENTRY, ads_verdicts
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop

KEPT = {"drop": 0.0, "lower": 0.5}  # of the budget
MOST_MORE = 0.5  # of its budget is the most an entry is given on top
RETURNS = (0.5, 0.8)  # sales grow with spend to a power between these
MIDDLE = sum(RETURNS) / 2
COLUMNS = [
    *ENTRY,
    "verdict",
    "cost",
    "cost_after",
    "contribution_change",
    "contribution_low",
    "contribution_high",
]


def _moved(table: pd.DataFrame) -> pd.Series:
    """Every entry's cost afterwards: more where the next click pays too, not only the average one. What is left is
    saved."""
    after = table["cost"] * table["verdict"].map(KEPT).fillna(1.0)
    value = table["click_value"].clip(upper=table["recent_value"].fillna(float("inf")))
    pays = (table["verdict"] == "raise") & (value * MIDDLE > table["click_cost"])
    raised = table["cost"].where(pays, 0.0)
    freed = float((table["cost"] - after).sum())
    more = min(freed / raised.sum(), MOST_MORE) if raised.sum() > 0 else 0.0
    return after + raised * more


def _gain(table: pd.DataFrame, value: pd.Series, power: float) -> pd.Series:
    """Change of contribution: the gross profit of cost_after on `value` per click, where sales follow spend to `power`,
    less that of cost; less the change of cost."""
    profit = table["cost"] * value / table["click_cost"]
    return profit * ((table["cost_after"] / table["cost"]) ** power - 1) - (table["cost_after"] - table["cost"])


@needs("ads_daily")
def budget_shift(shop: Shop, period: Period) -> pd.DataFrame:
    """The entries of `ads_verdicts` whose budget would move, givers first: kind, plan, keyword, verdict, cost,
    cost_after, contribution_change with contribution_low and contribution_high; money per period.

    Entries to drop give all of their spend, those to lower half of it. Entries to raise whose next click pays too take
    it by size, each at most half as much again; what is left is saved. Diminishing returns: an entry's sales follow its
    spend to a power of 0.5 to 0.8 (twice the money brings 1.4 to 1.7 times the sales; a house assumption, as the tables
    do not tell it). Low and high are the worst and best of these powers and of the click values' intervals. Attributed
    sales that would have come anyway count too: a range to decide by, not a promise. Unknown without a gross margin.
    """
    table = ads_verdicts(shop, period)
    if table.empty:
        return pd.DataFrame()
    if shop.profile.gross_margin is None:
        return _empty("budget_shift.no_margin")
    table = table.assign(cost_after=_moved(table))
    table = table[table["cost_after"] != table["cost"]].reset_index(drop=True)
    if table.empty:
        return _empty("budget_shift.nothing")
    reach = pd.concat(
        [_gain(table, table[v], r) for v, r in product(("click_value_low", "click_value_high"), RETURNS)], axis=1
    )
    table = table.assign(
        contribution_change=_gain(table, table["click_value"], MIDDLE),
        contribution_low=reach.min(axis=1),
        contribution_high=reach.max(axis=1),
    )
    order = np.where(table["verdict"] == "raise", 1, 0)
    table = table.assign(order=order).sort_values(["order", "cost"], ascending=[True, False], ignore_index=True)
    return table[COLUMNS]


def _empty(why: str) -> pd.DataFrame:
    frame = pd.DataFrame(columns=COLUMNS)
    frame.attrs["empty"] = why
    return frame
