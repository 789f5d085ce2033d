"""Short names of products, peers and plans, of which no two of a shop are alike."""

from __future__ import annotations

import pandas as pd

from sizhen.tables import Shop
from sizhen.vocab.names import cut, short_names


def _named(shop: Shop, table: str, id: str, name: str) -> pd.DataFrame:
    def make() -> pd.DataFrame:
        rows = (
            shop.table(table).drop_duplicates(id, keep="last") if shop.has(table) else pd.DataFrame({id: [], name: []})
        )
        known = rows[name].fillna(rows[id]).astype(str)
        names = short_names(dict(zip(rows[id].astype(str), known, strict=True)))
        return pd.DataFrame({"name": list(names.values())}, index=list(names))

    return shop.once(f"short names of {table}", make)


def product(shop: Shop, id: str) -> str:
    return _of(_named(shop, "products", "product_id", "title"), id)


def peer(shop: Shop, id: str) -> str:
    return _of(_named(shop, "peers", "peer_id", "name"), id)


def plan(shop: Shop, id: str) -> str:
    return _of(_named(shop, "ads_daily", "plan", "plan"), id)


def _of(names: pd.DataFrame, id: str) -> str:
    return str(names.at[id, "name"]) if id in names.index else cut(id)
