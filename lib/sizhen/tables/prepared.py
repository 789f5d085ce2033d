"""Which rows count: the one place that says it, for every figure a reader can see.

Traffic without counting people twice, paid orders and the day they count on, orders whose dispatch is due, the shop's
own promotions and violations, and the peers a figure is held against. Reviews that count have their home in
`texts.clean` (which of them) and `texts.aspects` (which complain, and of what), as texts stand above tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from sizhen.tables.period import Period
from sizhen.tables.shop import Shop
from sizhen.vocab.limits import limit

DEVICES = ("mobile", "desktop")
SCORES = ("dsr_description", "dsr_service", "dsr_logistics")
QUARTER = 90  # days that end with the period
NEW_DAYS = 60  # a product is new this long after it was listed
ENOUGH_VISITORS = 100  # below, a product's conversion of a few percent is noise
IN_TIME = pd.Timedelta(hours=72)  # from payment to dispatch
ALIKE = ("leader", "similar")  # peers that are shops like this one
TIER = "tier_average"
OPEN = ("pending", "partially_paid")  # states of an order whose money is still to come
LONGEST_WAIT = 60  # days from ordering to payment; a longer one counts as this
STILL_OPEN = 0.2  # of a day's orders: from here on its payments are to be waited for


def channel_totals(traffic: pd.DataFrame) -> pd.DataFrame:
    """traffic_daily without counting a channel's people twice.

    People are de-duplicated per row, so a channel is told by its rows of `all` devices where these cover every day it
    has, else by mobile and desktop where those do: one choice over all days, as a change of export is no change of
    visitors. Only where neither covers them, each day is told by `all` if it has it, else by mobile and desktop.
    """
    whole = traffic["device"] == "all"
    day = [traffic["date"], traffic["channel"]]
    has_whole, has_parts = (rows.groupby(day).transform("any") for rows in (whole, ~whole))
    whole_daily, parts_daily = (has.groupby(traffic["channel"]).transform("all") for has in (has_whole, has_parts))
    return traffic[whole == (whole_daily | (has_whole & ~parts_daily))]


def devices_apart(traffic: pd.DataFrame) -> pd.DataFrame:
    """The mobile and desktop rows of traffic_daily; where there are none, those of all devices."""
    split = traffic[traffic["device"].isin(DEVICES)]
    return split if len(split) else traffic


def _ordered_on(orders: pd.DataFrame) -> pd.Series:
    """The day of ordering; of payment where that is unknown."""
    return orders["created_at"].fillna(orders["paid_at"]).dt.normalize()


def _paid_on(orders: pd.DataFrame) -> pd.Series:
    """The day a payment counts on: that of payment, on the shop's clock; of ordering where that is unknown."""
    return orders["paid_at"].fillna(orders["created_at"]).dt.normalize()


