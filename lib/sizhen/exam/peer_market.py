"""Where on the price axis units are sold, by this shop and by its peers, and how fast shops list new products."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.look_prices import STEPS, asked_price
from sizhen.exam.needs import needs
from sizhen.exam.peer_names import OWN, about, named, ranked
from sizhen.exam.trailing import share
from sizhen.tables import Period, Shop

TIERS = ("tier_average", "tier_top")
MAPPED = ["peer_id", "name", "kind", "price_from", "price_to", "product_count", "units", "amount", "units_share"]


def _bands(price: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edge of each price's band: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 of every power of ten."""
    low, high = price.min(), price.max()
    powers = range(int(np.floor(np.log10(low))), int(np.floor(np.log10(high))) + 2)
    edges = np.array([step * 10.0**power for power in powers for step in STEPS]).round(6)
    at = np.searchsorted(edges, price.to_numpy(dtype=float), side="right")
    return edges[at - 1], edges[at]


def _own(shop: Shop, period: Period) -> pd.DataFrame:
    """Own products of the period: item, price (asked, or what a unit brought), units."""
    if not shop.has("product_daily"):
        return pd.DataFrame({"item": pd.Series(dtype="str"), "price": [], "units": []})
    daily = period.clip(shop.table("product_daily"))
    units = daily.groupby("product_id")["paid_units"].sum(min_count=1)
    rows = pd.DataFrame({"price": asked_price(daily), "units": units})
    return rows.rename_axis("item").reset_index().assign(peer_id="", name=shop.profile.name, kind=OWN)


@needs("peer_products_daily")
def market_bands(shop: Shop, period: Period) -> pd.DataFrame:
    """Per shop and band of the price, own shop first, then those that sell most units: peer_id, name, kind, price_from,
    price_to (not in it), product_count (seen at such a price), units and amount (price × units; unknown where no units
    are told), units_share (of the shop's units), peers_share (the band's share of all peers' units, the same in every
    row of the band), own_absent (peers sell there and none of our products is in the band; unknown without our own).

    Peers' units are those of the products that are followed, at the price of each day.
    """
    theirs = period.clip(shop.table("peer_products_daily"))
    theirs = theirs.rename(columns={"peer_product_id": "item", "units_sold": "units"})
    theirs = named(theirs[["peer_id", "item", "price", "units"]], shop)
    rows = pd.concat([_own(shop, period), theirs], ignore_index=True)
    rows = rows[rows["price"] > 0].reset_index(drop=True)
    if rows.empty or not (rows["kind"] != OWN).any():
        return pd.DataFrame()
    rows["price_from"], rows["price_to"] = _bands(rows["price"])
    rows["amount"] = rows["price"] * rows["units"]
    by = rows.groupby(["peer_id", "name", "kind", "price_from", "price_to"], dropna=False)
    table = by[["units", "amount"]].sum(min_count=1).assign(product_count=by["item"].nunique().astype("float64"))
    table = table.reset_index()
    table["units_share"] = table.groupby("peer_id")["units"].transform(share)
    peers = table[table["kind"] != OWN]
    sold = share(peers.groupby("price_from")["units"].sum(min_count=1))
    table["peers_share"] = table["price_from"].map(sold).astype("float64")
    if sold.notna().any():
        table["peers_share"] = table["peers_share"].fillna(0.0)
    ours = table.loc[table["kind"] == OWN, "price_from"]
    absent = ~table["price_from"].isin(ours) & (table["peers_share"] > 0)
    table["own_absent"] = absent.astype("boolean") if len(ours) else pd.array([pd.NA] * len(table), dtype="boolean")
    total = table["peer_id"].map(table.groupby("peer_id")["units"].sum()).where(table["kind"] != OWN, np.inf)
    order = table.assign(total=-total).sort_values(["total", "name", "price_from"], kind="stable").index
    return table.loc[order, [*MAPPED, "peers_share", "own_absent"]].reset_index(drop=True)


def _half_on(rows: pd.DataFrame) -> pd.Series:
    """Per peer_id the day by which half of the new products of `rows` were listed; unknown without any."""
    rows = rows[rows["new_products"] > 0].sort_values("date", kind="stable")
    shops = rows.groupby("peer_id")["new_products"]
    reached = rows[shops.cumsum() >= shops.transform("sum") / 2]
    return reached.groupby("peer_id")["date"].first()


def _listed(shop: Shop, period: Period) -> pd.DataFrame:
    """Own products listed per day of the baseline and the period, as peers_daily tells theirs. No rows if undated."""
    days = pd.date_range(period.baseline.start, period.end, unit="us")
    listed = shop.table("products")["listed_on"] if shop.has("products") else pd.Series(dtype="datetime64[us]")
    if listed.isna().all():
        days = days[:0]
    counts = listed.value_counts().reindex(days, fill_value=0).astype("float64")
    return pd.DataFrame({"date": days, "peer_id": "", "new_products": counts.to_numpy()})


@needs("peers_daily")
def launches(shop: Shop, period: Period) -> pd.DataFrame:
    """How fast each shop lists new products, own shop first (the tier lists none): peer_id, name, kind, new_products
    (in the period), weekly_new_products and weekly_new_products_before (per seven days of which it is known, period and
    baseline), half_listed_on (the day by which half of those of baseline and period were there)."""
    theirs = shop.table("peers_daily")[["date", "peer_id", "new_products"]]
    if period.clip(theirs).empty:
        return pd.DataFrame()
    tiers = about(shop).query("kind in @TIERS")["peer_id"]
    rows = pd.concat([_listed(shop, period), theirs[~theirs["peer_id"].isin(tiers)]], ignore_index=True)
    now, before = period.clip(rows).groupby("peer_id"), period.baseline.clip(rows).groupby("peer_id")
    table = pd.DataFrame({"new_products": now["new_products"].sum(min_count=1)})
    table["weekly_new_products"] = now["new_products"].mean() * 7
    table["weekly_new_products_before"] = before["new_products"].mean() * 7
    span = Period(period.baseline.start, period.end)
    table["half_listed_on"] = _half_on(span.clip(rows)).reindex(table.index)
    table = named(table.reset_index(), shop)
    own = table["peer_id"] == ""
    table.loc[own, ["name", "kind"]] = [shop.profile.name, OWN]
    front = ["peer_id", "name", "kind"]
    return ranked(table)[[*front, *(c for c in table.columns if c not in front)]]
