"""The life of products: where each stands, and how new ones come."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import WEEK, in_part, week_of, weeks
from sizhen.exam.figures import UNKNOWN, Figure, figure, of, ratio
from sizhen.exam.look_products import named
from sizhen.exam.look_stock import days_on_hand
from sizhen.exam.needs import needs
from sizhen.exam.trailing import share
from sizhen.tables import Period, Shop, prepared
from sizhen.tables.lifecycle import lives, turned_on
from sizhen.tables.prepared import NEW_DAYS

SHORT = "short"
WHOLE = 0.9  # of what buyers want: below, sales were held back


@needs("product_daily")
def lifecycle(shop: Shop, period: Period) -> pd.DataFrame:
    """Products sold in the period by sales: product_id, title, role, stage (introduction, growth, peak, decline; short:
    it fell, but over a tenth of what buyers wanted in the period was not in stock; empty: fewer than eight weeks are
    known and the start is not), weeks_on_sale (since listed_on, or since its first known sale), week_amount (last seven
    days), peak_amount (best running median of three weeks), of_peak (their ratio), weekly_slope (of the last eight
    weeks, in peaks per week) with slope_low and slope_high (90 % interval), turned_on (first day of the week in which
    the trend turned, where a test is sure of one), paid_amount, paid_amount_share, paid_buyers."""
    daily = shop.table("product_daily")
    daily = daily[daily["date"] <= pd.Timestamp(period.end)]
    sold = period.clip(daily).groupby("product_id")["paid_amount"].sum(min_count=1).dropna()
    if sold.empty:
        return pd.DataFrame()
    told = lives(daily, period).rename(columns={"slope": "weekly_slope"}).reindex(sold.index)
    held_back = (told["stage"] == "decline") & _short(shop, period).reindex(told.index, fill_value=False)
    told["stage"] = told["stage"].fillna("").astype("str").mask(held_back, SHORT)
    told["weeks_on_sale"] = _age(shop, period).reindex(told.index).fillna(told["weeks_on_sale"])
    told.insert(4, "of_peak", told["week_amount"] / told["peak_amount"].where(told["peak_amount"] > 0))
    told["turned_on"] = turned_on(daily, period).reindex(told.index)
    buyers = period.clip(daily).groupby("product_id")["paid_buyers"].sum(min_count=1)
    table = told.assign(paid_amount=sold, paid_amount_share=share(sold), paid_buyers=buyers)
    table = table.rename_axis("product_id").reset_index()
    return named(table.sort_values("paid_amount", ascending=False, kind="stable", ignore_index=True), shop)


@figure("look.lifecycle:decline_share")
def decline_share(life: pd.DataFrame) -> Figure:
    """Sales of products in decline ÷ all sales, and the buyers of products whose stage can be told; unknown where that
    of none can."""
    sold, can_tell = life["paid_amount"], ~life["stage"].isin(["", SHORT])
    if not can_tell.any():
        return UNKNOWN
    declining = float(sold[life["stage"] == "decline"].sum())
    return Figure(ratio(declining, float(sold.sum())), float(life.loc[can_tell, "paid_buyers"].sum()))


def _short(shop: Shop, period: Period) -> pd.Series:
    """By product_id, True where less than WHOLE of what buyers wanted in the period was in stock."""
    if not shop.has("stock_daily"):
        return pd.Series(dtype="bool")
    here = period.clip(days_on_hand(shop, period)).groupby("product_id")[["demand_on_hand", "demand"]].sum()
    return here["demand_on_hand"] < WHOLE * here["demand"]


def _age(shop: Shop, period: Period) -> pd.Series:
    """Weeks from listed_on to the period's end by product_id, where told."""
    if not shop.has("products"):
        return pd.Series(dtype="float64")
    listed = shop.table("products").set_index("product_id")["listed_on"]
    days = (pd.Timestamp(period.end) - listed).dt.days + 1
    return (days / WEEK).where(days > 0).round(0)


def _listed_by_peers(shop: Shop, period: Period) -> pd.DataFrame:
    """peers_daily of leaders and similar shops (of all, where their kind is not told)."""
    if not shop.has("peers_daily"):
        return pd.DataFrame({"date": pd.Series(dtype="datetime64[us]"), "new_products": [], "peer_id": []})
    peers = shop.table("peers") if shop.has("peers") else None
    theirs = prepared.shops_alike(shop.table("peers_daily").dropna(subset=["new_products"]), peers)
    return theirs[theirs["date"] <= pd.Timestamp(period.end)]


@needs("products")
def new_products(shop: Shop, period: Period) -> pd.DataFrame:
    """Per week of the last 13 or more: week, when (period, before), own_new_products (own, by listing date),
    peer_new_products (of one leader or similar shop: their daily mean × 7; unknown without peers), peer_count."""
    listed = shop.table("products")["listed_on"].dropna()
    if listed.empty:
        return _undated()
    starts = weeks(listed, period)
    own = listed.groupby(week_of(listed, period)).size().reindex(starts, fill_value=0)
    theirs = _listed_by_peers(shop, period)
    by_week = theirs.groupby(week_of(theirs["date"], period)) if len(theirs) else None
    table = pd.DataFrame({"week": starts, "own_new_products": own.to_numpy(dtype=float)})
    table.insert(1, "when", in_part(table["week"], period))
    nothing = pd.Series(float("nan"), index=starts)
    pace = nothing if by_week is None else by_week["new_products"].mean().reindex(starts) * WEEK
    count = nothing if by_week is None else by_week["peer_id"].nunique().reindex(starts)
    return table.assign(peer_new_products=pace.to_numpy(dtype=float), peer_count=count.to_numpy(dtype=float))


@needs("products", "peers_daily")
def new_product_pace(shop: Shop, period: Period) -> pd.DataFrame:
    """One row, of the days that end with the period: days (60), own_new_products (by listing date), peer_new_products
    (of one leader or similar shop: their daily mean × 60), peer_count. Without such peers their pace is unknown."""
    listed = shop.table("products")["listed_on"]
    if listed.isna().all():
        return _undated()
    days = period.last(NEW_DAYS)
    theirs = days.clip(_listed_by_peers(shop, period))
    own = float(days.mask(listed).sum())
    pace = float(theirs["new_products"].mean()) * NEW_DAYS
    row = {"days": days.days, "own_new_products": own, "peer_new_products": pace}
    return pd.DataFrame([row | {"peer_count": float(theirs["peer_id"].nunique())}])


@figure("look.new_product_pace:own_to_peer")
def own_to_peer(pace: pd.DataFrame) -> Figure:
    """New products of the shop ÷ those of a peer, of whom one is counted at least; n: those of the shop."""
    own, peer = (float(pace[side].sum(min_count=1)) for side in ("own_new_products", "peer_new_products"))
    return of(own / max(peer, 1.0), own)


def _undated() -> pd.DataFrame:
    frame = pd.DataFrame()
    frame.attrs["empty"] = "new_products.undated"
    return frame
