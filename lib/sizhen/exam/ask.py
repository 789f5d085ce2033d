"""Ask: the service desk, returning buyers and the people asked. Frames that describe; nothing is judged here."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, parts, wilson
from sizhen.exam.needs import needs
from sizhen.exam.peers import lost_buyers, peer_days, peers, promotions, same_style
from sizhen.tables import Period, Shop, measure
from sizhen.texts.clean import mask
from sizhen.vocab import load

DESK = ("inquiry_conversion", "first_response_seconds", "satisfaction")
BANDS = (0.0, 30.0, 60.0, 120.0, 300.0, float("inf"))
WHO = ("owner", "operations", "promotion", "design", "service", "warehouse", "customer")

__all__ = [
    "agents",
    "answers",
    "lost_buyers",
    "peer_days",
    "peers",
    "promotions",
    "response_bands",
    "returning",
    "same_style",
    "service",
    "service_days",
]


def _desk(shop: Shop, period: Period) -> pd.DataFrame:
    """service_daily of baseline and period with `not_final`: askers may still pay, conversion is not final."""
    table = shop.table("service_daily")
    ripe = pd.Timedelta(days=load().metrics["inquiry_conversion"].maturity_days)
    return parts(table, period).assign(not_final=lambda f: f["date"] > table["date"].max() - ripe)


def _figures(desk: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The desk's metrics per member of `by`; conversion (and its n) from mature days only."""
    asked = desk.groupby(by)["inquiry_buyers"].sum(min_count=1).reset_index()
    for metric in DESK:
        rows = desk[~desk["not_final"]] if metric == "inquiry_conversion" else desk
        figures = measure.total(rows, metric, by)
        if metric == "inquiry_conversion":
            figures[["low", "high"]] = wilson(figures["numerator"], figures["denominator"])
        keep = figures.drop(columns=["numerator", "denominator"]).rename(columns={"value": metric})
        asked = asked.merge(keep, how="left", on=by)
    return asked


@needs("service_daily")
def service_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per date of baseline and period: when, inquiry_buyers, inquiry_rate (÷ the shop's visitors),
    inquiry_conversion with low, high (unknown on `not_final` days, the last two), first_response_seconds,
    satisfaction."""
    desk = _desk(shop, period)
    if desk.empty:
        return pd.DataFrame()
    days = _figures(desk, ["date", "when"]).merge(desk[["date", "not_final"]].drop_duplicates(), on="date")
    days = days.merge(_visitors(shop), how="left", on="date")
    rate = days["inquiry_buyers"] / days["visitors"].where(days["visitors"] > 0)
    return days.drop(columns="visitors").assign(inquiry_rate=rate)


def _visitors(shop: Shop) -> pd.DataFrame:
    if shop.has("shop_daily"):
        return shop.table("shop_daily")[["date", "visitors"]]
    return pd.DataFrame({"date": pd.Series(dtype="datetime64[us]"), "visitors": pd.Series(dtype="float64")})


@needs("service_daily")
def service(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `when` (period, before): days (with data), inquiry_rate, inquiry_buyers, inquiry_conversion with low, high
    (mature days), first_response_seconds, satisfaction."""
    desk = _desk(shop, period)
    if desk.empty:
        return pd.DataFrame()
    asked = desk.groupby(["date", "when"])["inquiry_buyers"].sum(min_count=1).reset_index()
    seen = asked.merge(_visitors(shop), how="left", on="date")
    rate = measure.total(seen, "inquiry_rate", ["when"])[["when", "value"]].rename(columns={"value": "inquiry_rate"})
    days = desk.groupby("when")["date"].nunique().astype("float64").rename("days").reset_index()
    table = days.merge(rate, on="when").merge(_figures(desk, ["when"]), on="when")
    return table.sort_values("when", ascending=False, ignore_index=True)


@needs("service_daily")
def agents(shop: Shop, period: Period) -> pd.DataFrame:
    """Per agent in the period, most asked first: agent (the raw id: not for readers), agent_label (1, 2, … by volume),
    inquiry_buyers, inquiry_conversion with low, high (mature days), inquiry_conversion_before, first_response_seconds,
    satisfaction, average (conversion of the whole desk)."""
    desk = _desk(shop, period)
    now = desk[desk["when"] == NOW]
    if now.empty:
        return pd.DataFrame()
    table = _figures(now, ["agent"])
    table = table.sort_values(["inquiry_buyers", "agent"], ascending=[False, True], ignore_index=True)
    before = measure.total(desk[desk["when"] == BEFORE], "inquiry_conversion", ["agent"]).set_index("agent")["value"]
    table.insert(1, "agent_label", [float(n) for n in range(1, len(table) + 1)])
    average = measure.value(now[~now["not_final"]], "inquiry_conversion")
    return table.assign(inquiry_conversion_before=table["agent"].map(before), average=average)


@needs("service_daily")
def response_bands(shop: Shop, period: Period) -> pd.DataFrame:
    """Does waiting cost orders? Per `response_band` (seconds to the first reply, mean of an agent's day) in baseline
    and period, mature days only: inquiry_buyers, inquiry_conversion with low, high. Fastest first."""
    desk = _desk(shop, period)
    desk = desk[~desk["not_final"] & desk["first_response_seconds"].notna() & desk["inquiry_paid_buyers"].notna()]
    if desk.empty:
        return pd.DataFrame()
    names = [f"{low:g}–{high:g}" if high < BANDS[-1] else f"> {low:g}" for low, high in pairwise(BANDS)]
    band = pd.cut(desk["first_response_seconds"], list(BANDS), labels=names, include_lowest=True)
    figures = measure.total(desk.assign(response_band=band), "inquiry_conversion", ["response_band"])
    figures[["low", "high"]] = wilson(figures["numerator"], figures["denominator"])
    table = figures.rename(columns={"denominator": "inquiry_buyers", "value": "inquiry_conversion"})
    table["response_band"] = table["response_band"].astype("str")
    return table[["response_band", "inquiry_buyers", "inquiry_conversion", "low", "high"]]


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


@needs("answers")
def answers(shop: Shop, period: Period) -> pd.DataFrame:
    """The last answer to each question in baseline and period: who, question, answer (masked), score, score_before
    (of the answer before it), asked_on. Owner first, customers last."""
    asked = parts(shop.table("answers"), period, "asked_on").sort_values("asked_on", kind="stable")
    if asked.empty:
        return pd.DataFrame()
    asked["score_before"] = asked.groupby(["who", "question"])["score"].shift()
    told = asked.drop_duplicates(["who", "question"], keep="last")
    told = told.assign(
        answer=[mask(a) if isinstance(a, str) else "" for a in told["answer"]],
        order=told["who"].map({who: n for n, who in enumerate(WHO)}),
    )
    told = told.sort_values(["order", "question"], kind="stable", ignore_index=True)
    return told[["who", "question", "answer", "score", "score_before", "asked_on"]]
