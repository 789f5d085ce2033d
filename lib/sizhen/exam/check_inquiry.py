"""Who asks and who buys without a word: conversion split over both."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import wilson
from sizhen.exam.needs import because, needs, unknown
from sizhen.exam.proportions import gap
from sizhen.tables import Period, Shop
from sizhen.vocab import load

COUNTS = ["visitors", "paid_buyers", "inquiry_buyers", "inquiry_paid_buyers"]
WAYS = ("inquiry_rate", "inquiry_conversion", "silent_conversion", "conversion")


@needs("shop_daily", "service_daily")
def inquiry_split(shop: Shop, period: Period) -> pd.DataFrame:
    """conversion = inquiry_rate × inquiry_conversion + silent_conversion, one row each and conversion last: metric,
    value (of all visitors; inquiry_conversion of those who asked) with low, high (95 %), value_before, beyond_chance,
    of_change (of the change in conversion; the three add up to it), buyers_more (the same × the visitors: buyers
    more or fewer than at the rates before).

    Only days that know all four counts; the last two in the file are left out, as those who asked may still pay.
    """
    days = _days(shop)
    now, before = (p.clip(days)[COUNTS].sum(min_count=1) for p in (period, period.baseline))
    if not now["visitors"] > 0:
        return unknown("visitors") if shop.daily()["visitors"].isna().all() else unknown()
    if not _fits(now):
        return because("table.contradiction")
    hits, n = _rates(now)
    hits_before, n_before = _rates(before if _fits(before) else before * float("nan"))
    table = pd.DataFrame({"metric": WAYS, "value": hits / n.where(n > 0)})
    table[["low", "high"]] = wilson(hits, n)
    table["value_before"] = hits_before / n_before.where(n_before > 0)
    table["beyond_chance"] = gap(hits, n, hits_before, n_before)["beyond_chance"]
    table["of_change"] = _parts(table["value"], table["value_before"])
    return table.assign(buyers_more=table["of_change"] * now["visitors"])


def _fits(sums: pd.Series) -> bool:
    """Whether every count is part of the one it is taken from."""
    order = ["inquiry_paid_buyers", "paid_buyers", "visitors"], ["inquiry_paid_buyers", "inquiry_buyers", "visitors"]
    return all(bool((sums[chain].diff().iloc[1:] >= 0).all()) for chain in order)


def _parts(now: pd.Series, before: pd.Series) -> list[float]:
    """Exact parts of the change in conversion, per WAYS. Where nobody asked, the conversion of those who ask stays."""
    (rate, bought, silent, whole), (rate_before, bought_before, silent_before, whole_before) = now, before
    if rate == 0 or rate_before == 0:
        bought, bought_before = (bought, bought) if rate > 0 else (bought_before, bought_before)
    asked_part = (rate - rate_before) * (bought + bought_before) / 2 if rate != rate_before else 0.0
    bought_part = (bought - bought_before) * (rate + rate_before) / 2 if rate + rate_before != 0 else 0.0
    return [asked_part, bought_part, silent - silent_before, whole - whole_before]


def _days(shop: Shop) -> pd.DataFrame:
    """Per final day that knows all of them: date and the counts."""
    desk = shop.table("service_daily")
    ripe = pd.Timedelta(days=load().metrics["inquiry_conversion"].maturity_days)
    desk = desk[desk["date"] <= desk["date"].max() - ripe]
    known = desk[["inquiry_buyers", "inquiry_paid_buyers"]].notna().all(axis=1).groupby(desk["date"]).transform("all")
    asked = desk[known].groupby("date")[["inquiry_buyers", "inquiry_paid_buyers"]].sum().reset_index()
    return shop.daily()[["date", "visitors", "paid_buyers"]].dropna().merge(asked, on="date")


def _rates(sums: pd.Series) -> tuple[pd.Series, pd.Series]:
    """(people, of how many) per WAYS."""
    silent = sums["paid_buyers"] - sums["inquiry_paid_buyers"]
    hits = pd.Series([sums["inquiry_buyers"], sums["inquiry_paid_buyers"], silent, sums["paid_buyers"]])
    n = pd.Series([sums["visitors"], sums["inquiry_buyers"], sums["visitors"], sums["visitors"]])
    return hits, n
