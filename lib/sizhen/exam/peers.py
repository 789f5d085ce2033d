"""Other shops beside this one: figures, prices, promotions and the buyers they took."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.exam.compare import BEFORE, CONFIDENT, NOW, comparable, covered_days, parts, titles
from sizhen.exam.figures import Figure, figure
from sizhen.exam.needs import needs
from sizhen.exam.peer_market import launches, market_bands
from sizhen.exam.peer_names import OWN, named, ranked
from sizhen.exam.peer_prices import price_effects
from sizhen.tables import Period, Shop, prepared
from sizhen.tables.prepared import ALIKE, SCORES
from sizhen.texts.clean import hide

__all__ = [
    "OWN",
    "launches",
    "lost_buyers",
    "market_bands",
    "peer_days",
    "peers",
    "price_effects",
    "promotions",
    "same_style",
]
FIGURES = ["date", "visitors", "conversion", "average_order_value", "paid_amount", *SCORES]
SMOOTH = 7
LEAST = 30  # lost buyers of baseline and period together
INDEX = {"visitors": "visitors_index", "paid_amount": "paid_index"}
COUNTED = [*INDEX, *INDEX.values()]
COUNTS, BY_INDEX = "counts", "index"
ENOUGH_FIGURES = 2  # of visitors, conversion, order value and sales


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
    days = named(shop.table("peers_daily"), shop)
    return parts(pd.concat([own, days], ignore_index=True), period)


def _means(rows: pd.DataFrame, value: str, weight: pd.Series) -> pd.Series:
    """By peer, the mean of the days weighted by what the rate is of; plain where the weights are unknown."""
    heavy = weight.where(rows[value].notna())
    parts = pd.DataFrame({"top": rows[value] * heavy, "weight": heavy, "plain": rows[value]})
    by = parts.groupby(rows["peer_id"], sort=False)
    sums = by[["top", "weight"]].sum()
    return (sums["top"] / sums["weight"].where(sums["weight"] > 0)).fillna(by["plain"].mean())


@needs("peers_daily")
def peers(shop: Shop, period: Period) -> pd.DataFrame:
    """Side by side, own shop first, then tier, leaders, similar shops: peer_id, name, kind, daily_visitors and
    daily_paid_amount (means per day), conversion, average_order_value, dsr_* (last known), visitors_change and
    paid_amount_change (per day against the baseline; by the platform's index where counts are unknown),
    promotion_days, visitors_level and paid_level (per day, the baseline = 100), visitors_basis and paid_basis (counts,
    or index: of such a shop only the movement is known, not how many)."""
    days = _all_days(shop, period)
    now, before = (days[days["when"] == when] for when in (NOW, BEFORE))
    if now.empty:
        return pd.DataFrame()
    by = now.groupby("peer_id", sort=False)
    level = by[COUNTED].mean()
    past = before.groupby("peer_id")[COUNTED].mean().reindex(level.index)
    table = (
        by[["name", "kind"]]
        .first()
        .assign(
            daily_visitors=level["visitors"],
            conversion=_means(now, "conversion", now["visitors"]),
            average_order_value=_means(now, "average_order_value", now["visitors"] * now["conversion"]),
            daily_paid_amount=level["paid_amount"],
        )
    )
    scores = list(SCORES)
    table[scores] = by[scores].last()
    changes = {count: _growth(level, past, count) for count in INDEX}
    promoted = now["promotion"].fillna("").ne("").groupby(now["peer_id"]).sum().astype("float64")
    table = table.assign(
        visitors_change=changes["visitors"],
        paid_amount_change=changes["paid_amount"],
        promotion_days=promoted.where(table["kind"] != OWN),
        visitors_basis=_bases(level, "visitors"),
        paid_basis=_bases(level, "paid_amount"),
        visitors_level=100 * (1 + changes["visitors"]),
        paid_level=100 * (1 + changes["paid_amount"]),
    )
    return ranked(table.reset_index())


def _growth(now: pd.DataFrame, before: pd.DataFrame, count: str) -> pd.Series:
    """By peer, how the count moved; by the platform's index where the count of the period is unknown."""
    base = before[count].where(now[count].notna(), before[INDEX[count]])
    return now[count].fillna(now[INDEX[count]]) / base.where(base > 0) - 1


def _bases(level: pd.DataFrame, count: str) -> np.ndarray:
    """Whether each shop's movement is told by counts or by the platform's index; empty where by neither."""
    return np.select([level[count].notna(), level[INDEX[count]].notna()], [COUNTS, BY_INDEX], "")


@figure("ask.peers:peers_followed")
def peers_followed(shops: pd.DataFrame) -> Figure:
    """Leaders and similar shops with a row in the period."""
    count = float(len(prepared.peer_ids(shops, *ALIKE)))
    return Figure(count, count)


@figure("ask.peers:peers_compared")
def peers_compared(shops: pd.DataFrame) -> Figure:
    """Peers of which the period knows at least two of visitors, conversion, order value and sales."""
    known = [shops["visitors_basis"] != "", shops["paid_basis"] != ""]
    known += [shops[column].notna() for column in ("conversion", "average_order_value")]
    enough = sum(k.astype("int64") for k in known) >= ENOUGH_FIGURES
    count = float((enough & (shops["kind"] != OWN)).sum())
    return Figure(count, count)


@needs("peers_daily")
def peer_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per date and shop, own one included: peer_id, name, kind, metric (visitors, or paid_amount where no
    peer's visitors are known), index_level: the mean of seven days, each shop's own baseline = 100, and basis (counts,
    or index: the platform's own, where a shop's counts are unknown)."""
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
            level = group[[metric, INDEX[metric]]].mean().to_frame().T
            lines.append(line.assign(metric=metric, basis=_bases(level, metric)[0]))
    return ranked(pd.concat(lines)) if lines else pd.DataFrame()


@needs("peer_products_daily")
def same_style(shop: Shop, period: Period) -> pd.DataFrame:
    """Own products beside the peers' matching ones: product_id, title, peer_id, name, own_price and peer_price (last
    known of the period), price_gap (peer ÷ own − 1), own_price_change, peer_price_change (against the last
    price before the period, else the period's first), units_sold (of the peer, per day of the period that tells it).
    Cheapest peers first."""
    table = shop.table("peer_products_daily")
    matched = table[table["product_id"].fillna("").ne("")]
    if period.clip(matched).empty:
        return pd.DataFrame()
    key = ["product_id", "peer_id", "peer_product_id"]
    found = (
        _prices(matched, key, period).add_prefix("peer_").join(period.clip(matched).groupby(key)["units_sold"].mean())
    )
    own = _prices(shop.table("product_daily"), ["product_id"], period) if shop.has("product_daily") else None
    rows = found[found["peer_price"].notna()].reset_index()
    rows = named(rows, shop)
    for column in ("price", "price_change"):
        rows[f"own_{column}"] = rows["product_id"].map(own[column]) if own is not None else np.nan
    title = rows["product_id"].map(titles(shop)).astype("str")
    rows = rows.assign(title=title, price_gap=rows["peer_price"] / rows["own_price"] - 1)
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
    (scaled to as many days), lost_buyers_change with change_low, change_high (95 %, from how much the days differ),
    moved (more, fewer, unclear: the interval holds 0; few: under 30 in all), lost_amount, lost_buyers_share.
    Most first."""
    table = shop.table("lost_buyers_daily")
    days = parts(table, period)
    counts = days.groupby(["peer_id", "when"])["lost_buyers"].sum(min_count=1).unstack("when")
    counts = counts.reindex(columns=[BEFORE, NOW])
    scale = comparable(table["date"], period)
    rows = pd.DataFrame({"lost_buyers": counts[NOW], "lost_buyers_before": counts[BEFORE]}).dropna(subset="lost_buyers")
    rows = rows.assign(**_moved(rows, scale, _scatter(days, covered_days(table["date"], period))))
    rows["lost_buyers_before"] *= scale
    rows["lost_amount"] = days[days["when"] == NOW].groupby("peer_id")["lost_amount"].sum(min_count=1)
    rows["lost_buyers_share"] = rows["lost_buyers"] / rows["lost_buyers"].sum()
    rows = named(rows.reset_index(), shop).drop(columns="kind")
    rows.insert(1, "name", rows.pop("name"))
    return rows.sort_values("lost_buyers", ascending=False, kind="stable", ignore_index=True)


@figure("ask.lost_buyers:lost_buyers")
def buyers_lost(lost: pd.DataFrame) -> Figure:
    """Buyers lost to all peers, people per day added."""
    count = float(lost["lost_buyers"].sum(min_count=1))
    return Figure(count, count)


def _scatter(days: pd.DataFrame, covered: dict[str, float]) -> float:
    """Variance ÷ mean of a peer's daily count around its mean of baseline or period, at least 1 (pure chance). A day
    the table covers without a row of the peer had nobody."""
    daily = days.groupby(["peer_id", "when", "date"])["lost_buyers"].sum(min_count=1).dropna()
    by = ["peer_id", "when"]
    total, squares = daily.groupby(by).sum(), (daily**2).groupby(by).sum()
    n = total.index.get_level_values("when").map(covered).to_series(total.index).astype("float64")
    mean = total / n
    told = (mean > 0) & (n > 1)
    if not told.any():
        return 1.0
    spread = (squares - n * mean**2) / mean
    return max(1.0, float(spread[told].sum() / (n[told] - 1).sum()))


def _moved(rows: pd.DataFrame, scale: float, scatter: float) -> pd.DataFrame:
    """Columns lost_buyers_change, change_low, change_high, moved: counts now against those before, as many days."""
    now, before = rows["lost_buyers"], rows["lost_buyers_before"]
    reach = CONFIDENT * np.sqrt(scatter * (1 / (now + 0.5) + 1 / (before + 0.5)))
    middle = np.log((now + 0.5) / (before + 0.5) / scale)
    low, high = np.expm1(middle - reach), np.expm1(middle + reach)
    few = ~(now + before >= LEAST)
    moved = np.select([few, low > 0, high < 0], ["few", "more", "fewer"], "unclear")
    change = now / (before * scale).where(before > 0) - 1
    return pd.DataFrame({"lost_buyers_change": change, "change_low": low, "change_high": high, "moved": moved})


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
    table = named(table, shop)
    table = pd.concat([_own_promotions(shop, period), table], ignore_index=True)
    table["days"] = (table["ends_on"] - table["starts_on"]).dt.days + 1.0
    table["when"] = np.where(table["ends_on"] >= pd.Timestamp(period.start), NOW, BEFORE)
    shown = ["peer_id", "name", "kind", "promotion", "starts_on", "ends_on", "days", "when"]
    return ranked(table.sort_values("starts_on", kind="stable"))[shown]


def _own_promotions(shop: Shop, period: Period) -> pd.DataFrame:
    columns = ["promotion", "starts_on", "ends_on"]
    if not shop.has("events"):
        return pd.DataFrame(columns=columns).astype({"starts_on": "datetime64[us]", "ends_on": "datetime64[us]"})
    own = prepared.own_occasions(hide(shop.table("events"), "name"), "promotion").rename(columns={"name": "promotion"})
    first, last = pd.Timestamp(period.baseline.start), pd.Timestamp(period.end)
    starts, ends = own["starts_on"], own["ends_on"]
    seen = own.assign(starts_on=starts.where(starts >= first, first), ends_on=ends.where(ends <= last, last))
    seen = seen[seen["starts_on"] <= seen["ends_on"]]
    return seen[columns].assign(peer_id="", name=shop.profile.name, kind=OWN)
