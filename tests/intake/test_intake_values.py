from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.intake.errors import Refused
from sizhen.intake.times import parse_moment, parse_period, plain_moment
from sizhen.intake.values import NUMERIC, column, parse_id, parse_number, parse_quantity, parser

FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y%m%d", "%Y年%m月%d日")
FORMATS_OF_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
CENTS = st.integers(-(10**13), 10**13)


@given(CENTS)
def test_a_written_amount_is_read_again(cents: int) -> None:
    amount = cents / 100
    for text in (f"{amount:.2f}", f"{amount:,.2f}", f" {amount:,.2f} ", f"{amount:.2f}".replace(".", "．")):
        assert parse_number(text) == amount


@given(st.floats(-1e15, 1e15).map(lambda x: float(f"{x:.10f}")))
def test_a_written_float_is_read_again(x: float) -> None:
    assert parse_number(f"{x:.10f}") == x
    assert parse_number(f"{x:,.10f}") == x


@given(st.integers(0, 10_000))
def test_a_written_percentage_is_read_as_its_fraction(hundredths: int) -> None:
    assert parse_quantity(f"{hundredths / 100:.2f}%", "rate") == float(f"{hundredths}e-4")


@given(st.integers(0, 10**12))
def test_a_written_count_is_read_again(count: int) -> None:
    assert parse_quantity(f"{count:,}", "count") == count
    assert parse_quantity(str(count), "count") == count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("¥1,234.50", 1234.5), ("￥12", 12), ("１２．５％", 0.125), ("+3", 3), ("(1,234.50)", -1234.5)),
        *(("12,34,567", 1234567), ("12\u00a0345.6", 12345.6), ("1'234'567", 1234567), ("1\u2019234.5", 1234.5)),
    ],
)
def test_signs_and_full_width_digits(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "1,23",
        "1,2,345",
        "0,123",
        "1 23 456",
        "1'23",
        "(5",
        "(-5)",
        "1.2.3",
        "1E+5",
        "12 34",
        "abc",
        "1.2千",
        "1.2万%",
        "",
        "0x1F",
        "nan",
        "1,",
        "--5",
        "100²",
        "389①",
    ],
)
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not_a_number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("178.15%", "rate", "out_of_range"),
        ("-0.1", "rate", "out_of_range"),
        ("5.5", "score", "out_of_range"),
        ("-1", "money", "out_of_range"),
        ("9" * 400, "count", "out_of_range"),
        ("2.5", "count", "not_a_number"),
        ("12%", "money", "not_a_number"),
    ],
)
def test_ranges_are_those_of_the_kind(text: str, kind: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse_quantity(text, kind)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-31 14:05:09", datetime(2026, 10, 31, 14, 5, 9)),
        ("2026/9/8 7:05", datetime(2026, 9, 8, 7, 5)),
        ("20260908", datetime(2026, 9, 8)),
        ("2026年9月8日", datetime(2026, 9, 8)),
    ],
)
def test_dates(text: str, moment: datetime) -> None:
    assert parse_moment(text, FORMATS) == moment


@pytest.mark.parametrize("text", ["202698", "43881", "2026-02-30", "09/08/2026", "today", "2026-10-31T25:00"])
def test_what_could_be_several_dates_or_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not_a_date"):
        parse_moment(text, FORMATS)


def test_a_day_in_another_age_is_refused() -> None:
    with pytest.raises(Refused, match="out_of_range"):
        parse_moment("1899-12-30", FORMATS)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (" 0012 ", "0012"),
        ('="0012"', "0012"),
        ("'12", "12"),
        ("９１２", "912"),
        ("2" * 20, "2" * 20),
        ("\u202a12\u202c", "12"),
        ("\ufeff12\u200b", "12"),
    ],
)
def test_ids_stay_text(text: str, id: str) -> None:
    assert parse_id(text) == id


@pytest.mark.parametrize("text", ["1.03531E+12", "1E+15", "1.0358e+12"])
def test_a_destroyed_id_is_no_id(text: str) -> None:
    with pytest.raises(Refused, match="destroyed_id"):
        parse_id(text)


def test_a_column_keeps_places_of_missing_and_refused_cells() -> None:
    typed, reasons = column(["1", None, "x", "3"], "count", parser("count", FORMATS))
    assert typed.isna().tolist() == [False, True, True, False]
    assert reasons == {2: "not_a_number"}
    assert typed.dtype == "float64"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.2万", 12_000), ("0.29万", 2_900), ("1.15亿", 115_000_000), ("-3万", -30_000), ("1,234.5万", 12_345_000)],
)
def test_ten_thousands_are_shifted_exactly(text: str, value: float) -> None:
    assert parse_number(text) == value


