"""Advertising plans and keywords: what was spent, what came of it, what to raise, lower or drop."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from sizhen.exam.compare import wilson
from sizhen.exam.figures import Figure, figure, of, ratio
from sizhen.exam.needs import needs
from sizhen.exam.trailing import beside, change
from sizhen.tables import Period, Shop, measure
from sizhen.vocab import load

METRICS = ("ad_spend", "click_through", "click_cost", "return_on_spend")
COUNTED = ["clicks", "cost", "paid_orders", "paid_amount"]
SUMS = ["impressions", "clicks", "cart_buyers", "paid_orders", "paid_amount"]
ENTRY = ["kind", "plan", "keyword"]
TAIL = 0.025  # on either side of a 95 % interval
FAR_BELOW = 0.5  # of the click price
FEWEST_CLICKS = 100  # of an entry: below, nothing is said of it
DRAWN = 5.0  # orders of the account that an entry's own order value is averaged with


def mature(ads: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """The rows whose attribution window closed by `end`: their orders are all in. Where a row does not tell its window,
    that of the metric return_on_spend."""
    window = ads["attribution_days"].fillna(load().metrics["return_on_spend"].maturity_days)
    return ads[ads["date"] + pd.to_timedelta(window, unit="D") <= end]


def _mature_return(ads: pd.DataFrame, period: Period, by: list[str], keys: pd.DataFrame) -> pd.DataFrame:
    """return_mature (+ _before, _change) and mature_days (of the period), per row of `keys`."""
    done = mature(ads, pd.Timestamp(period.end))
    now, before = (
        measure.total(p.clip(done), "return_on_spend", by)
        .set_index(by)["value"]
        .reindex(pd.MultiIndex.from_frame(keys))
        for p in (period, period.baseline)
    )
    days = period.clip(done).groupby(by)["date"].nunique().reindex(pd.MultiIndex.from_frame(keys), fill_value=0)
    columns = {"return_mature": now, "return_mature_before": before, "return_mature_change": change(now, before)}
    return pd.DataFrame({**columns, "mature_days": days.astype("float64")}).reset_index(drop=True)


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    return top / bottom.where(bottom > 0)


def _spending(shop: Shop, period: Period, by: list[str]) -> pd.DataFrame:
    daily = shop.table("ads_daily")
    table = beside(daily, period, METRICS, by, plain=["return_on_spend"])
    if table.empty:
        return table
    sums = period.clip(daily).groupby(by)[SUMS].sum(min_count=1).reset_index()
    table = table.merge(sums, on=by).rename(columns=lambda c: c.replace("ad_spend", "cost"))
    margin = shop.profile.gross_margin
    reach = wilson(table["clicks"].clip(upper=table["impressions"]), table["impressions"])
    table["click_through_low"], table["click_through_high"] = reach["low"], reach["high"]
    table["cart_rate"] = _ratio(table["cart_buyers"], table["clicks"])
    table["orders_per_cart"] = _ratio(table["paid_orders"], table["cart_buyers"])
    table["click_conversion"] = _ratio(table["paid_orders"], table["clicks"])
    table["order_value"] = _ratio(table["paid_amount"], table["paid_orders"])
    table["break_even_click_cost"] = _ratio(table["paid_amount"], table["clicks"]) * (
        float("nan") if margin is None else margin
    )
    table = table.join(_mature_return(daily, period, by, table[by]))
    return table.sort_values("cost", ascending=False, ignore_index=True)


@needs("ads_daily")
def ads(shop: Shop, period: Period) -> pd.DataFrame:
    """Per plan by cost: kind, plan, cost (+ _before, _change), impressions, clicks, click_through (+ …, _low and _high:
    95 % by Wilson), click_cost (+ …), cart_buyers, cart_rate (÷ clicks), orders_per_cart, paid_orders, paid_amount,
    return_on_spend, click_conversion (paid orders ÷ clicks), order_value, break_even_click_cost (click conversion ×
    order value × gross margin; unknown without a margin), return_mature (+ …) and mature_days.

    Return on spend stands without its past: orders of the last clicks are not all in yet. Return_mature counts only
    days whose attribution window closed by the period's end, in period and baseline; mature_days those of the period.
    """
    return _spending(shop, period, ["kind", "plan"])


@figure("look.ads:above_break_even")
def above_break_even(ads: pd.DataFrame) -> Figure:
    """Plans whose click costs more than its break-even price; n: the plans for which both are known."""
    known = ads.dropna(subset=["click_cost", "break_even_click_cost"])
    above = known["click_cost"] > known["break_even_click_cost"]
    return of(float(above.sum()) if len(known) else float("nan"), float(len(known)))


@figure("look.ads:click_through")
def click_through(ads: pd.DataFrame) -> Figure:
    """Clicks of all plans ÷ impressions, and the impressions."""
    known = ads.dropna(subset=["clicks", "impressions"])
    shown = float(known["impressions"].sum())
    return Figure(ratio(float(known["clicks"].sum()), shown), shown)


@needs("ads_daily")
def keywords(shop: Shop, period: Period) -> pd.DataFrame:
    """`ads` per keyword (rows without one left out): kind, plan, keyword and the columns of `ads`."""
    table = _spending(shop, period, ENTRY)
    return table if table.empty else table[table["keyword"] != ""].reset_index(drop=True)


def _worth(orders: pd.Series, clicks: pd.Series, order_worth: pd.Series) -> pd.DataFrame:
    """What a click brings: click_value, click_value_low, click_value_high; the interval is that of the orders (Poisson,
    Garwood 1936: exact at few orders), the worth of an order is taken as known."""
    low = gammaincinv(orders.where(orders > 0), TAIL).fillna(0.0).where(orders.notna())
    high = gammaincinv(orders + 1, 1 - TAIL)
    columns = {"click_value": orders, "click_value_low": low, "click_value_high": high}
    return pd.DataFrame({name: _ratio(count * order_worth, clicks) for name, count in columns.items()})


def _verdict(table: pd.DataFrame) -> pd.DataFrame:
    """verdict (raise, lower, drop, watch) and the code of the rule behind it."""
    price = table["click_cost"]
    below, above = table["click_value_high"] < price, table["click_value_low"] > price
    rules = {
        ("watch", "few_clicks"): ~(table["clicks"] >= FEWEST_CLICKS) | price.isna(),
        ("watch", "orders_unknown"): table["click_value"].isna(),
        ("watch", "turned"): (above & (table["recent_value"] < price)) | (below & (table["recent_value"] > price)),
        ("drop", "no_orders"): below & (table["paid_orders"] == 0),
        ("drop", "far_below"): table["click_value_high"] < FAR_BELOW * price,
        ("lower", "below"): below,
        ("raise", "above"): above,
    }
    holds = [rule.to_numpy(dtype=bool) for rule in rules.values()]
    verdict, reason = (
        np.select(holds, [codes[n] for codes in rules], other) for n, other in ((0, "watch"), (1, "uncertain"))
    )
    return table.assign(verdict=verdict, verdict_reason=reason)


def _account(total: pd.Series, margin: float | None) -> tuple[float, float]:
    """(order value of the whole account, what is kept of it: the gross margin, else the share at which it breaks
    even)."""
    orders, amount = float(total["paid_orders"]), float(total["paid_amount"])
    value = amount / orders if orders > 0 else float("nan")
    if margin is not None:
        return value, margin
    return value, float(total["cost"]) / amount if amount > 0 else float("nan")


@needs("ads_daily")
def ads_verdicts(shop: Shop, period: Period) -> pd.DataFrame:
    """Per keyword, or plan where it has none, by cost: kind, plan, keyword, verdict (raise, lower, drop, watch),
    verdict_reason (code of the rule), cost and click_cost (of the period), click_value (orders per click × order value
    × gross margin) with click_value_low and click_value_high (95 %, of the orders), recent_value (from the period's own
    days), clicks and paid_orders the value rests on, yardstick (margin, or account).

    The value rests on the days of baseline and period whose attribution window closed by the period's end. Order value
    is the entry's own, drawn to the account's as five orders would. Where the gross margin is unknown the account's
    average click breaks even by definition and the yardstick is `account`. Fewer than a hundred clicks, an
    interval that holds the click price, or a recent value on its other side, is watched.
    """
    daily = shop.table("ads_daily")
    table = beside(daily, period, ["ad_spend", "click_cost"], ENTRY, plain=["ad_spend", "click_cost"])
    if table.empty:
        return table
    done = mature(Period(period.baseline.start, period.end).clip(daily), pd.Timestamp(period.end))
    sums, recent = (d.groupby(ENTRY)[COUNTED].sum(min_count=1) for d in (done, period.clip(done)))
    table = table.rename(columns={"ad_spend": "cost"})
    table = table.join(sums.drop(columns="cost"), on=ENTRY).sort_values("cost", ascending=False, ignore_index=True)
    margin = shop.profile.gross_margin
    order_value, kept = _account(sums.sum(), margin)
    worth = kept * (table["paid_amount"] + DRAWN * order_value) / (table["paid_orders"] + DRAWN)
    table = table.join(_worth(table["paid_orders"], table["clicks"], worth))
    enough = recent[recent["clicks"] >= FEWEST_CLICKS]
    lately = table[ENTRY].join(_ratio(enough["paid_orders"], enough["clicks"]).rename("lately"), on=ENTRY)["lately"]
    table = _verdict(table.assign(recent_value=lately * worth, yardstick="account" if margin is None else "margin"))
    front = [
        *ENTRY,
        "verdict",
        "verdict_reason",
        "cost",
        "click_cost",
        "click_value",
        "click_value_low",
        "click_value_high",
    ]
    return table[[*front, "recent_value", "clicks", "paid_orders", "yardstick"]]
