"""Channels as a tree, and which of them to grow and which to cut."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside
from sizhen.tables import Period, Shop, measure, prepared
from sizhen.vocab import load
from sizhen.vocab.model import WORTH_NAMING

BRANCHES = {"group": ["group"], "channel": ["group", "channel"], "source": ["group", "channel", "channel_raw"]}
TREE = ("visitors", "conversion", "visitor_value", "visitor_cost", "paid_amount")
PLACE = ("visitors", "conversion", "paid_buyers", "paid_amount", "visitor_value", "visitor_cost")
NOT_STEERED = ("owned", "other")  # visitors whom another channel brought first, or from nobody knows where
FEW_BUYERS = 10  # below, a channel's own order value says nothing
MOVE = 0.1  # of the visitors


def _grouped(traffic: pd.DataFrame) -> pd.DataFrame:
    groups = {id: c.group for id, c in load().channels.items()}
    return traffic.assign(group=traffic["channel"].map(groups))


def _depth_first(table: pd.DataFrame) -> pd.DataFrame:
    """Groups by visitors, under each its channels by visitors, under each its sources."""
    size = table["visitor_days"].fillna(-1.0)
    keys = {
        "group_size": size.groupby(table["group"]).transform("max"),
        "channel_size": size.groupby([table["group"], table["channel"]]).transform("max").where(table["channel"] != ""),
        "source_size": size.where(table["channel_raw"] != ""),
    }
    order = pd.DataFrame(keys).fillna(np.inf).assign(**table[BRANCHES["source"]])
    by = ["group_size", "group", "channel_size", "channel", "source_size", "channel_raw"]
    at = order.sort_values(by, ascending=[False, True] * 3).index
    return table.loc[at].reset_index(drop=True)


def _worth_naming(table: pd.DataFrame) -> pd.Series:
    """False for an only child, which says what its parent says, and for a platform's source under 2 % of visitors."""
    level = table["level"]
    channels = table["group"].map(table[level == "channel"].groupby("group").size())
    parent = pd.Series(list(zip(table["group"], table["channel"], strict=True)), index=table.index)
    sources = parent.map(parent[level == "source"].value_counts())
    told = (table["channel_raw"] != "") & (sources > 1) & (table["visitor_days_share"] >= WORTH_NAMING)
    return (level == "group") | ((level == "channel") & (channels > 1)) | ((level == "source") & told)


@needs("traffic_daily")
def channel_tree(shop: Shop, period: Period, *, named: bool = False) -> pd.DataFrame:
    """Groups, under each its channels, under each the platform's own sources; a branch is the sum of those below it.

    level (group, channel, source), group, channel and channel_raw (empty above their level; a source without a name is
    empty too), visitor_days (+ _before, _change, _share, _share_before), conversion (+ …), visitor_value (+ …),
    visitor_cost, paid_amount, worth_naming (false for an only child and for a source under 2 % of the visitors).
    `named`: only the branches worth naming.
    """
    traffic = _grouped(prepared.channel_totals(shop.table("traffic_daily")))
    traffic = traffic.assign(channel_raw=traffic["channel_raw"].astype("object").fillna("").astype("str"))
    plain = ("visitor_cost", "paid_amount")
    parts = [beside(traffic, period, TREE, by, plain=plain).assign(level=level) for level, by in BRANCHES.items()]
    if parts[0].empty:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    table[BRANCHES["source"]] = table[BRANCHES["source"]].astype("object").fillna("").astype("str")
    groups = table["level"] == "group"
    place = list(table).index("visitor_days_change") + 1
    for column in ("visitor_days", "visitor_days_before"):
        total = table.loc[groups, column].sum(min_count=1)
        table.insert(place, f"visitor_days_share{column[12:]}", table[column] / (total if total > 0 else np.nan))
        place += 1
    table = _depth_first(table)
    first = ["level", *BRANCHES["source"]]
    table = table[[*first, *(c for c in table if c not in first)]].assign(worth_naming=_worth_naming(table))
    return table[table["worth_naming"]].reset_index(drop=True) if named else table