@given(st.integers(0, 10**9), st.sampled_from([("万", 4), ("亿", 8)]))
def test_a_number_written_in_units_is_read_again(number: int, unit: tuple[str, int]) -> None:
    name, digits = unit
    whole, part = divmod(number, 10**digits)
    assert parse_quantity(f"{whole}.{part:0{digits}d}{name}", "count") == number


@pytest.mark.parametrize(("text", "seconds"), [("00:03:24", 204), ("30:00:00", 108_000), ("14.96", 14.96)])
def test_durations_may_be_clocks(text: str, seconds: float) -> None:
    assert parse_quantity(text, "seconds") == seconds


@pytest.mark.parametrize(
    "text", ["2026-09-08 ~ 2026-09-08", "2026-09-08～2026-09-08", "20260908至20260908", "2026/9/8 - 2026/9/8"]
)
def test_a_period_of_one_day_is_that_day(text: str) -> None:
    assert parse_moment(text, FORMATS_OF_DAYS) == datetime(2026, 9, 8)


@pytest.mark.parametrize(
    "text", ["2026-09-08 00:00:00 ~ 2026-09-08 23:59:59", "20260908-20260908", "2026-09-08~2026-09-08"]
)
def test_a_period_from_the_first_to_the_last_minute_of_a_day_is_that_day(text: str) -> None:
    assert parse_moment(text, FORMATS) == datetime(2026, 9, 8)
    with pytest.raises(Refused, match="several_days"):
        parse_moment("2026-09-08 10:00:00 ~ 2026-09-08 11:00:00", FORMATS)


@pytest.mark.parametrize("text", ["2026/09/08-2026/09/14", "20260908-20260914", "2026-09-08-2026-09-14"])
def test_a_hyphen_between_two_days_makes_a_period(text: str) -> None:
    assert parse_period(text, FORMATS_OF_DAYS) == (datetime(2026, 9, 8), datetime(2026, 9, 14))


@pytest.mark.parametrize("text", ["2026-09-08~2026-09-14", "2026-09-08 to 2026-09-09"])
def test_a_period_of_several_days_is_no_day(text: str) -> None:
    with pytest.raises(Refused, match="several_days"):
        parse_moment(text, FORMATS_OF_DAYS)


def test_a_date_by_its_cells_type_is_read_in_every_layout() -> None:
    assert parse_moment("2026-09-08T03:04:05", ["%d.%m.%Y"]) == datetime(2026, 9, 8, 3, 4, 5)


def test_an_hour_to_another_is_no_zone_and_a_format_may_name_its_zone_or_not() -> None:
    with pytest.raises(Refused, match="not_a_date"):
        parse_moment("2026-09-08 09:00-10:00", FORMATS)
    for told in ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M %z", "%d.%m.%Y %H:%M%z"):
        assert parse_moment("08.09.2026 09:00 -10:00", [told]) == datetime(2026, 9, 9, 3)


def test_an_id_made_of_a_row_is_the_same_in_whatever_zone_its_times_are_written() -> None:
    forms = ("2026-09-30T17:00:00Z", "2026-10-01 01:00:00 +0800", "2026-09-30 17:00:00 UTC", "2026-09-30T13:00-0400")
    assert {plain_moment(form, FORMATS) for form in forms} == {"2026-09-30 17:00:00"}


NUMBERS = st.one_of(
    st.from_regex(r"[-+]?[0-9]{1,4}(,[0-9]{3}){0,2}(\.[0-9]{1,3})?[%万]?", fullmatch=True),
    st.text(alphabet="0123456789.,%-+eE¥万１ ", max_size=8),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(1980, 1, 1), datetime(2110, 1, 1)).map(lambda d: f"{d:%Y-%m-%d %H:%M:%S}"),
    st.from_regex(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2})?", fullmatch=True),
    st.from_regex(r"2026[-/]?[0-9]{1,2}[-/]?[0-9]{1,2}", fullmatch=True),
)


def one_by_one(cell: str | None, read: Callable[[str], object]) -> tuple[object, str | None]:
    """(value, reason against it)"""
    try:
        return (None if cell is None else read(cell)), None
    except Refused as refused:
        return None, str(refused)


@settings(max_examples=examples(300))
@given(
    st.lists(st.one_of(st.none(), NUMBERS, MOMENTS), max_size=6), st.sampled_from([*NUMERIC, "date", "datetime", "id"])
)
def test_cells_read_at_once_are_read_as_one_by_one(cells: list[str | None], kind: str) -> None:
    read = parser(kind, FORMATS)
    typed, reasons = column(cells, kind, read, FORMATS)
    for at, cell in enumerate(cells):
        value, reason = one_by_one(cell, read)
        assert reasons.get(at) == reason
        if isinstance(value, datetime) and kind == "date":
            value = datetime(value.year, value.month, value.day)
        assert (pd.isna(typed[at]) and value is None) or typed[at] == value
