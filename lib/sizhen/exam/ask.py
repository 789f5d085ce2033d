"""Ask: the service desk, returning buyers and the people asked. Frames that describe; nothing is judged here."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.ask_agents import agent_mix, agent_weeks, agents
from sizhen.exam.ask_desk import desk_figures, response_bands, response_slope, service, service_days
from sizhen.exam.ask_people import answers, answers_given, people
from sizhen.exam.compare import NOW, parts
from sizhen.exam.figures import UNKNOWN, Figure, figure
from sizhen.exam.needs import needs
from sizhen.exam.peers import lost_buyers, peer_days, peers, promotions, same_style
from sizhen.tables import Period, Shop, measure

__all__ = [
    "agent_mix",
    "agent_weeks",
    "agents",
    "answers",
    "answers_given",
    "desk_figures",
    "lost_buyers",
    "peer_days",
    "peers",
    "people",
    "promotions",
    "response_bands",
    "response_slope",
    "returning",
    "same_style",
    "service",
    "service_days",
]


@needs("shop_daily")
def returning(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `when` (period, before): days (with data), paid_buyers and returning_paid_buyers (people per day, added),
    repeat_share and returning_value (what a returning buyer's day is worth), average_order_value of all."""
    days = parts(shop.daily(), period)
    days = days[days["returning_paid_buyers"].notna()]
    if days.empty:
        return pd.DataFrame()
    table = days.groupby("when", as_index=False)[["paid_buyers", "returning_paid_buyers", "returning_paid_amount"]].sum(
        min_count=1
    )
    for metric in ("repeat_share", "average_order_value"):
        table[metric] = measure.total(days, metric, ["when"])["value"]
    people = table["returning_paid_buyers"]
    table.insert(1, "days", table["when"].map(days["when"].value_counts()).astype("float64"))
    table["returning_value"] = table["returning_paid_amount"] / people.where(people > 0)
    return table.drop(columns="returning_paid_amount").sort_values("when", ascending=False, ignore_index=True)


@figure("ask.returning:repeat_share")
def repeat_share(returning: pd.DataFrame) -> Figure:
    """Returning paying buyers ÷ paying buyers of the period, people per day added."""
    now = returning[returning["when"] == NOW]
    return Figure(float(now["repeat_share"].iloc[0]), float(now["paid_buyers"].iloc[0])) if len(now) else UNKNOWN
