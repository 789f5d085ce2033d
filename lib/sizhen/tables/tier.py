"""The tier's average by day."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sizhen.tables.shop import Shop


def average(shop: Shop, columns: Sequence[str]) -> pd.DataFrame:
    """date and the columns of peers_daily, each the mean of the peers of kind tier_average on that day. No rows where
    the shop has no such peer."""
    if not shop.has("peers", "peers_daily"):
        kinds = {"date": "datetime64[us]"} | dict.fromkeys(columns, "float64")
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    peers, days = shop.table("peers"), shop.table("peers_daily")
    ids = peers.loc[peers["kind"] == "tier_average", "peer_id"]
    return days[days["peer_id"].isin(ids)].groupby("date", as_index=False)[list(columns)].mean()
