"""The service desk: how many ask, how many of them buy, how fast the replies are and what waiting goes with."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sizhen.exam.compare import BEFORE, NOW, parts, wilson
from sizhen.exam.figures import UNKNOWN, Figure, figure
from sizhen.exam.needs import because, needs
from sizhen.exam.proportions import gap
from sizhen.tables import Period, Shop, measure
from sizhen.vocab import load

DESK = ("inquiry_conversion", "first_response_seconds", "satisfaction")
FIGURES = ("inquiry_rate", "replied_share", "inquiry_conversion", "first_response_seconds", "satisfaction")
SHARES = FIGURES[:3]
NORMED = "ask.inquiry"
BANDS = (0.0, 30.0, 60.0, 120.0, 300.0, float("inf"))
PARTS = ["numerator", "denominator"]
ALIKE: dict[str, list[str]] = {"all": [], "same_agent": ["agent"], "same_day": ["agent", "date"]}
FEWEST_DAYS = 10


def desk_days(shop: Shop, period: Period) -> pd.DataFrame:
    """service_daily of baseline and period with `not_final`: askers may still pay, conversion is not final."""
    table = shop.table("service_daily")
    return parts(table.assign(not_final=fresh(table)), period)


def fresh(table: pd.DataFrame) -> pd.Series:
    """Rows of service_daily whose conversion is not final: those of the last days there are."""
    ripe = pd.Timedelta(days=load().metrics["inquiry_conversion"].maturity_days)
    return table["date"] > table["date"].max() - ripe


def figures_by(desk: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The desk's metrics per member of `by`; conversion (and its n) from mature days only."""
    asked = desk.groupby(by)["inquiry_buyers"].sum(min_count=1).reset_index()
    for metric in DESK:
        rows = desk[~desk["not_final"]] if metric == "inquiry_conversion" else desk
        figures = measure.total(rows, metric, by)
        if metric == "inquiry_conversion":
            figures[["low", "high"]] = wilson(figures["numerator"], figures["denominator"])
        keep = figures.drop(columns=["numerator", "denominator"]).rename(columns={"value": metric})
        asked = asked.merge(keep, how="left", on=by)
    return asked


@needs("service_daily")
def service_days(shop: Shop, period: Period) -> pd.DataFrame:
    """Per date of baseline and period: when, inquiry_buyers, inquiry_rate (÷ the shop's visitors),
    inquiry_conversion with low, high (unknown on `not_final` days, the last two), first_response_seconds,
    satisfaction."""
    desk = desk_days(shop, period)
    if desk.empty:
        return pd.DataFrame()
    days = figures_by(desk, ["date", "when"]).merge(desk[["date", "not_final"]].drop_duplicates(), on="date")
    days = days.merge(_visitors(shop), how="left", on="date")
    rate = days["inquiry_buyers"] / days["visitors"].where(days["visitors"] > 0)
    return days.drop(columns="visitors").assign(inquiry_rate=rate)


def _visitors(shop: Shop) -> pd.DataFrame:
    if shop.has("shop_daily"):
        return shop.table("shop_daily")[["date", "visitors"]]
    return pd.DataFrame({"date": pd.Series(dtype="datetime64[us]"), "visitors": pd.Series(dtype="float64")})


@needs("service_daily")
def service(shop: Shop, period: Period) -> pd.DataFrame:
    """Per `when` (period, before): days (with data), inquiry_rate, inquiry_buyers, inquiry_conversion with low, high
    (mature days), first_response_seconds, satisfaction."""
    desk = desk_days(shop, period)
    if desk.empty:
        return pd.DataFrame()
    asked = desk.groupby(["date", "when"])["inquiry_buyers"].sum(min_count=1).reset_index()
    seen = asked.merge(_visitors(shop), how="left", on="date")
    rate = measure.total(seen, "inquiry_rate", ["when"])[["when", "value"]].rename(columns={"value": "inquiry_rate"})
    days = desk.groupby("when")["date"].nunique().astype("float64").rename("days").reset_index()
    table = days.merge(rate, on="when").merge(figures_by(desk, ["when"]), on="when")
    return table.sort_values("when", ascending=False, ignore_index=True)


