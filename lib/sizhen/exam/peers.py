"""Other shops beside this one: figures, prices, promotions and the buyers they took."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, comparable, parts, titles
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop

SCORES = ["dsr_description", "dsr_service", "dsr_logistics"]
FIGURES = ["date", "visitors", "conversion", "average_order_value", "paid_amount", *SCORES]
ORDER = ("own", "tier_average", "tier_top", "leader", "similar")
OWN = "own"
SMOOTH = 7


def _own(shop: Shop) -> pd.DataFrame:
    """The shop's own days in the columns of peers_daily."""
    if not (shop.has("shop_daily") or shop.has("orders")):
        return pd.DataFrame({c: pd.Series(dtype="float64") for c in FIGURES}).astype({"date": "datetime64[us]"})
    days = shop.daily()
    return days.assign(
        conversion=days["paid_buyers"] / days["visitors"].where(days["visitors"] > 0),
        average_order_value=days["paid_amount"] / days["paid_buyers"].where(days["paid_buyers"] > 0),
    )[FIGURES]


def _all_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Own and peers' days of baseline and period with name, kind (unknown where `peers` lacks it) and when."""
    own = _own(shop).assign(peer_id="", name=shop.profile.name, kind=OWN)
    days = shop.table("peers_daily").merge(_about(shop), how="left", on="peer_id")
    days["name"] = days["name"].fillna(days["peer_id"])
    return parts(pd.concat([own, days], ignore_index=True), period)


def _about(shop: Shop) -> pd.DataFrame:
    if shop.has("peers"):
        return shop.table("peers")[["peer_id", "name", "kind"]]
    return pd.DataFrame({c: pd.Series(dtype="str") for c in ("peer_id", "name", "kind")})


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    rank = frame["kind"].map({kind: n for n, kind in enumerate(ORDER)}).fillna(len(ORDER))
    return frame.assign(rank=rank).sort_values(["rank", "name"], kind="stable", ignore_index=True).drop(columns="rank")


def _mean(rows: pd.DataFrame, value: str, weight: pd.Series) -> float:
    """Mean of the days weighted by what the rate is of; plain where the weights are unknown."""
    known = rows[value].notna()
    heavy = weight.where(known)
    if heavy.notna().any() and heavy.sum() > 0:
        return float((rows[value] * heavy).sum() / heavy.sum())
    return float(rows[value].mean())


@needs("peers_daily")
def peers(shop: Shop, period: Period) -> pd.DataFrame:
    """Side by side, own shop first, then tier, leaders, similar shops: peer_id, name, kind, daily_visitors and
    daily_paid_amount (means per day), conversion, average_order_value, dsr_* (last known), visitors_change and
    paid_amount_change (per day against the baseline; by the platform's index where counts are unknown),
    promotion_days."""
    days = _all_days(shop, period)
    rows = []
    for (peer, name, kind), group in days.groupby(["peer_id", "name", "kind"], dropna=False, sort=False):
        now, before = group[group["when"] == NOW], group[group["when"] == BEFORE]
        if now.empty:
            continue
        buyers = now["visitors"] * now["conversion"]
        rows.append(
            {
                "peer_id": peer,
                "name": name,
                "kind": kind,
                "daily_visitors": now["visitors"].mean(),
                "conversion": _mean(now, "conversion", now["visitors"]),
                "average_order_value": _mean(now, "average_order_value", buyers),
                "daily_paid_amount": now["paid_amount"].mean(),
                **{score: _last(now[score]) for score in SCORES},
                "visitors_change": _growth(now, before, "visitors"),
                "paid_amount_change": _growth(now, before, "paid_amount"),
                "promotion_days": float(now["promotion"].fillna("").ne("").sum()) if kind != OWN else np.nan,
            }
        )
    return _ranked(pd.DataFrame(rows)) if rows else pd.DataFrame()


def _last(values: pd.Series) -> float:
    known = values.dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def _growth(now: pd.DataFrame, before: pd.DataFrame, count: str) -> float:
    column = count if now[count].notna().any() else INDEX[count]
    base = before[column].mean()
    return float(now[column].mean() / base - 1) if base > 0 else float("nan")


INDEX = {"visitors": "visitors_index", "paid_amount": "paid_index"}


