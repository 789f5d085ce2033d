"""Reviews typed by hand, and shops of them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sizhen.tables import Period, Shop

OCTOBER = Period.parse("2026-10")
PHONE, BUYER = "13912345678", "小明老师"
Make = Callable[..., Shop]


def said(day: str, text: str, count: int = 1, product: str = "p1", rating: float | None = 5) -> pd.DataFrame:
    row = {"reviewed_at": day, "product_id": product, "rating": rating, "text": text}
    return pd.DataFrame([row] * count)


def reviews(*parts: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True)
    ids = [f"r{n}" for n in range(len(rows))]
    return rows.assign(review_id=ids, buyer=[f"{BUYER}{n}" for n in range(len(rows))])


def weekly(text: str, per_week: list[int], praise: int = 20, product: str = "p1") -> list[pd.DataFrame]:
    """Reviews of the weeks that end on 31 October, so many of `text` and `praise` kind ones each."""
    days = pd.date_range(end="2026-10-31", periods=len(per_week), freq="7D").strftime("%Y-%m-%d")
    first = said("2026-08-02", "很好", 1, product)
    each = (
        (said(d, "很好", praise, product), said(d, text, n, product, 1)) for d, n in zip(days, per_week, strict=True)
    )
    return [first, *(part for parts in each for part in parts if len(part))]


def days(first: str = "2026-09-01", last: str = "2026-10-31", product: str = "p1", **figures: float) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(first, last), "product_id": product, **figures})


def words_shop(shop: Make) -> Shop:
    now = [
        said("2026-10-10", f"静电 {PHONE}", 12, rating=1),
        said("2026-10-12", "发货慢", 8, rating=1),
    ]
    before = [said("2026-09-15", "发货慢", 14, rating=1), said("2026-09-16", "静电", 1, rating=1)]
    return shop(reviews=reviews(*now, *before, said("2026-10-11", "很好", 30), said("2026-09-11", "很好", 30)))


def joined_shop(shop: Make, **more: pd.DataFrame) -> Shop:
    now = [said("2026-10-10", "尺码偏小", 20, rating=1), said("2026-10-11", "很好", 80)]
    before = [said("2026-09-10", "尺码偏小", 4, rating=1), said("2026-09-11", "很好", 96)]
    sizes = {"product_id": "p1", "reason": "尺码不合适", "paid_on": "2026-10-02", "refunded_on": "2026-10-05"}
    back = [sizes | {"amount": 100.0}] * 20 + [sizes | {"amount": 50.0, "reason": "买贵了"}]
    back += [sizes | {"amount": 100.0, "paid_on": "2026-09-02", "refunded_on": "2026-09-05"}] * 4
    back += [
        sizes | {"amount": 100.0, "paid_on": "2026-09-25", "refunded_on": "2026-10-05"}
    ] * 9  # not yet by 30 September
    refunds = pd.DataFrame(back).assign(refund_id=[f"f{n}" for n in range(len(back))])
    sold = [
        days("2026-08-31", "2026-09-30", visitors=1000.0, paid_buyers=50.0, paid_amount=5000.0),
        days("2026-10-01", "2026-10-31", visitors=1000.0, paid_buyers=25.0, paid_amount=2500.0),
        days("2026-08-31", "2026-09-30", "p2", visitors=500.0, paid_buyers=20.0, paid_amount=1000.0),
        days("2026-10-01", "2026-10-31", "p2", visitors=500.0, paid_buyers=16.0, paid_amount=800.0),
    ]
    tables_ = {"reviews": reviews(*now, *before), "refunds": refunds, "product_daily": pd.concat(sold)} | more
    return shop(**tables_)