def orders_placed(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders with `date`, the day of ordering; of payment where that is unknown. Left out are those without either, and
    tests."""
    placed = orders[orders["status"] != "test"]
    placed = placed.assign(date=_ordered_on(placed))
    return placed[placed["date"].notna()]


def was_paid(orders: pd.DataFrame) -> pd.Series:
    """True for an order that somebody paid, whatever came back since: its status, its amount or its time of payment
    says so. One whose status is open is not paid yet, and a test is no order. One that was cancelled was paid before if
    there is an amount."""
    status = orders["status"]
    dated = orders["paid_at"].notna() & (status != "cancelled")
    return ((status == "paid") | (orders["paid_amount"] > 0) | dated) & ~status.isin((*OPEN, "test"))


def is_paid(orders: pd.DataFrame) -> pd.Series:
    """True for an order that `was_paid` and whose money is not known to be 0."""
    return was_paid(orders) & (orders["paid_amount"] != 0)


def payment_dated(orders: pd.DataFrame) -> pd.Series:
    """True for an order that was paid and says when."""
    return was_paid(orders) & orders["paid_at"].notna()


def by_payment(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders that were paid, with `date`, the day of payment; of ordering where that is unknown. Those without either
    are left out."""
    paid = orders[was_paid(orders)]
    paid = paid.assign(date=_paid_on(paid))
    return paid[paid["date"].notna()]


def orders_paid(orders: pd.DataFrame) -> pd.DataFrame:
    """`by_payment` of the orders that count as sales."""
    return by_payment(orders[is_paid(orders)])


def orders_told(orders: pd.DataFrame, period: Period) -> pd.DataFrame:
    """What is to be told of the period's orders beside the sales, a row per kind that there is: kind, orders, amount
    (NaN where none is known).

    No sales are those pending, partially_paid, cancelled before anybody paid, test; by the day of ordering. Paid are
    those with no_payment_time (they count on the day of ordering), no_amount (they add nothing) and no_day (of no
    period).
    """
    paid, day = is_paid(orders), _ordered_on(orders)
    inside = day.between(pd.Timestamp(period.start), pd.Timestamp(period.end)) | day.isna()
    undated = paid & orders["paid_at"].isna()
    kinds = {kind: orders["status"] == kind for kind in (*OPEN, "test")}
    kinds["cancelled"] = (orders["status"] == "cancelled") & ~was_paid(orders)
    kinds |= {"no_payment_time": undated & day.notna(), "no_amount": paid & orders["paid_amount"].isna()}
    kinds["no_day"] = undated & day.isna()
    money = orders["paid_amount"].where(paid, orders["amount"])
    rows = [
        (k, int(n), money[rows & inside].sum(min_count=1)) for k, rows in kinds.items() if (n := (rows & inside).sum())
    ]
    return pd.DataFrame(rows, columns=["kind", "orders", "amount"])


def open_since(orders: pd.DataFrame) -> pd.Timestamp | None:
    """The first of the file's last days on each of which many orders are still open: a fifth, and twice as many as on a
    usual day. Their payments are to be waited for. None where there is no such day."""
    placed = orders_placed(orders[orders["status"] != "cancelled"])
    share = placed["status"].isin(OPEN).astype("float64").groupby(placed["date"]).mean()
    last = (share >= max(STILL_OPEN, 2 * float(share.quantile(0.25))))[::-1].cummin()
    return last[last].index[-1] if last.any() else None


def days_in_part(orders: pd.DataFrame, *, every_day: bool) -> pd.DatetimeIndex:
    """Days of payment of which the file holds a part only, as it is cut by the day of ordering: who paid then may have
    ordered on a day that is not in it. `every_day`: a day without an order is not in the file; else it had none.

    Told by how long the file's own buyers take to pay.
    """
    paid, placed = orders_paid(orders), orders_placed(orders)["date"]
    if paid.empty:
        return pd.DatetimeIndex([])
    waited = (_paid_on(paid) - _ordered_on(paid)).dt.days.clip(0, LONGEST_WAIT).to_numpy()
    waits = np.bincount(waited) / len(waited)  # share of the orders that wait so many days
    days = pd.date_range(placed.min(), max(placed.max(), paid["date"].max()), unit="us")
    there = days.isin(placed) if every_day else np.asarray(days <= placed.max())
    absent = np.concatenate([np.ones(len(waits) - 1), ~there])
    part = np.convolve(absent, waits)[len(waits) - 1 :][: len(days)] > limit("data.inconsistent", "apart_share")
    return days[part & days.isin(paid["date"])]


def dispatch_known(orders: pd.DataFrame) -> bool:
    """False where no order has a dispatch time: then the file does not tell it."""
    return bool(orders["sent_at"].notna().any())


def orders_due(orders: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The orders paid in the period whose 72 hours are over: `date` (of payment), `took` (from payment to dispatch;
    unknown while not sent).

    Over by the last moment the file knows of, not by the period's end: else the last three days of every period would
    never be judged. So a period's answer is final three days after its end, and what is imported later changes nothing.
    What is not known never counts as late: none is due where no order of the period has a dispatch time, nor is one
    that was received and does not say when it was sent, or one that does not say when it was paid.
    """
    paid = period.clip(orders_paid(orders))
    if not dispatch_known(paid):
        return paid.head(0).assign(took=pd.Series(dtype="timedelta64[us]"))
    last = orders[["created_at", "paid_at", "sent_at", "received_at"]].max().max()
    unsaid = paid["sent_at"].isna() & paid["received_at"].notna()
    due = paid[(paid["paid_at"] + IN_TIME <= last) & ~unsaid]
    return due.assign(took=due["sent_at"] - due["paid_at"])


def own_events(events: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """What the shop noted of these kinds. A change of a page or price without a last day lasts on."""
    return events[events["kind"].isin(kinds)]


def own_occasions(events: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """`own_events` that are over one day: a promotion or holiday without a last day lasted one."""
    own = own_events(events, *kinds)
    return own.assign(ends_on=own["ends_on"].fillna(own["starts_on"]))


def last_promotion(events: pd.DataFrame, days: Period) -> Period | None:
    """The shop's last promotion: of those that ended within `days` the one that ended last."""
    over = days.clip(own_occasions(events, "promotion"), "ends_on").sort_values(["ends_on", "starts_on"])
    return None if over.empty else Period(over.iloc[-1]["starts_on"].date(), over.iloc[-1]["ends_on"].date())


def violations(events: pd.DataFrame, until: date) -> pd.DataFrame:
    """Violations from the first of January of the year of `until` up to that day, whose penalty points add up."""
    return Period(until.replace(month=1, day=1), until).clip(own_events(events, "violation"), "starts_on")


def peer_ids(peers: pd.DataFrame, *kinds: str) -> pd.Series:
    """peer_id of the peers of these kinds."""
    return peers.loc[peers["kind"].isin(kinds), "peer_id"]


def shops_alike(rows: pd.DataFrame, peers: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of peers_daily of leaders and similar shops; of all where no table `peers` tells their kind."""
    return rows if peers is None else rows[rows["peer_id"].isin(peer_ids(peers, *ALIKE))]


def tier_average(shop: Shop, columns: Sequence[str]) -> pd.DataFrame:
    """date and the columns of peers_daily, each the mean of the peers of kind tier_average on that day. No rows where
    the shop has no such peer."""
    if not shop.has("peers", "peers_daily"):
        kinds = {"date": "datetime64[us]"} | dict.fromkeys(columns, "float64")
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    days = shop.table("peers_daily")
    mine = days["peer_id"].isin(peer_ids(shop.table("peers"), TIER))
    return days[mine].groupby("date", as_index=False)[list(columns)].mean()


def tier_days(shop: Shop) -> pd.DataFrame:
    """`tier_average` of visitors (their index where no visitors are known), conversion, average_order_value, dsr_*."""
    days = tier_average(shop, ["visitors", "visitors_index", "conversion", "average_order_value", *SCORES])
    if days["visitors"].isna().all():
        days["visitors"] = days["visitors_index"]
    return days.drop(columns="visitors_index")


def at_asked_price(products: pd.DataFrame) -> pd.DataFrame:
    """product_daily with `asked_amount`, the units sold at the price asked that day; rows that tell all three."""
    known = products.dropna(subset=["paid_units", "paid_amount", "price"])
    return known.assign(asked_amount=known["paid_units"] * known["price"])
