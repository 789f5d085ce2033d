"""What the model watches: which table, which of its rows, and whose figures of them are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from sizhen.diagnosis.contribution import contribution_by_day
from sizhen.exam.listen_reviews import reviews_by_day
from sizhen.exam.look_stock import days_on_hand
from sizhen.tables import Period, Shop, prepared

Rows = Callable[[Shop, Period], pd.DataFrame]


@dataclass(frozen=True)
class Source:
    """One row per day and member of `by`, with the columns the metrics name; of `table`, unless that is absent."""

    table: str
    rows: Rows
    by: tuple[str, ...] = ()

    def frame(self, shop: Shop, period: Period) -> pd.DataFrame | None:
        """The rows up to the period's end; None where there are none."""
        there = shop.has(self.table) or (self.table == "shop_daily" and shop.has("orders"))
        rows = self.rows(shop, period) if there else pd.DataFrame()
        rows = rows[rows["date"] <= pd.Timestamp(period.end)] if len(rows) else rows
        return rows if len(rows) else None


def _of(table: str, *by: str, counted: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows) -> Source:
    return Source(table, lambda shop, _: counted(shop.table(table)), by)


def _stock(shop: Shop, period: Period) -> pd.DataFrame:
    return days_on_hand(shop, period, Period(date.min, period.end))


SOURCES = {
    "shop": Source("shop_daily", lambda shop, _: shop.daily()),
    "contribution": Source("products", contribution_by_day),
    "channel": _of("traffic_daily", "channel", counted=prepared.channel_totals),
    "device": _of("traffic_daily", "device", counted=prepared.devices_apart),
    "product": _of("product_daily", "product_id"),
    "plan": _of("ads_daily", "plan"),
    "keyword": _of("ads_daily", "plan", "keyword"),
    "desk": _of("service_daily"),
    "agent": _of("service_daily", "agent"),
    "asked": _of("product_daily", counted=prepared.at_asked_price),
    "stock": Source("stock_daily", _stock, ("product_id",)),
    "tier": Source("peers_daily", lambda shop, _: prepared.tier_days(shop)),
    "lost": _of("lost_buyers_daily"),
    "words": _of("keywords_daily"),
    "reviews": Source("reviews", lambda shop, _: reviews_by_day(shop)),
    "reviews.product": Source("reviews", lambda shop, _: reviews_by_day(shop), ("product_id",)),
}
