"""What is complained of, what comes back for the same reason, and who still buys: held side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from sizhen.exam.compare import BEFORE, NOW, in_part, titles, week_of, weeks, wilson
from sizhen.exam.listen_reviews import complained, counted
from sizhen.exam.needs import because, needs
from sizhen.exam.proportions import FALSE_SHARE, gap
from sizhen.tables import Period, Shop
from sizhen.tables.chance import discoveries
from sizhen.texts.aspects import LEFTOVER
from sizhen.vocab.reasons import aspect_of_reason

FEWEST = 5  # complaints of a product about an aspect
MONTH = 28
PAIR, ABOUT = ["product_id", "aspect"], ["product_id", "title", "aspect"]
SOLD = ["visitors", "paid_buyers", "paid_amount"]
OTHERS = ["others_buyers", "others_conversion"]


@dataclass(frozen=True)
class Windows:
    """The period, and as many windows of its length before it as 28 days hold (at least one)."""

    start: pd.Timestamp
    days: int
    count: int

    @classmethod
    def of(cls, period: Period) -> Windows:
        return cls(pd.Timestamp(period.start), period.days, max(1, MONTH // period.days))

    def place(self, days: pd.Series) -> pd.Series:
        """0 in the period, 1, 2 … in the windows before it, NaN elsewhere."""
        back = -((days.dt.normalize() - self.start).dt.days // self.days)
        return back.where((back >= 0) & (back <= self.count))

    def when(self, days: pd.Series) -> pd.Series:
        place = self.place(days)
        return pd.Series(np.where(place == 0, NOW, BEFORE), index=days.index).where(place.notna())


def _complaints(shop: Shop, windows: Windows) -> pd.DataFrame:
    """By product and aspect: complaints, review_count and the same _before."""
    reviews = counted(shop)
    reviews = reviews.assign(when=windows.when(reviews["reviewed_at"])).dropna(subset=["when", "product_id"])
    found = complained(reviews).drop(columns=LEFTOVER).astype("float64")
    keys = [reviews["product_id"], reviews["when"]]
    long = found.groupby(keys).sum().melt(ignore_index=False, var_name="aspect", value_name="complaints").reset_index()
    n = found.groupby(keys).size().rename("review_count").reset_index()
    long = long.merge(n, on=["product_id", "when"])
    now, past = (long[long["when"] == w].set_index(PAIR)[["complaints", "review_count"]] for w in (NOW, BEFORE))
    now = now[now["complaints"] >= FEWEST]
    return now.join(past.reindex(now.index, fill_value=0.0).add_suffix("_before")).reset_index()


def _sold(shop: Shop, windows: Windows) -> pd.DataFrame:
    """By product: visitors, paid_buyers, paid_amount, of all others others_buyers and others_conversion, and the same
    _before; unknown without product_daily."""
    if not shop.has("product_daily"):
        return pd.DataFrame(columns=[f"{c}{end}" for c in (*SOLD, *OTHERS) for end in ("", "_before")], dtype="float64")
    rows = shop.table("product_daily")
    rows = rows.assign(when=windows.when(rows["date"])).dropna(subset=["when"])
    sums = rows.groupby(["when", "product_id"])[SOLD].sum(min_count=1)
    empty = pd.DataFrame(columns=SOLD, dtype="float64")
    now, past = (sums.loc[w] if w in sums.index else empty for w in (NOW, BEFORE))
    both = now.join(past.add_suffix("_before"), how="outer")
    for end in ("", "_before"):
        told = (both[f"{c}{end}"] for c in ("paid_buyers", "visitors"))
        buyers, visitors = (c.sum() - c.fillna(0.0) for c in told)
        both[f"others_buyers{end}"] = buyers
        both[f"others_conversion{end}"] = buyers / visitors.where(visitors > 0)
    return both


def _refunds(shop: Shop, windows: Windows) -> pd.DataFrame | None:
    """By product and aspect: refund_count, refund_amount and the same _before, of orders paid in a window and refunded
    by its end. None where refunds, the day of payment or the products' days are not known."""
    if not shop.has("refunds", "product_daily"):
        return None
    rows = shop.table("refunds").dropna(subset=["paid_on", "refunded_on", "reason"])
    if rows.empty:
        return None
    place = windows.place(rows["paid_on"])
    end = windows.start + pd.to_timedelta(windows.days * (1 - place), unit="D")
    known = (rows["refunded_on"] < end) & (rows["paid_on"] >= shop.table("product_daily")["date"].min())
    rows = rows[known].assign(when=windows.when(rows["paid_on"]))
    aspects = {reason: aspect_of_reason(str(reason)) for reason in rows["reason"].unique()}
    rows = rows.assign(aspect=rows["reason"].map(aspects), refund_count=1.0, refund_amount=rows["amount"].fillna(0.0))
    sums = rows.groupby([*PAIR, "when"])[["refund_count", "refund_amount"]].sum().reset_index("when")
    now, past = (sums[sums["when"] == w].drop(columns="when") for w in (NOW, BEFORE))
    return now.join(past.add_suffix("_before"), how="outer").fillna(0.0)


