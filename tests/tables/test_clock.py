"""Times that name their zone are read as the shop's clock showed them, in tables and in exports alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.intake.layouts import common
from sizhen.intake.values import column, parser
from sizhen.tables import DataError
from sizhen.tables.clock import told_apart
from sizhen.tables.schema import conform

INSTANTS = st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC))
OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
SHOPS = st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Europe/London", "Asia/Kathmandu", "Africa/Cairo"])
UTC_FORMS = ("{0:%Y-%m-%dT%H:%M:%S}Z", "{0:%Y-%m-%d %H:%M:%S} UTC", "{0:%Y-%m-%d %H:%M:%S} GMT")


def forms(instant: datetime, ahead: timedelta) -> list[str]:
    """The instant as programs write it, with an offset or in UTC."""
    there = instant.astimezone(timezone(ahead))
    sign, minutes = "-" if ahead < timedelta() else "+", abs(ahead) // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    offsets = [f"{sign}{hours:02}:{rest:02}", f"{sign}{hours:02}{rest:02}"]
    offsets += [f"UTC{sign}{hours}", f"{sign}{hours:02}"] if not rest else []
    behind = [f"{there:{shape}}{gap}{o}" for o in offsets for shape in SHAPES for gap in ("", " ")]
    return [*behind, f"{there:%Y-%m-%dT%H:%M:%S.000}{offsets[0]}", *(form.format(instant) for form in UTC_FORMS)]


SHAPES = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


def orders(cells: object, shop: str = "Asia/Shanghai") -> pd.Series:
    frame = pd.DataFrame({"created_at": cells})
    return conform(frame.assign(order_id=[f"{i:04}" for i in frame.index]), "orders", "o", timezone=shop)["created_at"]


@given(INSTANTS, OFFSETS, SHOPS)
@settings(max_examples=examples(60), deadline=None)
def test_an_instant_is_the_same_shop_time_in_every_form(instant: datetime, ahead: timedelta, shop: str) -> None:
    told, shown = forms(instant, ahead), instant.astimezone(ZoneInfo(shop)).replace(tzinfo=None)
    assert set(orders(told, shop)) == {pd.Timestamp(shown)}
    formats = common().dates
    imported, refused = column(told, "datetime", parser("datetime", formats, timezone=shop), formats, shop)
    assert (set(imported), refused) == ({pd.Timestamp(shown)}, {})


def test_times_with_a_zone_stand_beside_those_of_the_shop_itself() -> None:
    told = ["2026-09-30T17:00Z", "2026-09-30 17:00:00", "2026-09-30 17:00:00 -0400", "", "2026-10-01"]
    read = orders(told)
    assert [None if pd.isna(t) else str(t) for t in read] == [
        "2026-10-01 01:00:00",
        "2026-09-30 17:00:00",
        "2026-10-01 05:00:00",
        None,
        "2026-10-01 00:00:00",
    ]
    assert orders(pd.to_datetime(["2026-09-30T17:00Z"]))[0] == pd.Timestamp("2026-10-01 01:00")
    mixed = pd.Series([pd.Timestamp("2026-09-30T17:00Z"), pd.Timestamp("2026-09-30T17:00-0400")], dtype=object)
    assert orders(mixed).tolist() == [pd.Timestamp("2026-10-01 01:00"), pd.Timestamp("2026-10-01 05:00")]


@pytest.mark.parametrize("cell", ["2026-09-08 09:00-10:00", "9999-12-31T23:59Z", "2026-09-30T17:00+25:00", "09:00Z"])
def test_what_is_no_time_of_a_zone_is_refused_where_it_stands(cell: str) -> None:
    with pytest.raises(DataError, match=r"row 3, column created_at: .* is not a time"):
        orders(["2026-09-08", cell])


@pytest.mark.parametrize("day", ["2026-09-08", "08-09-2026", "2026-09-0830", "2026-09-08 - 2026-09-14", "20260908"])
def test_a_day_names_no_zone(day: str) -> None:
    assert told_apart(day) == (day, None)


def days(cells: object, shop: str = "Asia/Shanghai") -> list[str]:
    frame = pd.DataFrame({"date": cells})
    return conform(frame.assign(visitors=1), "shop_daily", "d", timezone=shop)["date"].astype("str").tolist()


def test_midnight_of_the_shop_is_a_day_in_whatever_zone_it_is_written() -> None:
    assert days(["2026-09-30T16:00Z", "2026-10-02"]) == ["2026-10-01", "2026-10-02"]
    assert days(pd.to_datetime(["2026-09-30T16:00Z"])) == ["2026-10-01"]
    for other in (["2026-09-30T17:00Z"], pd.to_datetime(["2026-09-30T17:00Z"])):
        with pytest.raises(DataError, match=r"row 2, column date: '2026-09-30.17:00.* is not a date"):
            days(other)


@pytest.mark.parametrize("shop", ["America/Havana", "Africa/Cairo", "Europe/London", "America/New_York"])
def test_no_day_of_a_year_is_lost_where_nights_are_longer_or_shorter(shop: str) -> None:
    """In Havana and Cairo a night has no midnight or has it twice."""
    written = pd.date_range("2026-01-01", "2026-12-31")
    starts = written.tz_localize(shop, nonexistent="shift_forward", ambiguous=[True] * len(written))
    assert days(starts.tz_convert("UTC"), shop) == [f"{d:%Y-%m-%d}" for d in written]
    hours = pd.date_range("2026-01-01", "2026-12-31", freq="h", tz="UTC")
    assert len(orders(hours, shop).dropna()) == len(hours)
