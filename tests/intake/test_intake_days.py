"""Days with the month first or the day first, and clocks of twelve hours: read as what the file shows, or refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import converted, settled

from sizhen.intake import IntakeError
from sizhen.intake.convert import Converted
from sizhen.intake.errors import Refused
from sizhen.intake.layouts import common
from sizhen.intake.sheets import nothing_kept
from sizhen.intake.times import parse_moment

ORDERS = """
title = { zh = "订单", en = "orders" }
platform = "other"
required = ["No", "Placed"]
[orders]
order_id = "No"
created_at = "Placed"
paid_at = "Paid"
"""
ORDERS_OF = {"month first": "%m{0}%d{0}%Y", "day first": "%d{0}%m{0}%Y"}
TIMES = ("%Y-%m-%d %H:%M", "%b %d, %Y")


def read(*rows: tuple[str, ...], head: str = "No,Placed,Paid", layout: str = ORDERS) -> Converted:
    cells = [f'"{n}",' + ",".join(f'"{cell}"' for cell in row) for n, row in enumerate(rows)]
    return converted(layout, "\n".join([head, *cells, ""]))


def refusal(*rows: tuple[str, ...], head: str = "No,Placed,Paid") -> str:
    with pytest.raises(IntakeError) as error:
        read(*rows, head=head)
    return str(error.value)


def placed(result: Converted) -> list[datetime]:
    return [at.to_pydatetime() for at in result.frames["orders"].sort_values("created_at")["created_at"]]


@settings(max_examples=40)
@given(
    st.sets(st.dates(date(2020, 1, 1), date(2029, 12, 31)), min_size=1, max_size=8),
    st.sampled_from(sorted(ORDERS_OF)),
    st.sampled_from("/.-"),
    st.sampled_from(["", " %H:%M", " %I:%M %p", " %I:%M:%S%p", "T%H:%M:%S", " %H:%M +0800"]),
)
def test_a_day_is_read_as_itself_or_refused(days: set[date], order: str, mark: str, clock: str) -> None:
    moments = [datetime(d.year, d.month, d.day, *((d.day % 24, d.month) if clock else ())) for d in sorted(days)]
    form = ORDERS_OF[order].format(mark) + clock
    text = "No,Placed\n" + "".join(f"{n},{moment:{form}}\n" for n, moment in enumerate(moments))
    proved = any(d.day > 12 for d in days)
    both = [d for d in days if d.day <= 12 and d.day != d.month]
    if proved or not both:
        cells = settled(ORDERS, text)["placed"]
        assert [parse_moment(cell, common().dates) for cell in cells] == moments
    elif 2 * len(both) > len(days):
        with pytest.raises(IntakeError, match="which can be"):
            settled(ORDERS, text)


@pytest.mark.parametrize(
    ("cell", "time"),
    [("12:00 AM", "00:00"), ("12:30 pm", "12:30"), ("1:05 a.m.", "01:05"), ("09:15PM", "21:15"), ("11:59 PM", "23:59")],
)
def test_clocks_of_twelve_hours(cell: str, time: str) -> None:
    assert f"{parse_moment(f'2026-09-08 {cell}', TIMES):%H:%M}" == time


@pytest.mark.parametrize("cell", ["13:00 PM", "0:15 AM", "09:15 XM", "AM", "09 AM"])
def test_hours_that_such_a_clock_has_not_are_refused(cell: str) -> None:
    with pytest.raises(Refused, match="not_a_date"):
        parse_moment(f"2026-09-08 {cell}", TIMES)


def test_a_zone_behind_half_a_day() -> None:
    (at,) = placed(read(("08/31/2026 09:15 PM -0500", "")))
    assert at == datetime(2026, 8, 31, 21, 15)  # on the clock of the shop, which is new and takes that of Chicago


def test_another_column_tells_which_number_is_the_month() -> None:
    assert placed(read(("01/08/2026", "31/08/2026"), ("02/08/2026", ""))) == [
        datetime(2026, 8, 1),
        datetime(2026, 8, 2),
    ]
    told = refusal(("01/08/2026 10:00", "02/08/2026"))
    assert "has 01/08/2026 10:00 in row 2 of placed, which can be 2026-01-08 or 2026-08-01" in told
    assert "no other day tells which; write days as 2026-10-31, or say in a mapping" in told


def test_days_of_both_orders_are_refused_with_both_cells() -> None:
    told = refusal(("08/31/2026", ""), ("31/08/2026", ""))
    assert "has 08/31/2026 in row 2 of placed and 31/08/2026 in row 3 of placed" in told
    told = refusal(
        ("01/13/2026", "31/08/2026"),
        *((f"01/{day}/2026", "01/08/2026") for day in range(14, 32)),
        *(("02/28/2026", ""),) * 2,
    )
    assert "has 01/13/2026 in row 2 of placed and 31/08/2026 in row 2 of paid" in told


def test_a_mapping_says_which_it_is() -> None:
    said = ORDERS.replace("[orders]", 'dates = ["%d/%m/%Y"]\n[orders]')
    assert placed(read(("01/08/2026", ""), layout=said)) == [datetime(2026, 8, 1)]


def test_a_single_one_among_other_days_costs_its_row() -> None:
    result = read(("2026-08-01", ""), ("2026-08-02", ""), ("08/03/2026", ""))
    assert [(r.row, r.column, r.reason) for r in result.rejected] == [(4, "created_at", "not_a_date")]


@pytest.mark.parametrize("cell", ["13/13/2026", "46235", "31.02.2026", "8/1/26 09:15"])
def test_what_is_no_day_is_told_with_its_cell(cell: str) -> None:
    told = str(nothing_kept("x.csv", read((cell, ""))))
    assert f"(created_at: not a date: 1 of 1, such as {cell} in row 2); export it with days as 2026-10-31" in told


def test_a_cell_that_may_tell_of_a_person_is_not_told() -> None:
    for cell in ("Anna Schmidt", "13812345678", "a" * 30 + "1" * 30):
        told = str(nothing_kept("x.csv", read((cell, ""))))
        assert cell not in told and "row 2" in told