def _rates(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with its rates, and which of them moved beyond chance: more complaints, more refunds, less conversion."""
    table = table.copy()
    shares = {
        "complaint_share": ("complaints", "review_count"),
        "reason_refund_share": ("refund_amount", "paid_amount"),
        "conversion": ("paid_buyers", "visitors"),
    }
    for end in ("", "_before"):
        for name, (hits, n) in shares.items():
            of = table[f"{n}{end}"]
            table[f"{name}{end}"] = table[f"{hits}{end}"] / of.where(of > 0)
    moved = table["others_conversion"] / table["others_conversion_before"]
    table["conversion_expected"] = table["conversion_before"] * moved
    said = gap(*(table[c] for c in ("complaints", "review_count", "complaints_before", "review_count_before")))
    back = gap(*(table[c] for c in ("refund_count", "paid_buyers", "refund_count_before", "paid_buyers_before")))
    table[["gap_low", "gap_high"]] = said[["gap_low", "gap_high"]]
    more_said, more_back = (apart["beyond_chance"] & (apart["gap"] > 0) for apart in (said, back))
    states = np.select([more_said & (more_back | _fell(table)), more_said], ["timing", "complaints"], "unclear")
    return table.assign(tied=states)


def _fell(table: pd.DataFrame) -> pd.Series:
    """True where conversion fell beyond chance against the shop's other products (difference of log ratios,
    false discoveries held)."""
    counts = [table[c] for c in ("paid_buyers", "paid_buyers_before", "others_buyers", "others_buyers_before")]
    error = np.sqrt(sum(1 / c.where(c > 0).to_numpy(dtype="float64") for c in counts))
    ratio = (table["conversion"] / table["conversion_expected"].where(table["conversion_expected"] > 0)).to_numpy()
    z = np.log(np.where(ratio > 0, ratio, np.nan)) / error
    known = ~np.isnan(z)
    fell = np.zeros(len(table), dtype=bool)
    fell[known] = discoveries(ndtr(z[known]), FALSE_SHARE)
    return pd.Series(fell, index=table.index)


def _money(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with refunds_above and conversion_lost."""
    more = (table["reason_refund_share"] - table["reason_refund_share_before"]).clip(lower=0)
    fell = (table["conversion_expected"] - table["conversion"]).clip(lower=0)
    order_value = table["paid_amount_before"] / table["paid_buyers_before"].where(table["paid_buyers_before"] > 0)
    rise = table["complaint_share"] - table["complaint_share_before"].fillna(0.0)
    first = rise.groupby(table["product_id"]).rank(ascending=False, method="first") == 1
    return table.assign(
        refunds_above=more * table["paid_amount"], conversion_lost=(fell * table["visitors"] * order_value).where(first)
    )


def _pairs(shop: Shop, period: Period) -> pd.DataFrame:
    """`complaints_refunds` of every aspect."""
    windows = Windows.of(period)
    table = _complaints(shop, windows)
    if table.empty:
        return table
    table = table.merge(_sold(shop, windows), how="left", left_on="product_id", right_index=True)
    refunds = _refunds(shop, windows)
    counts = ["refund_count", "refund_amount", "refund_count_before", "refund_amount_before"]
    if refunds is None:
        table[counts] = float("nan")
    else:
        table = table.merge(refunds, how="left", left_on=PAIR, right_index=True)
        table[counts] = table[counts].fillna(0.0)
    table = _money(_rates(table))
    table["title"] = table["product_id"].map(titles(shop)).astype("object").fillna(table["product_id"])
    rank = table["tied"].map({"timing": 0, "complaints": 1, "unclear": 2})
    money = table["refunds_above"].fillna(0.0) + table["conversion_lost"].fillna(0.0)
    table = table.assign(rank=rank, money=money).sort_values(
        ["rank", "money", "complaints", *PAIR], ascending=[True, False, False, True, True]
    )
    columns = [*ABOUT, "complaints", "review_count", "complaint_share", "complaint_share_before"]
    back = ["gap_low", "gap_high", "refund_count", "reason_refund_share", "reason_refund_share_before"]
    rest = ["conversion", "conversion_before", "conversion_expected", "refunds_above", "conversion_lost", "tied"]
    return table[[*columns, *back, *rest]]