@needs("service_daily")
def desk_figures(shop: Shop, period: Period) -> pd.DataFrame:
    """The desk's figures, one per row: metric (inquiry_rate, replied_share, inquiry_conversion of final days,
    first_response_seconds, satisfaction), value with low, high (95 %) where it is a share of counted people, n (what it
    is a share of or weighted by: visitors for inquiry_rate, else askers), value_before, beyond_chance (unknown where
    nobody is counted), norm and norm_source (of inquiry conversion alone; the tables know no figure of the tier for
    it)."""
    desk = desk_days(shop, period)
    if not (desk["when"] == NOW).any():
        return pd.DataFrame()
    asked = desk.groupby(["date", "when"])["inquiry_buyers"].sum(min_count=1).reset_index()
    rows = dict.fromkeys(FIGURES, desk) | {
        "inquiry_rate": asked.merge(_visitors(shop), how="left", on="date"),
        "inquiry_conversion": desk[~desk["not_final"]],
    }
    sums = {m: measure.total(f, m, ["when"]).set_index("when").reindex([NOW, BEFORE]) for m, f in rows.items()}
    now, before = (pd.DataFrame({m: s.loc[when] for m, s in sums.items()}).T for when in (NOW, BEFORE))
    table = pd.DataFrame({"metric": FIGURES, "value": now["value"].to_numpy()})
    counted = table["metric"].isin(SHARES)
    hits, n, hits_before, n_before = (
        side[c].where(counted.to_numpy()).reset_index(drop=True) for side in (now, before) for c in PARTS
    )
    table[["low", "high"]] = wilson(hits, n)
    table["n"] = now["denominator"].to_numpy()
    told = table["low"].notna() & n_before.gt(0)
    beyond = gap(hits, n, hits_before, n_before)["beyond_chance"].astype("boolean").where(told)
    table = table.assign(value_before=before["value"].to_numpy(), beyond_chance=beyond)
    return _with_norm(table[table["value"].notna() | table["value_before"].notna()].reset_index(drop=True))


@figure("ask.desk_figures:inquiry_conversion")
def inquiry_conversion(figures: pd.DataFrame) -> Figure:
    """Askers who paid ÷ askers, of final days."""
    return _of_desk(figures, "inquiry_conversion")


@figure("ask.desk_figures:first_response_seconds")
def first_response(figures: pd.DataFrame) -> Figure:
    """Seconds to the first reply, weighted by askers."""
    return _of_desk(figures, "first_response_seconds")


def _of_desk(figures: pd.DataFrame, metric: str) -> Figure:
    row = figures[figures["metric"] == metric]
    known = row[row["value"].notna()]
    return Figure(float(known["value"].iloc[0]), float(known["n"].iloc[0])) if len(known) else UNKNOWN


def _with_norm(table: pd.DataFrame) -> pd.DataFrame:
    rule = load().rules[NORMED]
    if rule.limit is None:
        return table
    mine = table["metric"] == rule.metric
    source = f"{rule.limit.source}, {rule.limit.year}"
    norm = pd.Series(rule.limit.value, index=table.index).where(mine)
    return table.assign(norm=norm, norm_source=np.where(mine, source, ""))


