"""On target, ordered, paid: the day-by-day pulse."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.figures import UNKNOWN, Figure, figure, ratio
from sizhen.exam.needs import needs, unknown
from sizhen.exam.trailing import around
from sizhen.tables import Period, Shop, measure
from sizhen.tables.log_mean import split
from sizhen.tables.presale import unpaid_days

PARTS = {"from_visitors": "visitors", "from_conversion": "conversion", "from_order_value": "average_order_value"}


def daily_targets(shop: Shop, period: Period) -> pd.Series:
    """Per day of the period its part of the month's target, spread evenly; unknown where the month has none."""
    months = shop.profile.targets
    return pd.Series([months.get(f"{d:%Y-%m}", float("nan")) / d.days_in_month for d in period.dates()])


@needs("shop_daily")
def target(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day of the period: date, paid_amount, paid_to_date (of days that have a target), target_to_date (the month's
    target spread evenly over its days), target_share. Days after the last day with data have no paid_to_date; a day
    without data inside adds nothing.

    attrs["needs"] is ["targets"] where shop.toml has no target for any of the months.
    """
    daily = period.clip(shop.daily())
    aims = daily_targets(shop, period)
    if daily.empty or aims.isna().all():
        return unknown() if daily.empty else unknown("targets")
    table = daily.set_index("date")[["paid_amount"]].reindex(period.dates()).rename_axis("date").reset_index()
    over = table["date"] > daily["date"].max()
    table["paid_to_date"] = table["paid_amount"].where(aims.notna()).fillna(0.0).cumsum().mask(over)
    table["target_to_date"] = aims.cumsum()
    target = table["target_to_date"]
    return table.assign(target_share=table["paid_to_date"] / target.where(target > 0))


@figure("check.target:target_share")
def target_share(pace: pd.DataFrame) -> Figure:
    """Paid ÷ target, both to the last day that knows the two."""
    known = pace.dropna(subset=["paid_to_date", "target_to_date"]).sort_values("date")
    if known.empty:
        return UNKNOWN
    paid, target = (float(known[side].iloc[-1]) for side in ("paid_to_date", "target_to_date"))
    return Figure(ratio(paid, target), paid)


@needs("shop_daily")
def payment(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day of baseline and period: date, order_buyers, paid_buyers, payment_rate.buyers, order_amount, paid_amount,
    payment_rate.amount, in_period. A rate may pass 1: an order is counted when placed, a payment when paid."""
    columns = ["date", "order_buyers", "paid_buyers", "order_amount", "paid_amount"]
    daily = shop.daily()[columns]
    if period.clip(daily).empty:
        return unknown()
    table = around(daily, period)
    for unit in ("buyers", "amount"):
        ordered = table[f"order_{unit}"]
        table[f"payment_rate.{unit}"] = table[f"paid_{unit}"] / ordered.where(ordered > 0)
    return table


@figure("check.payment:payment_rate")
def payment_rate(days: pd.DataFrame) -> Figure:
    """Buyers who paid ÷ buyers who ordered, over the days of the period that know both."""
    known = days[days["in_period"]].dropna(subset=["order_buyers", "paid_buyers"])
    ordered = float(known["order_buyers"].sum())
    return Figure(ratio(float(known["paid_buyers"].sum()), ordered), ordered)


@needs("shop_daily")
def order_conversion(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day of baseline and period: date, visitors, order_buyers, paid_buyers, order_conversion, conversion,
    in_period, presale (buyers ordered as usual and hardly anyone paid)."""
    daily = shop.daily()[["date", "visitors", "order_buyers", "paid_buyers"]]
    now, before = period.clip(daily), period.baseline.clip(daily)
    if now.empty:
        return unknown()
    for column in ("visitors", "order_buyers"):
        if now[column].isna().all():
            return unknown(column)
    table = around(daily, period)
    visitors = table["visitors"].where(table["visitors"] > 0)
    table = table.assign(
        order_conversion=table["order_buyers"] / visitors, conversion=table["paid_buyers"] / visitors, presale=False
    )
    days = unpaid_days(now, measure.value(before, "payment_rate.buyers"), float(before["order_buyers"].median()))
    return table.assign(presale=table["date"].isin(days["date"]))


@needs("shop_daily")
def target_gap(shop: Shop, period: Period) -> pd.DataFrame:
    """Per day with data: date, target_gap (paid to date − target to date) and its exact parts, from_visitors,
    from_conversion, from_order_value and from_unsplit (days that lack a figure: all of their gap), and
    visitors_needed (a day).

    The target is taken as conversion and order value of the 28 days before, and the visitors it then needs; the parts
    are logarithmic means of the figures to date and these.
    """
    pace = target(shop, period)
    if pace.empty:
        return unknown(*pace.attrs["needs"])
    before = period.baseline.clip(shop.daily()).dropna(subset=["visitors", "paid_buyers", "paid_amount"])
    rates_before = {f: measure.value(before, f) for f in ("conversion", "average_order_value")}
    if not all(v > 0 for v in rates_before.values()):
        return unknown("visitors") if len(before) == 0 else unknown()
    worth = rates_before["conversion"] * rates_before["average_order_value"]
    pace = pace[pace["paid_to_date"].notna() & pace["target_to_date"].notna()]
    days = pace.merge(shop.daily()[["date", "visitors", "paid_buyers"]], how="left", on="date")
    days["target"] = days["target_to_date"].diff().fillna(days["target_to_date"])
    known = days[["visitors", "paid_buyers", "paid_amount"]].notna().all(axis=1)
    sums = days[["visitors", "paid_buyers", "paid_amount", "target"]].where(known, 0.0).cumsum()
    parts = _parts(sums, rates_before, worth)
    gap = days["paid_to_date"] - days["target_to_date"]
    table = pd.DataFrame({"date": days["date"], "target_gap": gap, **parts})
    return table.assign(from_unsplit=(gap - sum(parts.values())).round(6) + 0.0, visitors_needed=days["target"] / worth)


def _parts(sums: pd.DataFrame, rates_before: dict[str, float], worth: float) -> dict[str, pd.Series]:
    """Per factor the part of paid − target, both to date; 0 as long as no day is known."""
    now = pd.DataFrame(
        {
            "visitors": sums["visitors"],
            "conversion": sums["paid_buyers"] / sums["visitors"].where(sums["visitors"] > 0),
            "average_order_value": sums["paid_amount"] / sums["paid_buyers"].where(sums["paid_buyers"] > 0),
        }
    )
    started = sums["target"] > 0
    aim = pd.DataFrame({"visitors": sums["target"].where(started, 1.0) / worth, **rates_before}, index=sums.index)
    found = split(now, aim).where(started, 0.0)
    return {part: found[factor] for part, factor in PARTS.items()}