def _earning(table: pd.DataFrame, shop: Shop) -> pd.DataFrame:
    """With value_low, value_high (95 % of the conversion × order value), average_value and visitor_margin (+ …)."""
    reach = wilson(table["paid_buyers"], table["n"])
    order = table["paid_amount"] / table["paid_buyers"].where(table["paid_buyers"] >= FEW_BUYERS)
    order = order.fillna(table["paid_amount"].sum() / max(table["paid_buyers"].sum(), 1.0))
    value = table["visitor_value"]
    low, high = np.fmin(reach["low"] * order, value), np.fmax(reach["high"] * order, value)
    steered = table[~table["channel"].isin(NOT_STEERED) & value.notna()]
    average = steered["paid_amount"].sum() / steered["n"].sum() if steered["n"].sum() > 0 else float("nan")
    cost = table["visitor_cost"].where(table["group"] == "paid", 0.0)
    margin = float("nan") if shop.profile.gross_margin is None else shop.profile.gross_margin
    return table.assign(
        low=reach["low"],
        high=reach["high"],
        value_low=low,
        value_high=high,
        average_value=average,
        visitor_cost=cost,
        visitor_margin=value * margin - cost,
        margin_low=low * margin - cost,
        margin_high=high * margin - cost,
    )


def _verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """verdict and why, the first that applies."""
    paid, cost = table["group"] == "paid", table["visitor_cost"]
    steered = ~table["channel"].isin(NOT_STEERED)
    above = steered & (table["value_low"] > table["average_value"]) & (table["paid_buyers"] >= FEW_BUYERS)
    answers = {
        ("watch", "not_known"): table["visitor_value"].isna() | table["low"].isna() | (paid & cost.isna()),
        ("watch", "too_few"): table["n"] < load().rules["look.channel-quality"].min_n,
        ("cut", "loses"): paid & (cost > 0) & ((table["margin_high"] < 0) | (table["value_high"] < cost)),
        ("watch", "no_margin"): paid & (cost > 0) & table["visitor_margin"].isna(),
        ("watch", "may_lose"): paid & (cost > 0) & (table["margin_low"] <= 0),
        ("grow", "above"): above,
        ("keep", "not_steered"): ~steered,
        ("keep", "earns"): pd.Series(True, index=table.index),
    }
    holds = [held.to_numpy(dtype=bool) for held in answers.values()]
    return table.assign(
        verdict=np.select(holds, [v for v, _ in answers], "watch"), why=np.select(holds, [w for _, w in answers], "")
    )


@needs("traffic_daily")
def channel_places(shop: Shop, period: Period) -> pd.DataFrame:
    """What a visitor of each channel earns, and what follows, most visitors first: channel, group, visitor_days,
    paid_buyers, paid_amount, conversion (low, high: 95 %, Wilson), visitor_value (value_low, value_high: that interval
    × order value, the shop's where the channel has under 10 buyers), average_value (of all channels but `owned` and
    `other`), visitor_cost (money spent ÷ visitors; 0 where a channel is not paid for), visitor_margin (visitor_value ×
    gross margin - visitor_cost; margin_low, margin_high), verdict, why, tenth_amount.

    cut: paid, and even the upper end earns less than the visitor costs. grow: it surely earns more than it costs, and
    even the lower end of the value lies above the average. watch: fewer visitors than the rule asks, an interval that
    spans break-even, or cost or margin unknown. keep: the rest, and visitors nobody can order (`owned` are mostly those
    whom another channel brought first).

    tenth_amount = 10 % x visitor_days x what one earns (grow) or loses (cut): visitor_margin, or without a gross margin
    visitor_value - visitor_cost. It supposes that visitors added or dropped are like the others; often they are worse.
    """
    traffic = _grouped(prepared.channel_totals(shop.table("traffic_daily")))
    table = beside(traffic, period, PLACE, ["channel", "group"], plain=PLACE)
    if table.empty:
        return table
    counted = measure.total(period.clip(traffic), "conversion", ["channel"])
    table["n"] = table["channel"].map(counted.set_index("channel")["denominator"])
    table = _verdicts(_earning(table, shop))
    each = table["visitor_margin"].fillna(table["visitor_value"] - table["visitor_cost"])
    table["tenth_amount"] = (MOVE * table["visitor_days"] * each.abs()).where(table["verdict"].isin(["grow", "cut"]))
    return table.drop(columns="n").sort_values("visitor_days", ascending=False, ignore_index=True)
