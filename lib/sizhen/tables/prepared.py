"""Which rows count: the one place that says it, for every figure a reader can see.

Traffic without counting people twice, paid orders and the day they count on, orders whose dispatch is due, the shop's
own promotions and violations, and the peers a figure is held against. Reviews that count have their home in
`texts.clean` (which of them) and `texts.aspects` (which complain, and of what), as texts stand above tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from sizhen.tables.period import Period
from sizhen.tables.shop import Shop

DEVICES = ("mobile", "desktop")
SCORES = ("dsr_description", "dsr_service", "dsr_logistics")
QUARTER = 90  # days that end with the period
NEW_DAYS = 60  # a product is new this long after it was listed
ENOUGH_VISITORS = 100  # below, a product's conversion of a few percent is noise
IN_TIME = pd.Timedelta(hours=72)  # from payment to dispatch
ALIKE = ("leader", "similar")  # peers that are shops like this one
TIER = "tier_average"


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


def orders_placed(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders with `date`, the day of ordering; of payment where that is unknown. Those without either are left out."""
    placed = orders.assign(date=orders["created_at"].fillna(orders["paid_at"]).dt.normalize())
    return placed[placed["date"].notna()]


def payment_known(orders: pd.DataFrame) -> pd.Series:
    """True for an order with a time of payment. Without one it is not known to be paid."""
    return orders["paid_at"].notna()


def is_paid(orders: pd.DataFrame) -> pd.Series:
    """True for an order with a time of payment and money above 0."""
    return payment_known(orders) & (orders["paid_amount"] > 0)


def by_payment(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders with a time of payment and `date`, the day of payment."""
    known = orders[payment_known(orders)]
    return known.assign(date=known["paid_at"].dt.normalize())


def orders_paid(orders: pd.DataFrame) -> pd.DataFrame:
    """Paid orders with `date`, the day of payment."""
    return by_payment(orders[is_paid(orders)])


def dispatch_known(orders: pd.DataFrame) -> bool:
    """False where no order has a dispatch time: then the file does not tell it."""
    return bool(orders["sent_at"].notna().any())


def orders_due(orders: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The orders paid in the period whose 72 hours are over: `date` (of payment), `took` (from payment to dispatch;
    unknown while not sent).

    Over by the last moment the file knows of, not by the period's end: else the last three days of every period would
    never be judged. So a period's answer is final three days after its end, and what is imported later changes nothing.
    What is not known never counts as late: none is due where no order of the period has a dispatch time, nor is one
    that was received and does not say when it was sent.
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
