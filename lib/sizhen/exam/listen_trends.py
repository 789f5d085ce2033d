"""Complaints week by week, and which of them have risen by more than chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betainc

from sizhen.exam.compare import BEFORE, CONFIDENT, NOW, in_part, week_of, weeks, wilson
from sizhen.exam.listen_leading import leading
from sizhen.exam.listen_reviews import complained, counted
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop
from sizhen.tables.chance import discoveries

FALSE_SHARE = 0.01  # of what is said to have risen
FEWEST = 5  # complaints in the period's weeks: below, nothing is said
SERIES = ["product_id", "aspect"]
BY_WEEKS = ("complaints", "complaint_share", "complaint_share_before")  # elsewhere these are counted by days


def _weekly(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product_id (empty: the whole shop; else a leading product), week and aspect: complaints and review_count."""
    return shop.once(f"complaint weeks {period.start}..{period.end}", lambda: _counted_weekly(shop, period))


def _counted_weekly(shop: Shop, period: Period) -> pd.DataFrame:
    reviews = counted(shop)
    shown = weeks(reviews["reviewed_at"], period)
    rows = reviews.assign(week=week_of(reviews["reviewed_at"], period))
    rows = rows[rows["week"].isin(shown)]
    if rows.empty:
        return pd.DataFrame()
    found = complained(rows).astype("float64").assign(review_count=1.0, week=rows["week"])
    first_five = leading(shop, period, period.clip(rows, "reviewed_at"))["product_id"]
    mine = found.assign(product_id=rows["product_id"])[rows["product_id"].isin(first_five)]
    sums = pd.concat([found.assign(product_id=""), mine]).groupby(["product_id", "week"]).sum()
    products = sums.index.get_level_values(0).unique()
    keys: list[list[object]] = [list(products), list(shown)]
    every = pd.MultiIndex.from_product(keys, names=["product_id", "week"])
    long = sums.reindex(every, fill_value=0.0).reset_index()
    return long.melt(["product_id", "week", "review_count"], var_name="aspect", value_name="complaints")


def _unrest(past: pd.DataFrame) -> float:
    """How much more than chance the shop's complaints differ from week to week: the weeks before tell the k of a
    negative-binomial variance m + k m², all aspects together; at least 0."""
    rows = past[past["product_id"] == ""]
    sums = rows.groupby("aspect")[["complaints", "review_count"]].transform("sum")
    usual = rows["review_count"] * sums["complaints"] / sums["review_count"]
    count = rows["week"].nunique()
    if count < 2 or not usual.sum() > 0:
        return 0.0
    spread = (rows["complaints"] - usual) ** 2 * count / (count - 1)
    return max(0.0, float((spread - usual).sum() / (usual**2).sum()))


def _tested(table: pd.DataFrame, unrest: float) -> pd.DataFrame:
    """`table` with ratio (of the shares now and before), ratio_low, ratio_high (95 %), trend and p_value.

    The p-value of no rise is the negative-binomial tail of the complaints, its mean and spread foretold by those
    before; where weeks differ by chance alone it is the exact test for two Poisson counts.
    """
    now, past = table["complaints"], table["complaints_before"]
    unsteady = unrest * (1 / table["weeks"] + 1 / table["weeks_before"].where(table["weeks_before"] > 0))
    size = 1 / (1 / (past + 1) + unsteady)
    expected = (past + 1) * table["review_count"] / table["review_count_before"].where(table["review_count_before"] > 0)
    p = pd.Series(betainc(now.clip(lower=1e-9), size, expected / (expected + size)), index=table.index)
    tested = (now >= FEWEST) & p.notna()
    risen = pd.Series(False, index=table.index)
    risen[tested] = discoveries(p[tested].to_numpy(), FALSE_SHARE)
    ratio = table["complaint_share"] / table["complaint_share_before"].where(past > 0)
    reach = np.exp(CONFIDENT * np.sqrt(1 / now.where(now > 0) + 1 / past.where(past > 0) + unsteady))
    return table.assign(
        ratio=ratio,
        ratio_low=(ratio / reach).where(now > 0, ratio),
        ratio_high=ratio * reach,
        trend=np.select([~tested, risen], ["few", "risen"], "steady"),
        p_value=p,
    )


