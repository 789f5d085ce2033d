"""Look at pages: products, campaigns and changes of a page, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.exam import look
from sizhen.exam.look_changes import windows
from sizhen.exam.proportions import gap
from sizhen.tables import Period
from small_shop import BEFORE, NOW, WEEK, shop_of, source

MONTH = Period.parse("2026-10")
DAY = pd.Timedelta(days=1)


def product(date: str, id: str, **figures: float) -> dict[str, object]:
    return {"date": date, "product_id": id, **figures}


def test_products_that_lose_most_visitors(tmp_path: Path) -> None:
    rows = [
        product(BEFORE, "a", visitors=1000, bounced_visitors=400, dwell_seconds=40),
        product(BEFORE, "b", visitors=10, bounced_visitors=10, dwell_seconds=1),
        product(NOW, "a", visitors=1000, bounced_visitors=600, dwell_seconds=30, paid_buyers=20),
        product(NOW, "b", visitors=20, bounced_visitors=20, dwell_seconds=2, paid_buyers=0),
        product(NOW, "c", visitors=980, bounced_visitors=380, dwell_seconds=50, paid_buyers=49),
        product(NOW, "d", visitors=50),
    ]
    pages = look.product_pages(shop_of(tmp_path, product_daily=rows), WEEK).set_index("product_id")
    assert list(pages.index) == ["a", "b", "c"]
    assert pages["average_rate"].tolist() == [0.5] * 3
    assert pages["extra_bounced"].tolist() == [100, 10, -110]
    assert pages["extra_bounced"].sum() == pytest.approx(0)
    assert pages["above_average"].tolist() == [True, True, False]
    a, b = pages.loc["a"], pages.loc["b"]
    assert (a["bounce_rate.visitor_before"], a["bounce_rate.visitor_change"]) == (0.4, pytest.approx(0.2))
    assert a["dwell_seconds_change"] == pytest.approx(-0.25)
    assert (a["low"], a["high"]) == (pytest.approx(0.5693, abs=1e-4), pytest.approx(0.6299, abs=1e-4))
    assert np.isnan(b["bounce_rate.visitor_before"]), "ten visitors are no past"
    assert b["low"] > 0.8 and b["title"] == "b"


def test_unknown_bounces_are_named(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, product_daily=[product(NOW, "a", visitors=50)])
    assert look.product_pages(shop, WEEK).attrs["needs"] == ["bounced_visitors"]


def came(date: str, channel: str, visitors: int, buyers: int, device: str = "mobile") -> dict[str, object]:
    figures = {"visitors": visitors, "page_views": 3 * visitors, "bounced_visitors": visitors // 2}
    return source(date, channel, "", device, **figures, favourite_buyers=visitors // 10, paid_buyers=buyers)


def test_campaign_visitors_beside_the_rest(tmp_path: Path) -> None:
    rows = [came(NOW, "activity", 100, 2), came(NOW, "search", 300, 12), came(NOW, "owned", 100, 8)]
    table = look.campaign_pages(shop_of(tmp_path, traffic_daily=rows), WEEK).set_index("arrival")
    activity, rest = table.loc["activity"], table.loc["rest"]
    assert (activity["visitor_days"], rest["visitor_days"]) == (100, 400)
    assert (activity["conversion"], rest["conversion"]) == (0.02, 0.05)
    assert (activity["bounce_rate.visitor"], activity["depth.visitor"], activity["favourite_rate"]) == (0.5, 3, 0.1)
    assert activity["low"] < 0.02 < activity["high"]
    assert (activity["when"], activity["starts_on"]) == ("period", pd.Timestamp("2026-10-26"))


def test_campaign_visitors_of_the_last_promotion(tmp_path: Path) -> None:
    rows = [came(BEFORE, "activity", 50, 2), came(BEFORE, "search", 100, 3), came(NOW, "search", 100, 3)]
    sale = {"starts_on": BEFORE, "name": "促销", "ends_on": "2026-10-21", "kind": "promotion"}
    table = look.campaign_pages(shop_of(tmp_path, traffic_daily=rows, events=[sale]), WEEK)
    assert table["when"].tolist() == ["promotion"] * 2
    assert table["starts_on"].iloc[0] == pd.Timestamp(BEFORE)
    assert table["visitor_days"].tolist() == [50, 100]
    (tmp_path / "other").mkdir()
    none = look.campaign_pages(shop_of(tmp_path / "other", traffic_daily=rows), WEEK)
    assert none.attrs["needs"] == ["activity"]


def days(first: str, last: str, rate: float, bounced: float = 0.5, **more: object) -> list[dict[str, object]]:
    figures = {"visitors": 1000, "page_views": 3000, "bounced_visitors": 1000 * bounced, "paid_buyers": 1000 * rate}
    return [{"date": str(d.date()), **figures, **more} for d in pd.date_range(first, last)]


def event(starts_on: str, name: str = "改版", **more: object) -> dict[str, object]:
    return {"starts_on": starts_on, "name": name, "kind": "page", **more}


def test_before_and_after_a_change(tmp_path: Path) -> None:
    rows = days("2026-09-20", "2026-10-14", 0.03) + days("2026-10-15", "2026-10-31", 0.05, 0.55)
    shop = shop_of(tmp_path, shop_daily=rows, events=[event("2026-10-15"), event("2026-08-01", "早")])
    changes = look.page_changes(shop, MONTH).set_index("metric")
    assert changes["event"].tolist() == ["改版"] * 3
    assert (changes["days_before"].tolist(), changes["days"].tolist()) == ([14] * 3, [14] * 3)
    rate, bounce = changes.loc["conversion"], changes.loc["bounce_rate.visitor"]
    assert (rate["value_before"], rate["value"]) == (pytest.approx(0.03), pytest.approx(0.05))
    assert rate["moved_low"] < 0.02 < rate["moved_high"]
    assert rate["value_change"] == pytest.approx(0.02)
    assert (rate["moved"], bounce["moved"], changes.loc["depth.visitor", "moved"]) == ("better", "worse", "unclear")
    assert np.isnan(changes.loc["depth.visitor", "moved_low"])
    assert changes["meanwhile"].tolist() == [1] * 3, "the National Day holiday"


def test_a_product_has_its_own_figures_and_few_visitors_say_so(tmp_path: Path) -> None:
    shown = [{**row, "visitors": 5, "bounced_visitors": 2} for row in days("2026-10-01", "2026-10-31", 0.0)]
    rows = [{**row, "product_id": "a"} for row in shown]
    shop = shop_of(
        tmp_path,
        shop_daily=days("2026-10-01", "2026-10-31", 0.03),
        product_daily=rows,
        products=[{"product_id": "a", "title": "衬衫"}],
        events=[event("2026-10-15", product_id="a"), event("2026-10-31", "最后一天")],
    )
    changes = look.page_changes(shop, MONTH)
    assert changes["event"].drop_duplicates().tolist() == ["最后一天", "改版"], "latest first"
    last, product_rows = changes.iloc[:3], changes.iloc[3:]
    assert last["value"].isna().all() and (last["moved"] == "few").all()
    assert (product_rows["title"] == "衬衫").all()
    assert product_rows["visitor_days"].tolist() == [70] * 3
    assert (product_rows["moved"] == "few").all()
    assert product_rows.set_index("metric").loc["bounce_rate.visitor", "value"] == pytest.approx(0.4)


def test_no_change_is_told_apart_from_no_events(tmp_path: Path) -> None:
    rows = days("2026-10-01", "2026-10-31", 0.03)
    assert look.page_changes(shop_of(tmp_path, shop_daily=rows), MONTH).attrs["needs"] == ["events"]
    (tmp_path / "other").mkdir()
    none = look.page_changes(shop_of(tmp_path / "other", shop_daily=rows, events=[event("2026-01-01")]), MONTH)
    assert none.attrs == {"needs": [], "empty": "page_changes.none"}


@given(st.integers(0, 40), st.integers(-3, 40), st.dates(min_value=MONTH.start, max_value=MONTH.end).map(pd.Timestamp))
def test_windows_hold_as_many_of_each_weekday(room: int, left: int, changed: pd.Timestamp) -> None:
    first, last = changed - room * DAY, changed + left * DAY
    before, after = windows(changed, first, last)
    assert len(before) == len(after) <= 14
    assert sorted(before.day_of_week) == sorted(after.day_of_week)
    assert all(first <= day < changed for day in before)
    assert all(changed < day <= last for day in after)
    if room >= 14 and left >= 14:
        assert len(after) == 14
    elif room >= 7:
        assert len(after) == (7 if left >= 7 else max(left, 0))


COUNTS = st.tuples(st.integers(1, 500), st.integers(1, 500)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


def counted(*counts: float) -> list[pd.Series]:
    return [pd.Series([float(n)]) for n in counts]


@given(COUNTS)
def test_the_interval_holds_the_difference_and_turns_with_it(counts: tuple[int, int, int, int]) -> None:
    hits, n, hits_before, n_before = counts
    forth = gap(*counted(hits, n, hits_before, n_before)).iloc[0]
    back = gap(*counted(hits_before, n_before, hits, n)).iloc[0]
    moved = hits / n - hits_before / n_before
    assert forth["gap_low"] - 1e-9 <= moved <= forth["gap_high"] + 1e-9
    assert (forth["gap_low"], forth["gap_high"]) == (pytest.approx(-back["gap_high"]), pytest.approx(-back["gap_low"]))
    assert -1 - 1e-9 <= forth["gap_low"] <= forth["gap_high"] <= 1 + 1e-9


def test_newcombes_published_interval() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, method 10, example a)."""
    found = gap(*counted(56, 70, 48, 80)).iloc[0]
    assert (found["gap_low"], found["gap_high"]) == pytest.approx((0.0524, 0.3339), abs=1e-4)
