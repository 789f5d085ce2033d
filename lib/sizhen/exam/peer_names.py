"""Who the peers are, and in which order they stand."""

from __future__ import annotations

import pandas as pd

from sizhen.tables import Shop

OWN = "own"
ORDER = (OWN, "tier_average", "tier_top", "leader", "similar")


def about(shop: Shop) -> pd.DataFrame:
    """peer_id, name, kind of the peers; no rows where the shop has no such table."""
    if shop.has("peers"):
        return shop.table("peers")[["peer_id", "name", "kind"]]
    return pd.DataFrame({c: pd.Series(dtype="str") for c in ("peer_id", "name", "kind")})


def named(rows: pd.DataFrame, shop: Shop) -> pd.DataFrame:
    """`rows` with name (the id where none is told) and kind of their peer_id."""
    rows = rows.merge(about(shop), how="left", on="peer_id")
    rows["name"] = rows["name"].fillna(rows["peer_id"])
    return rows


def ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Own shop first, then tier, leaders, similar shops."""
    rank = frame["kind"].map({kind: n for n, kind in enumerate(ORDER)}).fillna(len(ORDER))
    return frame.assign(rank=rank).sort_values(["rank", "name"], kind="stable", ignore_index=True).drop(columns="rank")