def _sums(table: pd.DataFrame) -> pd.DataFrame:
    """Per series with a complaint: its counts and shares, of the period's weeks and of those before."""
    counts, ends = ["complaints", "review_count", "weeks"], ((NOW, ""), (BEFORE, "_before"))
    sums = table.pivot_table(index=SERIES, columns="when", values=counts, aggfunc="sum", fill_value=0.0)
    told = {f"{c}{end}": sums.get((c, w), 0.0) for c in counts for w, end in ends}
    found = pd.DataFrame(told, index=sums.index).reset_index()
    found = found[(found["complaints"] + found["complaints_before"] > 0) & (found["review_count"] > 0)]
    found["complaint_share"] = found["complaints"] / found["review_count"]
    before = found["review_count_before"]
    found["complaint_share_before"] = found["complaints_before"] / before.where(before > 0)
    found[["low", "high"]] = wilson(found["complaints"], found["review_count"])
    return found


@needs("reviews")
def complaint_rises(shop: Shop, period: Period) -> pd.DataFrame:
    """Per aspect, of the whole shop (product_id and title empty) and of each leading product: complaints, review_count
    and complaint_share of the period's weeks with low, high (95 %); complaints_before, review_count_before and
    complaint_share_before of the up to 13 weeks before; ratio of the shares with ratio_low, ratio_high (95 %); trend:
    risen (by more than chance), steady, few (under 5 complaints). Risen first, then most complaints.

    A rise is tested on complaints per review against a negative-binomial spread learnt from the shop's weeks before;
    false discoveries are held at 1 % over all rows with 5 complaints or more.
    """
    table = _weekly(shop, period)
    if table.empty:
        return pd.DataFrame()
    rises = _sums(table.assign(when=in_part(table["week"], period), weeks=1.0))
    if rises.empty:
        return pd.DataFrame()
    past = table[in_part(table["week"], period) == BEFORE]
    rises = _tested(rises, _unrest(past))
    names = leading(shop, period, period.clip(counted(shop), "reviewed_at")).set_index("product_id")["title"]
    rises.insert(1, "title", rises["product_id"].map(names).astype("object").fillna(rises["product_id"]))
    steady = rises["trend"] != "risen"
    rises = rises.assign(steady=steady, first=rises["p_value"].where(~steady, -rises["complaints"]))
    ranked = rises.sort_values(["steady", "first", "product_id", "aspect"])
    ranked = ranked.drop(columns=["steady", "first", "p_value", "weeks", "weeks_before"]).reset_index(drop=True)
    ranked.attrs["heads"] = {column: f"{column}.weeks" for column in BY_WEEKS}
    return ranked


@needs("reviews")
def complaint_weeks(shop: Shop, period: Period) -> pd.DataFrame:
    """Per series of `complaint_rises` (product_id, title, aspect, in that order) and week of seven days ending with the
    period: week, when, complaints, review_count, complaint_share with low, high (95 %; unknown in a week without
    reviews), and the series' ratio, ratio_low, ratio_high and trend."""
    rises = complaint_rises(shop, period)
    if rises.empty:
        return pd.DataFrame()
    test = ["ratio", "ratio_low", "ratio_high", "trend"]
    table = rises[["product_id", "title", "aspect", *test]].merge(_weekly(shop, period), how="left", on=SERIES)
    table["complaint_share"] = table["complaints"] / table["review_count"].where(table["review_count"] > 0)
    table[["low", "high"]] = wilson(table["complaints"], table["review_count"])
    table["when"] = in_part(table["week"], period)
    counts = ["week", "when", "complaints", "review_count", "complaint_share", "low", "high"]
    return table[["product_id", "title", "aspect", *counts, *test]]
