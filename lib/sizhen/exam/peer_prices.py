"""Same styles that became cheaper elsewhere, and how our own sold from that day on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sizhen.exam.compare import titles
from sizhen.exam.needs import because, needs
from sizhen.exam.peer_names import named
from sizhen.exam.placebo import NOTHING, UNKNOWN, Panel
from sizhen.tables import Period, Shop

ITEM = ["product_id", "peer_id", "peer_product_id"]
CUT, STAYS = 0.05, 0.025  # below the median of the days before: a cut; still one while no nearer than this
USUAL, LEAST_USUAL, KEPT = 14, 3, 7  # days of that median, of which known; days an unseen price is taken to stand
BEFORE, LEAST_BEFORE, LONGEST = 28, 14, 28
TOLD = [
    *("product_id", "title", "peer_id", "name", "cut_on", "days", "peer_price_before", "peer_price"),
    *("peer_price_change", "own_price_change", "visitor_days", "paid_buyers", "conversion_before", "conversion"),
    *("conversion_effect", "conversion_effect_low", "conversion_effect_high"),
    *("visitors_effect", "visitors_effect_low", "visitors_effect_high", "against_control", "evidence"),
]


def _wide(frame: pd.DataFrame, by: list[str], column: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Days as rows, members of `by` as columns."""
    return frame.set_index(["date", *by])[column].unstack(by).reindex(days)