@needs("reviews")
def complaints_refunds(shop: Shop, period: Period, *, aspect: str = "") -> pd.DataFrame:
    """Per product and aspect with five complaints or more (or of one `aspect`): product_id, title, aspect, complaints,
    review_count, complaint_share, complaint_share_before, gap_low, gap_high (95 % interval of their difference);
    refund_count, reason_refund_share, reason_refund_share_before (refunds of a matching reason ÷ what was paid);
    conversion, conversion_before, conversion_expected (before × how the other products' moved); refunds_above (the
    rise of that share × what was paid, at least 0), conversion_lost (what conversion is below the expected × visitors ×
    order value before, at least 0; on the product's aspect whose complaints rose most, unknown on others); tied: timing
    (complaints rose beyond chance, and so did refunds, or conversion fell below the expected), complaints (only they
    rose), unclear. Tied first, then most money.

    `before` is as many windows of the period's length as 28 days hold, at least one. Refunds are counted by the day of
    payment, each window seen from its own end, so that young orders stand beside equally young ones. Sums of money are
    arithmetic on what came together in time; they do not say that complaints are the reason.
    """
    table = shop.once(f"complaints_refunds {period.start}..{period.end}", lambda: _pairs(shop, period))
    if table.empty and period.clip(counted(shop), "reviewed_at").empty:
        return pd.DataFrame()
    if aspect:
        table = table[table["aspect"] == aspect]
    return because("complaints_refunds.none") if table.empty else table.reset_index(drop=True)


@needs("reviews")
def complaint_refund_weeks(shop: Shop, period: Period) -> pd.DataFrame:
    """The first pair of `complaints_refunds` week by week (seven days ending with the period). Of the pair: product_id,
    title, aspect, tied, period_share, complaint_share_before, refunds_above, conversion_lost. Of the week: week, when,
    complaint_share with low, high; refund_count (of a matching reason, by the day the refund succeeded); conversion
    with conversion_low, conversion_high (95 %). Unknown where a table is missing or a week has no one."""
    pairs = complaints_refunds(shop, period)
    if pairs.empty:
        return pairs
    pair = pairs.iloc[0]
    reviews = counted(shop)
    shown = weeks(reviews["reviewed_at"], period)
    mine = reviews[reviews["product_id"] == pair["product_id"]]
    found = complained(mine)[pair["aspect"]].astype("float64")
    by = found.groupby(week_of(mine["reviewed_at"], period)).agg(["sum", "size"]).reindex(shown, fill_value=0.0)
    table = pd.DataFrame({"week": shown, "complaint_share": (by["sum"] / by["size"].where(by["size"] > 0)).to_numpy()})
    table[["low", "high"]] = wilson(by["sum"], by["size"]).to_numpy()
    table["refund_count"] = _refund_weeks(shop, period, pair, shown)
    table[["conversion", "conversion_low", "conversion_high"]] = _conversion_weeks(shop, period, pair, shown)
    for column in (*ABOUT, "tied", "complaint_share_before", "refunds_above", "conversion_lost"):
        table[column] = pair[column]
    table["period_share"] = pair["complaint_share"]
    return table.assign(when=in_part(table["week"], period))


def _refund_weeks(shop: Shop, period: Period, pair: pd.Series, shown: pd.DatetimeIndex) -> np.ndarray:
    if not shop.has("refunds"):
        return np.full(len(shown), np.nan)
    rows = shop.table("refunds").dropna(subset=["refunded_on", "reason"])
    rows = rows[rows["product_id"] == pair["product_id"]]
    rows = rows[rows["reason"].map(lambda reason: aspect_of_reason(str(reason))) == pair["aspect"]]
    counts = rows.groupby(week_of(rows["refunded_on"], period)).size().reindex(shown, fill_value=0)
    return counts.to_numpy(dtype="float64")


def _conversion_weeks(shop: Shop, period: Period, pair: pd.Series, shown: pd.DatetimeIndex) -> np.ndarray:
    if not shop.has("product_daily"):
        return np.full((len(shown), 3), np.nan)
    rows = shop.table("product_daily")
    rows = rows[rows["product_id"] == pair["product_id"]]
    sums = rows.groupby(week_of(rows["date"], period))[["paid_buyers", "visitors"]].sum(min_count=1).reindex(shown)
    reach = wilson(sums["paid_buyers"], sums["visitors"])
    share = sums["paid_buyers"] / sums["visitors"].where(sums["visitors"] > 0)
    return np.column_stack([share, reach["low"], reach["high"]])