@needs("service_daily")
def response_bands(shop: Shop, period: Period) -> pd.DataFrame:
    """Does waiting cost orders? Per `response_band` (seconds to the first reply, mean of an agent's day) in baseline
    and period, mature days only: inquiry_buyers, inquiry_conversion with low, high. Fastest first."""
    desk = _waited(shop, period)
    if desk.empty:
        return pd.DataFrame()
    names = [f"{low:g}–{high:g}" if high < BANDS[-1] else f"> {low:g}" for low, high in pairwise(BANDS)]
    band = pd.cut(desk["first_response_seconds"], list(BANDS), labels=names, include_lowest=True)
    figures = measure.total(desk.assign(response_band=band), "inquiry_conversion", ["response_band"])
    figures[["low", "high"]] = wilson(figures["numerator"], figures["denominator"])
    table = figures.rename(columns={"denominator": "inquiry_buyers", "value": "inquiry_conversion"})
    table["response_band"] = table["response_band"].astype("str")
    return table[["response_band", "inquiry_buyers", "inquiry_conversion", "low", "high"]]


def _waited(shop: Shop, period: Period) -> pd.DataFrame:
    """Final agent-days of baseline and period that know how long askers waited and how many of them paid."""
    desk = desk_days(shop, period)
    known = desk[["first_response_seconds", "inquiry_buyers", "inquiry_paid_buyers"]].notna().all(axis=1)
    return desk[~desk["not_final"] & known]


@needs("service_daily")
def response_slope(shop: Shop, period: Period) -> pd.DataFrame:
    """How much lower inquiry conversion is where the first reply takes twice as long, in baseline and period.

    Per `compared`: all (every agent-day beside every other), same_agent (each agent's days among themselves: a slow
    agent who sells less cannot fake it), same_day (of those, agents on the same day beside each other: a busy day, slow
    for everyone and with other askers, cannot fake it either). per_doubling (points of conversion) with
    per_doubling_low, per_doubling_high (95 %, days as clusters), agent_days, inquiry_buyers. Agent-days weigh by their
    askers. A comparison with fewer than ten days, or in which the waits do not differ, is left out. A day on which the
    whole desk is slow tells nothing in the last one.
    """
    desk = _waited(shop, period)
    desk = desk[(desk["inquiry_buyers"] > 0) & (desk["inquiry_paid_buyers"] <= desk["inquiry_buyers"])]
    if desk.empty:
        return pd.DataFrame()
    rows = [{"compared": id, **_slope(desk, same)} for id, same in ALIKE.items() if desk["agent"].nunique() > 1 or same]
    table = pd.DataFrame(rows)
    table = table[table["per_doubling"].notna()].reset_index(drop=True)
    return table if len(table) else because("table.few_waits")


def _slope(desk: pd.DataFrame, same: list[str]) -> dict[str, float]:
    """Weighted least squares of conversion on log2(wait) with an effect for each member of `same`."""
    weight = desk["inquiry_buyers"].to_numpy(dtype=float)
    wait = np.log2(desk["first_response_seconds"].clip(lower=1.0).to_numpy(dtype=float))
    sold = desk["inquiry_paid_buyers"].to_numpy(dtype=float) / weight
    alike = pd.get_dummies(desk[same].astype("str"), dtype=float).to_numpy() if same else np.ones((len(desk), 1))
    both, weighed = np.column_stack([wait, sold]), alike.T * weight
    x, y = (both - alike @ np.linalg.lstsq(weighed @ alike, weighed @ both, rcond=None)[0]).T
    spread, days = float(weight @ x**2), desk["date"].nunique()
    counts = {"agent_days": float(len(desk)), "inquiry_buyers": float(weight.sum())}
    if days < FEWEST_DAYS or spread < 1e-9 * float(weight @ wait**2 + 1.0):
        return {"per_doubling": np.nan, "per_doubling_low": np.nan, "per_doubling_high": np.nan, **counts}
    slope = float(weight @ (x * y)) / spread
    pulls = pd.Series(weight * x * (y - slope * x)).groupby(desk["date"].to_numpy()).sum()
    error = np.sqrt(float((pulls**2).sum()) * days / (days - 1)) / spread
    reach = float(stdtrit(days - 1, 0.975)) * error
    return {"per_doubling": slope, "per_doubling_low": slope - reach, "per_doubling_high": slope + reach, **counts}