def cuts(matched: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The first cut of each matched item between those days: the ITEM columns, cut_on, days (it lasted, to `last` at
    most), peer_price_before (median of the 14 days before), peer_price (median while it lasted)."""
    rows = matched[matched["price"].notna() & (matched["date"] <= last)]
    if rows.empty:
        return pd.DataFrame(columns=[*ITEM, "cut_on", "days", "peer_price_before", "peer_price"])
    calendar = pd.date_range(rows["date"].min(), last, unit="us")
    price = _wide(rows, ITEM, "price", calendar).ffill(limit=KEPT)
    usual = price.rolling(USUAL, min_periods=LEAST_USUAL).median().shift()
    low = price <= usual * (1 - CUT)
    begins = low & ~low.shift(fill_value=False)
    begins[calendar < first] = False
    found = begins.columns[begins.any().to_numpy()]
    start = begins[found].to_numpy().argmax(axis=0)
    told = [
        _lasts(price[item].to_numpy(), float(usual[item].iloc[at]), at) for item, at in zip(found, start, strict=True)
    ]
    table = pd.DataFrame(told, columns=["peer_price_before", "peer_price", "days"])
    table["cut_on"] = calendar[start]
    return pd.concat([found.to_frame(index=False), table], axis=1)


def _lasts(price: np.ndarray, usual: float, start: int) -> tuple[float, float, float]:
    low = price[start : start + LONGEST] <= usual * (1 - STAYS)
    days = int(np.argmin(low)) if not low.all() else len(low)
    return usual, float(np.median(price[start : start + days])), float(days)


@dataclass(frozen=True)
class _Own:
    """Own products as matrices, days by products."""

    days: pd.DatetimeIndex
    products: list[str]
    visitors: np.ndarray
    buyers: np.ndarray
    price: np.ndarray
    panels: dict[str, Panel]

    @classmethod
    def read(cls, shop: Shop, period: Period) -> _Own:
        daily = shop.table("product_daily")
        daily = daily[daily["date"] <= pd.Timestamp(period.end)]
        days = pd.date_range(daily["date"].min(), period.end, unit="us")
        visitors, buyers, price = (_wide(daily, ["product_id"], c, days) for c in ("visitors", "paid_buyers", "price"))
        panels = {
            "conversion": Panel(buyers, visitors),
            "visitors": Panel(visitors, visitors.notna().astype("float64")),
        }
        matrices = [frame.to_numpy(dtype=float) for frame in (visitors, buyers, price)]
        return cls(days, list(visitors.columns), matrices[0], matrices[1], matrices[2], panels)

    def told(self, cut: dict[Any, Any], alone: np.ndarray, base: pd.Timestamp) -> dict[str, Any]:
        """What the product did from the day of the cut, by itself and against those in the mask `alone`."""
        at = self.products.index(cut["product_id"])
        start, days = (cut["cut_on"] - self.days[0]).days, int(cut["days"])
        before = min(BEFORE, (cut["cut_on"] - base).days, max(start, 0))
        past, now = slice(start - before, start), slice(start, start + days)
        visitors, buyers = _known(self.visitors[now, at]), _known(self.buyers[now, at])
        told = {"visitor_days": visitors, "paid_buyers": buyers, "own_price_change": self._repriced(at, past, now)}
        told |= {"conversion_before": self._rate(at, past), "conversion": self._rate(at, now)}
        exposed = np.arange(len(self.products)) == at
        effects = {
            metric: panel.effect(exposed, alone, start, days, before) if before >= LEAST_BEFORE else NOTHING
            for metric, panel in self.panels.items()
        }
        for metric, effect in effects.items():
            told |= {
                f"{metric}_effect": effect.effect,
                f"{metric}_effect_low": effect.low,
                f"{metric}_effect_high": effect.high,
            }
        return {**told, "against_control": effects["conversion"].reading}

    def _rate(self, at: int, days: slice) -> float:
        visitors, buyers = self.visitors[days, at], self.buyers[days, at]
        known = ~np.isnan(visitors) & ~np.isnan(buyers)
        seen = float(visitors[known].sum())
        return float(buyers[known].sum()) / seen if seen > 0 else UNKNOWN

    def _repriced(self, at: int, past: slice, now: slice) -> float:
        before, after = (pd.Series(self.price[days, at]).median() for days in (past, now))
        return float(after / before - 1) if before > 0 else UNKNOWN


def _known(values: np.ndarray) -> float:
    return float(pd.Series(values).sum(min_count=1))


@needs("peer_products_daily", "product_daily")
def price_effects(shop: Shop, period: Period) -> pd.DataFrame:
    """Own products whose same style a peer cut by 5 % or more, from that day on, held against own products without a
    match on the same days: product_id, title, peer_id, name, cut_on, days (while it lasted, to the period's end),
    peer_price_before, peer_price, peer_price_change, own_price_change, visitor_days and paid_buyers (in those days),
    conversion_before (up to 28 days before, none before the baseline), conversion, conversion_effect and
    visitors_effect (change against those products' change) with _low, _high (95 %, as wide as placebos strayed),
    against_control (of the conversion: below, above, within the interval, few; alone: nothing to compare with),
    evidence (comparison, timing).
    Largest fall of conversion first. A cut is looked for in the period and the 14 days before it.
    """
    matched = shop.table("peer_products_daily")
    matched = matched[matched["product_id"].fillna("").ne("")]
    end, base = pd.Timestamp(period.end), pd.Timestamp(period.baseline.start)
    if period.clip(matched).empty or period.clip(shop.table("product_daily")).empty:
        return pd.DataFrame()
    found = cuts(matched, base + pd.Timedelta(days=LEAST_BEFORE), end)
    own = _Own.read(shop, period)
    found = found[found["product_id"].isin(own.products)]
    if found.empty:
        return because("price_effects.none")
    alone = ~np.isin(own.products, matched["product_id"].unique().tolist())
    rows = [own.told(cut, alone, base) for cut in found.to_dict("records")]
    table = named(pd.concat([found.reset_index(drop=True), pd.DataFrame(rows)], axis=1), shop)
    table["peer_price_change"] = table["peer_price"] / table["peer_price_before"] - 1
    table["title"] = table["product_id"].map(titles(shop)).astype("object").fillna(table["product_id"])
    table["evidence"] = np.where(table["against_control"] == "alone", "timing", "comparison")
    return table.sort_values(["conversion_effect", "cut_on"], kind="stable", ignore_index=True)[TOLD]
