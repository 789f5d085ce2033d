"""Vital signs: eight weeks beside the figures that the document has anyway; what is not known is left out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.diagnosis.sales import measure_sales
from sizhen.diagnosis.vitals import vitals
from sizhen.document import Vital
from sizhen.tables import Period, Shop
from small_shop import shop_of

MONTH = Period.parse("2026-10")
DAYS = pd.date_range("2026-08-20", "2026-10-31")
Rows = list[dict[str, Any]]


def days(**changed: Any) -> Rows:
    """A shop of about 1,000 visitors a day, of whom 4 % pay 100 each; a day in ten is refunded in part."""
    rows = []
    for n, day in enumerate(DAYS):
        visitors = 900 + 50 * (n % 5)
        buyers = 5 * round(visitors * 0.008)
        row = {"visitors": visitors, "paid_buyers": buyers, "paid_orders": buyers, "paid_amount": 100.0 * buyers}
        rows.append({"date": day, **row, "paid_units": buyers, "refund_amount": 50.0 * (n % 3), **changed})
    return rows


def goods(rows: Rows) -> Rows:
    """All sold as one product of 60, but for a fifth of p2, which costs 60 too."""
    parts = (("p1", 0.8), ("p2", 0.2))
    return [
        {
            "date": r["date"],
            "product_id": p,
            "paid_units": round(r["paid_units"] * part),
            "paid_amount": r["paid_amount"] * part,
        }
        for r in rows
        for p, part in parts
    ]


def advertised(rows: Rows, cost: float | None = 300.0) -> Rows:
    return [{"date": r["date"], "channel": "paid_search", "device": "all", "visitors": 100, "cost": cost} for r in rows]


def costs(*known: str) -> Rows:
    return [{"product_id": p, "title": p, "unit_cost": 60.0 if p in known else None} for p in ("p1", "p2")]


def signs(shop: Shop, real: frozenset[Any] = frozenset()) -> dict[str, Vital]:
    chart = open_chart(shop, MONTH)
    return {v.metric: v for v in vitals(chart, measure_sales(chart), real)}


def whole(folder: Path, *known: str, cost: float | None = 300.0, **tables: Any) -> Shop:
    rows = days()
    return shop_of(
        folder,
        shop_daily=rows,
        product_daily=goods(rows),
        traffic_daily=advertised(rows, cost),
        products=costs(*known),
        **tables,
    )


def test_every_vital_sign_that_is_known_in_its_order(tmp_path: Path) -> None:
    found = signs(whole(tmp_path, "p1", "p2"))
    assert list(found) == [
        *("visitors", "conversion", "average_order_value", "refund_amount", "ad_spend", "contribution")
    ]


def test_eight_weeks_end_with_the_period_and_hold_what_the_table_holds(tmp_path: Path) -> None:
    shop = whole(tmp_path, "p1", "p2")
    found, rows = signs(shop), shop.table("shop_daily").set_index("date")
    starts = [date(2026, 10, 31) - timedelta(days=7 * n - 1) for n in range(8, 0, -1)]
    for metric in ("visitors", "refund_amount"):
        weeks = found[metric].weeks
        assert [w.start for w in weeks] == starts
        assert [w.value for w in weeks] == [
            pytest.approx(rows.loc[str(s) : str(s + timedelta(days=6)), metric].sum())
            for s in starts  # type: ignore[misc]
        ]
        assert [w.now for w in weeks] == [False] * 4 + [True] * 4
    last = rows.loc["2026-10-25":]  # type: ignore[misc]
    assert found["conversion"].weeks[-1].value == pytest.approx(
        last["paid_buyers"].sum() / last["visitors"].sum(), abs=1e-6
    )


def test_a_week_is_of_the_period_if_most_of_its_days_are(tmp_path: Path) -> None:
    chart = open_chart(whole(tmp_path), Period.parse("2026-10-22..2026-10-31"))
    (visitors, *_) = vitals(chart, measure_sales(chart), frozenset())
    assert [w.now for w in visitors.weeks] == [False] * 7 + [True], "three days of the week before are of the period"


def test_the_periods_figures_are_those_of_their_homes(tmp_path: Path) -> None:
    chart = open_chart(whole(tmp_path, "p1", "p2"), MONTH)
    sales = measure_sales(chart)
    found = {v.metric: v for v in vitals(chart, sales, frozenset())}
    for metric in ("visitors", "conversion", "average_order_value"):
        reading = chart.reading(metric)
        assert reading is not None
        assert (found[metric].observed, found[metric].expected) == pytest.approx(
            (reading.observed, reading.expected), abs=1e-6
        )
    for name, metric in (("refunds", "refund_amount"), ("ad_spend", "ad_spend")):
        line = next(x for x in sales.cost_lines if x[0] == name)
        assert (found[metric].observed, found[metric].expected) == pytest.approx(line[1:])
    paid, units = (
        sum(r[c] for r in days() if r["date"] >= pd.Timestamp(MONTH.start)) for c in ("paid_amount", "paid_units")
    )
    back = sum(r["refund_amount"] for r in days() if r["date"] >= pd.Timestamp(MONTH.start))
    assert found["contribution"].observed == pytest.approx(paid - back - 60 * units - 300 * 31)


@pytest.mark.parametrize(("known", "told"), [(("p1", "p2"), True), (("p1",), True), (("p2",), False), ((), False)])
def test_contribution_is_known_where_the_cost_of_four_fifths_of_sales_is(
    tmp_path: Path, known: tuple[str, ...], told: bool
) -> None:
    found = signs(whole(tmp_path, *known))
    assert ("contribution" in found) == told
    if told:
        every = signs(whole(tmp_path, "p1", "p2"))["contribution"].observed
        assert found["contribution"].observed == pytest.approx(every), "goods of unknown cost cost what the others do"


def test_what_is_not_known_is_left_out_and_never_nothing(tmp_path: Path) -> None:
    found = signs(whole(tmp_path, "p1", "p2", cost=None))
    assert "ad_spend" not in found and "contribution" not in found
    assert "refund_amount" not in signs(shop_of(tmp_path, shop_daily=days(refund_amount=None)))


def test_a_week_without_a_day_is_unknown_and_a_rate_is_that_of_the_others(tmp_path: Path) -> None:
    rows = [r for r in days() if r["date"] != pd.Timestamp("2026-10-13")]
    found = signs(shop_of(tmp_path, shop_daily=rows))
    assert [w.value is None for w in found["visitors"].weeks] == [False] * 5 + [True] + [False] * 2
    assert all(w.value is not None for w in found["conversion"].weeks)


def test_a_day_that_stands_twice_spoils_its_week(tmp_path: Path) -> None:
    rows = days(cart_buyers=80)
    rows[-10] = rows[-11] | {"date": rows[-10]["date"]}
    found = signs(shop_of(tmp_path, shop_daily=rows))
    assert [w.value is None for w in found["visitors"].weeks] == [False] * 6 + [True, False]


def test_weeks_before_the_first_day_are_unknown_and_nothing_is_expected(tmp_path: Path) -> None:
    rows = [r for r in days() if r["date"] >= pd.Timestamp("2026-10-12")]
    found = signs(shop_of(tmp_path, shop_daily=rows))
    assert [w.value is None for w in found["visitors"].weeks] == [True] * 6 + [False] * 2
    assert found["visitors"].expected is None and not found["visitors"].beyond_chance
    assert found["visitors"].observed == sum(r["visitors"] for r in rows)


def _orders(per_day: int) -> Rows:
    moments = [d + pd.Timedelta(hours=9 + n % 8, minutes=n) for d in DAYS for n in range(per_day)]
    return [
        {
            "order_id": f"o{n}",
            "buyer_id": f"b{n}",
            "created_at": m,
            "paid_at": m,
            "units": 1,
            "paid_amount": 100.0,
            "amount": 100.0,
        }
        for n, m in enumerate(moments)
    ]


def test_a_shop_known_by_its_orders_has_orders_and_their_value(tmp_path: Path) -> None:
    found = signs(shop_of(tmp_path, orders=_orders(20)))
    assert list(found) == ["paid_orders", "average_order_value"]
    assert [w.value for w in found["paid_orders"].weeks] == [140.0] * 8


@pytest.mark.parametrize(("per_day", "value"), [(2, 12.0), (20, None)])
def test_a_day_without_an_order_is_one_only_where_orders_are_rare(
    tmp_path: Path, per_day: int, value: float | None
) -> None:
    gone = pd.Timestamp("2026-10-28")
    rows = [r for r in _orders(per_day) if r["created_at"].normalize() != gone]
    assert signs(shop_of(tmp_path, orders=rows))["paid_orders"].weeks[-1].value == value


def test_what_passed_the_gate_is_beyond_chance_and_what_it_does_not_test_by_its_own_reading(tmp_path: Path) -> None:
    dearer = [r | {"cost": 900.0} if r["date"] >= pd.Timestamp(MONTH.start) else r for r in advertised(days())]
    shop = shop_of(tmp_path, shop_daily=days(), traffic_daily=dearer)
    assert not signs(shop)["conversion"].beyond_chance
    found = signs(shop, frozenset({("conversion", "shop", "-")}))
    assert {m: v.beyond_chance for m, v in found.items()} == {
        "visitors": False,
        "conversion": True,
        "average_order_value": False,
        "refund_amount": False,
        "ad_spend": True,
    }


def test_refunds_are_not_final_while_orders_can_still_come_back(tmp_path: Path) -> None:
    back = [
        {
            "refund_id": "r1",
            "order_id": "o",
            "product_id": "p1",
            "paid_on": "2026-10-02",
            "refunded_on": "2026-10-05",
            "amount": 9.0,
        }
    ]
    found = signs(whole(tmp_path, "p1", "p2", refunds=back))
    assert {m for m, v in found.items() if v.immature} == {"refund_amount", "contribution"}


def test_a_shop_without_sales_has_no_vital_sign(tmp_path: Path) -> None:
    chart: Chart = open_chart(shop_of(tmp_path, products=costs()), MONTH)
    assert vitals(chart, measure_sales(chart), frozenset()) == ()
