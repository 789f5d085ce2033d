"""Refunds: when, why and of which products."""

from __future__ import annotations

import pandas as pd

from sizhen.exam.compare import BEFORE, NOW, WEEK, comparable, in_part, parts, titles, week_of, weeks
from sizhen.exam.figures import Figure, figure
from sizhen.exam.needs import needs
from sizhen.tables import Period, Shop, prepared
from sizhen.texts.clean import hide
from sizhen.vocab import load


def _by(shop: Shop, period: Period, column: str) -> pd.DataFrame:
    """Refunds that succeeded in the period per value of `column`, beside the baseline's scaled to as many days."""
    refunds = hide(shop.table("refunds"), "reason")
    refunds = refunds.assign(reason=refunds["reason"].fillna(""))
    told = parts(refunds, period, "refunded_on").dropna(subset=column)
    counts = told.groupby([column, "when"]).size().unstack("when").reindex(columns=[BEFORE, NOW]).fillna(0.0)
    amounts = told[told["when"] == NOW].groupby(column)["amount"].sum(min_count=1)
    table = pd.DataFrame(
        {
            "refund_count": counts[NOW],
            "refund_count_before": counts[BEFORE] * comparable(refunds["refunded_on"], period),
            "refund_amount": amounts,
        }
    )
    return table.sort_values(["refund_count", "refund_count_before"], ascending=False, kind="stable").reset_index()


@needs("refunds")
def refund_reasons(shop: Shop, period: Period) -> pd.DataFrame:
    """Per reason, by success date: refund_count, refund_count_before (scaled to as many days), refund_amount,
    refund_count_share. Most frequent first; last, with an empty reason, the refunds that tell none."""
    table = _by(shop, period, "reason")
    table = table.sort_values("reason", key=lambda reason: reason == "", kind="stable", ignore_index=True)
    return table.assign(refund_count_share=table["refund_count"] / table["refund_count"].sum()) if len(table) else table


@figure("listen.refund_reasons:refund_amount")
def refund_amount(reasons: pd.DataFrame) -> Figure:
    """Money refunded, whatever the reason; of how many refunds."""
    return Figure(float(reasons["refund_amount"].sum(min_count=1)), float(reasons["refund_count"].sum()))


@needs("refunds")
def refund_products(shop: Shop, period: Period) -> pd.DataFrame:
    """Per product with refunds that succeeded in the period: product_id, title, refund_count, refund_count_before,
    refund_amount, reason (the leading one) and leading_share (its share of the product's refunds with a reason)."""
    table = _by(shop, period, "product_id")
    table = table[table["refund_count"] > 0] if len(table) else table
    if table.empty:
        return pd.DataFrame()
    now = hide(period.clip(shop.table("refunds"), "refunded_on"), "reason").dropna(subset=["product_id", "reason"])
    told = now.groupby(["product_id", "reason"]).size().rename("told").reset_index()
    told["leading_share"] = told["told"] / told.groupby("product_id")["told"].transform("sum")
    first = told.sort_values(["told", "reason"], ascending=[False, True]).drop_duplicates("product_id")
    table = table.merge(first.drop(columns="told"), how="left", on="product_id")
    table.insert(1, "title", table["product_id"].map(titles(shop)).astype("str"))
    return table.reset_index(drop=True)


def refund_weeks(shop: Shop, period: Period) -> pd.DataFrame:
    """Per week of seven days ending with the period: refund_count and refund_amount by success date; paid_amount and
    refund_rate by payment date; `not_final`: the rate is not final, as refunds may still come (15 days); `when`.

    Without the table `refunds` the rate is read from `orders`: refund_amount ÷ amount of the orders paid that week.
    """
    known = shop.has("refunds") or not shop.has("orders")
    return _weeks_of_refunds(shop, period) if known else _weeks_of_orders(shop, period)


@needs("refunds")
def _weeks_of_refunds(shop: Shop, period: Period) -> pd.DataFrame:
    refunds = shop.table("refunds")
    days = shop.daily() if shop.has("shop_daily") or shop.has("orders") else None
    paid = pd.DataFrame({"date": pd.Series(dtype="datetime64[us]"), "paid_amount": pd.Series(dtype="float64")})
    paid = paid if days is None else days[["date", "paid_amount"]]
    shown = weeks(refunds["refunded_on"], period)
    table = _rates(refunds, paid, shown, period, max(refunds["refunded_on"].max(), paid["date"].max(), key=_moment))
    if table.empty:
        return table
    done = refunds.assign(week=week_of(refunds["refunded_on"], period)).groupby("week")["amount"]
    counts = pd.DataFrame({"refund_count": done.size(), "refund_amount": done.sum()}).reindex(shown, fill_value=0.0)
    table[["refund_count", "refund_amount"]] = counts.to_numpy()
    return table


@needs("orders")
def _weeks_of_orders(shop: Shop, period: Period) -> pd.DataFrame:
    orders = prepared.by_payment(shop.table("orders"))
    day = orders["date"]
    paid = pd.DataFrame({"date": day, "paid_amount": orders["amount"]})
    back = pd.DataFrame({"paid_on": day, "amount": orders["refund_amount"]})
    return _rates(back, paid, weeks(day, period), period, day.max())


def _moment(value: pd.Timestamp) -> pd.Timestamp:
    return pd.Timestamp.min if pd.isna(value) else value


def _rates(
    refunds: pd.DataFrame, paid: pd.DataFrame, shown: pd.DatetimeIndex, period: Period, known_until: pd.Timestamp
) -> pd.DataFrame:
    """The weeks `shown` with paid_amount, refund_rate by payment date, not_final and when."""
    if shown.empty:
        return pd.DataFrame()
    sold = paid["paid_amount"].groupby(week_of(paid["date"], period)).sum(min_count=1).reindex(shown)
    back = refunds["amount"].groupby(week_of(refunds["paid_on"], period)).sum(min_count=1).reindex(shown)
    final = shown + pd.Timedelta(days=WEEK - 1 + load().metrics["refund_rate"].maturity_days)
    dated = back.fillna(0.0) if refunds["paid_on"].notna().any() else back
    rate = dated / sold.where(sold > 0)
    table = pd.DataFrame({"week": shown, "paid_amount": sold.to_numpy(), "refund_rate": rate.to_numpy()})
    return table.assign(not_final=final > known_until, when=in_part(table["week"], period))