@needs("peers_daily")
def peer_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per date and shop, own one included: peer_id, name, kind, metric (visitors, or paid_amount where no
    peer's visitors are known) and index_level: the mean of seven days, each shop's own baseline = 100."""
    days = _all_days(shop, period)
    others = days[days["kind"] != OWN]
    metric = "visitors" if others[["visitors", "visitors_index"]].notna().any(axis=None) else "paid_amount"
    days["amount"] = days[metric].where(days.groupby("peer_id")[metric].transform("count") > 0, days[INDEX[metric]])
    lines = []
    about = ["peer_id", "name", "kind"]
    for _, group in days.groupby(about, dropna=False, sort=False):
        base = group.loc[group["when"] == BEFORE, "amount"].mean()
        series = group.set_index("date")["amount"].asfreq("D").rolling(SMOOTH, min_periods=4).mean()
        if base > 0 and series.notna().any():
            line = pd.DataFrame({"date": series.index, "index_level": series.to_numpy() / base * 100}).dropna()
            line[about] = group[about].iloc[0].to_list()
            lines.append(line.assign(metric=metric))
    return _ranked(pd.concat(lines)) if lines else pd.DataFrame()


@needs("peer_products_daily")
def same_style(shop: Shop, period: Period) -> pd.DataFrame:
    """Own products beside the peers' matching ones: product_id, title, peer_id, name, own_price and peer_price (last
    known of the period), price_gap (peer ÷ own − 1), own_price_change, peer_price_change (against the last
    price before the period, else the period's first), units_sold (of the peer in the period). Cheapest peers first."""
    table = shop.table("peer_products_daily")
    matched = table[table["product_id"].fillna("").ne("")]
    if period.clip(matched).empty:
        return pd.DataFrame()
    key = ["product_id", "peer_id", "peer_product_id"]
    found = (
        _prices(matched, key, period)
        .add_prefix("peer_")
        .join(period.clip(matched).groupby(key)["units_sold"].sum(min_count=1))
    )
    own = _prices(shop.table("product_daily"), ["product_id"], period) if shop.has("product_daily") else None
    rows = found[found["peer_price"].notna()].reset_index()
    rows = rows.merge(_about(shop)[["peer_id", "name"]], how="left", on="peer_id")
    rows["name"] = rows["name"].fillna(rows["peer_id"])
    for column in ("price", "price_change"):
        rows[f"own_{column}"] = rows["product_id"].map(own[column]) if own is not None else np.nan
    named = rows["product_id"].map(titles(shop)).astype("str")
    rows = rows.assign(title=named, price_gap=rows["peer_price"] / rows["own_price"] - 1)
    shown = ["product_id", "title", "peer_id", "name", "own_price", "peer_price", "price_gap", "own_price_change"]
    return rows.sort_values("price_gap", kind="stable", ignore_index=True)[[*shown, "peer_price_change", "units_sold"]]


def _prices(table: pd.DataFrame, by: list[str], period: Period) -> pd.DataFrame:
    """Per member of `by`: price (last of the period) and price_change against the last before it, else the first."""
    rows = table[table["price"].notna()].sort_values("date", kind="stable")
    now = period.clip(rows).groupby(by)["price"]
    before = period.baseline.clip(rows).groupby(by)["price"].last()
    start = before.reindex(now.first().index).fillna(now.first())
    return pd.DataFrame({"price": now.last(), "price_change": now.last() / start.where(start > 0) - 1})


@needs("lost_buyers_daily")
def lost_buyers(shop: Shop, period: Period) -> pd.DataFrame:
    """Where visitors bought instead, per peer: peer_id, name, lost_buyers (people per day, added), lost_buyers_before
    (scaled to as many days), lost_amount, lost_buyers_share. Most first."""
    table = shop.table("lost_buyers_daily")
    days = parts(table, period)
    counts = days.groupby(["peer_id", "when"])["lost_buyers"].sum(min_count=1).unstack("when")
    counts = counts.reindex(columns=[BEFORE, NOW])
    rows = pd.DataFrame({"lost_buyers": counts[NOW], "lost_buyers_before": counts[BEFORE]}).dropna(subset="lost_buyers")
    rows["lost_buyers_before"] *= comparable(table["date"], period)
    rows["lost_amount"] = days[days["when"] == NOW].groupby("peer_id")["lost_amount"].sum(min_count=1)
    rows["lost_buyers_share"] = rows["lost_buyers"] / rows["lost_buyers"].sum()
    rows = rows.reset_index().merge(_about(shop)[["peer_id", "name"]], how="left", on="peer_id")
    rows.insert(1, "name", rows.pop("name").fillna(rows["peer_id"]))
    return rows.sort_values("lost_buyers", ascending=False, kind="stable", ignore_index=True)


@needs("peers_daily")
def promotions(shop: Shop, period: Period) -> pd.DataFrame:
    """Promotions of the peers, and the shop's own from `events`, in baseline and period: peer_id, name, kind,
    promotion, starts_on, ends_on (seen in this window; consecutive observed days with the same text are one), days,
    when (`before` if it ended before the period)."""
    rows = parts(shop.table("peers_daily"), period).sort_values(["peer_id", "date"], kind="stable", ignore_index=True)
    text = rows["promotion"].fillna("")
    new = (text != text.shift()) | (rows["peer_id"] != rows["peer_id"].shift())
    runs = rows.assign(run=new.cumsum(), promotion=text)[text != ""].groupby("run")
    table = runs[["peer_id", "promotion"]].first()
    table = table.assign(starts_on=runs["date"].min(), ends_on=runs["date"].max())
    table = table.merge(_about(shop), how="left", on="peer_id")
    table["name"] = table["name"].fillna(table["peer_id"])
    table = pd.concat([_own_promotions(shop, period), table], ignore_index=True)
    table["days"] = (table["ends_on"] - table["starts_on"]).dt.days + 1.0
    table["when"] = np.where(table["ends_on"] >= pd.Timestamp(period.start), NOW, BEFORE)
    shown = ["peer_id", "name", "kind", "promotion", "starts_on", "ends_on", "days", "when"]
    return _ranked(table.sort_values("starts_on", kind="stable"))[shown]


def _own_promotions(shop: Shop, period: Period) -> pd.DataFrame:
    columns = ["promotion", "starts_on", "ends_on"]
    if not shop.has("events"):
        return pd.DataFrame(columns=columns).astype({"starts_on": "datetime64[us]", "ends_on": "datetime64[us]"})
    events = shop.table("events")
    events = events[events["kind"] == "promotion"].rename(columns={"name": "promotion"})
    first, last = pd.Timestamp(period.baseline.start), pd.Timestamp(period.end)
    ends = events["ends_on"].fillna(events["starts_on"])
    starts = events["starts_on"]
    seen = events.assign(starts_on=starts.where(starts >= first, first), ends_on=ends.where(ends <= last, last))
    seen = seen[seen["starts_on"] <= seen["ends_on"]]
    return seen[columns].assign(peer_id="", name=shop.profile.name, kind=OWN)
