"""The agents of the service desk, by number: each beside the others, what they did to the whole desk, week by week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.ask_desk import desk_days, figures_by, fresh
from sizhen.exam.compare import BEFORE, NOW, in_part, week_of, weeks
from sizhen.exam.figures import Figure, figure, ratio
from sizhen.exam.needs import because, needs, unknown
from sizhen.exam.proportions import gap
from sizhen.tables import Period, Shop, measure

ASKED, PAID = "inquiry_buyers", "inquiry_paid_buyers"


def _numbers(shop: Shop, period: Period) -> pd.Series:
    """Number by agent: those of the period first, by how many asked them, then the others."""
    rows = shop.table("service_daily")
    now = period.clip(rows).groupby("agent")[ASKED].sum().rename("asked")
    every = pd.DataFrame({"agent": rows["agent"].unique()}).join(now, on="agent")
    ranked = every.sort_values(["asked", "agent"], ascending=[False, True], na_position="last")["agent"]
    return pd.Series(range(1, len(ranked) + 1), index=ranked, dtype="float64")


@needs("service_daily")
def agents(shop: Shop, period: Period) -> pd.DataFrame:
    """Per agent in the period, most asked first: agent (the raw id: not for readers), agent_label (1, 2, … by volume),
    inquiry_buyers, inquiry_conversion with low, high (final days), inquiry_conversion_before, first_response_seconds,
    satisfaction, average (conversion of the whole desk), gap (to all other agents together) with gap_low, gap_high
    (95 %) and beyond_chance (false discoveries held at 5 %; unknown for the only agent), final_buyers (askers of the
    final days)."""
    desk = desk_days(shop, period)
    now = desk[desk["when"] == NOW]
    if now.empty:
        return pd.DataFrame()
    table = figures_by(now, ["agent"])
    table.insert(1, "agent_label", table["agent"].map(_numbers(shop, period)))
    table = table.sort_values("agent_label", ignore_index=True)
    before = measure.total(desk[desk["when"] == BEFORE], "inquiry_conversion", ["agent"]).set_index("agent")["value"]
    average = measure.value(now[~now["not_final"]], "inquiry_conversion")
    table = table.assign(inquiry_conversion_before=table["agent"].map(before), average=average)
    return table.join(_beside_others(now[~now["not_final"]], table["agent"]))


def _beside_others(final: pd.DataFrame, who: pd.Series) -> pd.DataFrame:
    """gap, gap_low, gap_high, beyond_chance and final_buyers of each of `who`, rows as in `who`."""
    each = measure.total(final, "inquiry_conversion", ["agent"]).set_index("agent").reindex(who).reset_index(drop=True)
    paid, asked = each["numerator"], each["denominator"]
    others, n = paid.sum() - paid, asked.sum() - asked
    apart = gap(paid, asked, others.where(n > 0), n)
    beyond = apart["beyond_chance"].astype("boolean").where(apart["gap"].notna())
    return apart.assign(beyond_chance=beyond, final_buyers=asked)


@figure("ask.agents:inquiry_conversion")
def inquiry_conversion(agents: pd.DataFrame) -> Figure:
    """Askers who paid ÷ askers of all agents together, of final days."""
    asked = agents["final_buyers"]
    return Figure(ratio(float((agents["inquiry_conversion"] * asked).sum()), float(asked.sum())), float(asked.sum()))


@needs("service_daily")
def agent_mix(shop: Shop, period: Period) -> pd.DataFrame:
    """Why the desk's inquiry conversion changed: per agent (final days of period or baseline) agent_label,
    inquiry_buyers_share and inquiry_buyers_share_before (of all askers), inquiry_conversion,
    inquiry_conversion_before, of_rate (what the agent's own conversion did to the desk's) and of_mix (what being asked
    more or less often did; an agent of one side only counts as mix alone). All of_rate and of_mix add up to the desk's
    change exactly (points). attrs: value, value_before of the desk."""
    desk = desk_days(shop, period)
    if not (desk["when"] == NOW).any():
        return unknown()
    final = desk[~desk["not_final"] & desk[[ASKED, PAID]].notna().all(axis=1)]
    asked, paid = (
        final.pivot_table(index="agent", columns="when", values=c, aggfunc="sum")
        .reindex(columns=[BEFORE, NOW])
        .fillna(0.0)
        for c in (ASKED, PAID)
    )
    if not asked[NOW].sum() > 0:
        return unknown(ASKED, PAID)
    if not asked[BEFORE].sum() > 0:
        return because("table.no_desk_before")
    table = _mixed(asked, paid).rename_axis("agent").reset_index()
    table.insert(0, "agent_label", table.pop("agent").map(_numbers(shop, period)))
    table = table.sort_values("agent_label", ignore_index=True)
    whole = paid.sum() / asked.sum()
    table.attrs.update({"value": float(whole[NOW]), "value_before": float(whole[BEFORE])})
    return table


def _mixed(asked: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """The symmetric (midpoint) parts of a change in a ratio of sums; columns of both are before, period."""
    share, rate = asked / asked.sum(), paid / asked.where(asked > 0)
    filled = rate.bfill(axis=1).ffill(axis=1).fillna(0.0)
    middle = float(np.mean(paid.sum() / asked.sum()))
    return pd.DataFrame(
        {
            "inquiry_buyers_share": share[NOW],
            "inquiry_buyers_share_before": share[BEFORE],
            "inquiry_conversion": rate[NOW],
            "inquiry_conversion_before": rate[BEFORE],
            "of_rate": share.mean(axis=1) * (filled[NOW] - filled[BEFORE]),
            "of_mix": (share[NOW] - share[BEFORE]) * (filled.mean(axis=1) - middle),
        }
    )


@needs("service_daily")
def agent_weeks(shop: Shop, period: Period) -> pd.DataFrame:
    """Per week of seven days ending with the period (`week`: its first day) and agent_label: when, inquiry_buyers,
    satisfaction (mean of the days by askers; how many rated is not in the data, so it has no interval) and
    inquiry_conversion with low, high (final days)."""
    rows = shop.table("service_daily")
    dated = rows.assign(week=week_of(rows["date"], period), not_final=fresh(rows))
    dated = dated[dated["week"].isin(weeks(rows["date"], period))]
    if dated.empty:
        return pd.DataFrame()
    table = figures_by(dated, ["week", "agent"]).drop(columns="first_response_seconds")
    table.insert(1, "agent_label", table.pop("agent").map(_numbers(shop, period)))
    table.insert(2, "when", in_part(table["week"], period))
    return table.sort_values(["week", "agent_label"], ignore_index=True)
