"""Files of every kind to one grid: the same rows whichever way they are read."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made import html, xls, xlsx

from examples import examples
from sizhen.intake import IntakeError, delimited
from sizhen.intake.grid import Grid, from_rows
from sizhen.intake.reading import read
from sizhen.intake.workbook import text

MESS = st.text(alphabet='ab,"\n\r中', max_size=40)
CELLS = st.lists(st.text(alphabet='ab,"\n 中', max_size=5), min_size=2, max_size=3)
ROWS = [["统计日期", "商品ID"], ["2026-09-08", "0012"], ["2026-09-09", "77"]]


def written(rows: list[list[str]], line: str = "\r\n") -> str:
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator=line).writerows(rows)
    return sink.getvalue()


def told(grid: Grid) -> tuple[object, ...]:
    return [c.to_pylist() for c in grid.columns], grid.numbers.tolist(), grid.odd, grid.broken


@settings(max_examples=examples(400))
@given(
    st.one_of(MESS, st.builds(written, st.lists(CELLS, min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))),
    st.integers(2, 3),
    st.sampled_from([16, 32, 1 << 20]),
)
@example('a,"b\r\nc"\r\n', 2, 16)
@example('a,b\n"c"d,e\n', 2, 1 << 20)
def test_arrow_and_the_strict_csv_module_give_the_same_grid(whole: str, width: int, block: int) -> None:
    data = whole.encode()
    quoted = delimited.quoting(io.BytesIO(data), b",")
    if quoted is None:
        return
    try:
        fast = delimited.fast(io.BytesIO(data), ",", width, quoted=quoted, block=block)
    except pa.ArrowInvalid:
        return
    assert told(fast) == told(delimited.strict(io.BytesIO(data), ",", width, "x.csv"))


@given(st.lists(CELLS.filter(lambda row: len(row) == 2), min_size=1, max_size=6))
def test_well_formed_text_takes_the_fast_way(rows: list[list[str]]) -> None:
    data = written(rows, "\n").encode()
    assert delimited.quoting(io.BytesIO(data), b",") is (b'"' in data)


@pytest.mark.parametrize("whole", ['a,b"c"\n', '"a"b,c\n', '"a', 'a, "b"\n', '"a\rb",c\n'])
def test_quotes_that_could_be_read_otherwise_take_the_strict_way(whole: str) -> None:
    assert delimited.quoting(io.BytesIO(whole.encode()), b",") is None


@pytest.mark.parametrize("chunk", [1, 2, 3, 1 << 20])
def test_quotes_are_judged_alike_wherever_a_chunk_ends(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK", chunk)
    assert delimited.quoting(io.BytesIO(b'"a""b",c\n"",d\n'), b",") is True
    assert delimited.quoting(io.BytesIO(b'"a""b",c\n"x"y,d\n'), b",") is None


def test_the_head_of_a_grid_has_its_odd_rows() -> None:
    grid = from_rows([(1, ("a", "")), (2, ("odd",)), (4, ("中", "d"))], 2, {3: "malformed_quotes"})
    assert grid.head(3) == [(1, ("a", "")), (2, ("odd",)), (4, ("中", "d"))]


@pytest.mark.parametrize(
    "data",
    [
        written(ROWS).encode(),
        written(ROWS).encode("utf-16"),
        written(ROWS).encode("gb18030"),
        xlsx(ROWS),
        xls(ROWS),
        html(ROWS).encode(),
        html(ROWS).encode("gbk"),
    ],
    ids=["csv", "utf-16", "gbk", "xlsx", "xls", "html", "html gbk"],
)
def test_what_a_file_is_its_content_says(data: bytes) -> None:
    for name in ("a.csv", "a.xls", "a.xlsx", "a"):
        (grid,) = read(data, name)
        assert [cells for _, cells in grid.head(9)] == [tuple(row) for row in ROWS]
        assert [number for number, _ in grid.head(9)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("0012", "0012"),
        (True, "true"),
        (42.0, "42"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
        (999999999999999.0, "999999999999999"),
        (1.052187499831e17, "1.05218749983100E+17"),
        (1e15, "1.00000000000000E+15"),
        (date(2026, 9, 8), "2026-09-08T00:00:00"),
        (datetime(2026, 9, 8, 3, 4), "2026-09-08T03:04:00"),
        (time(3, 4), "03:04:00"),
        (timedelta(hours=30), "108000"),
        ("", ""),
    ],
)
def test_typed_cells_become_text_that_keeps_their_type(cell: object, shown: str) -> None:
    assert text(cell) == shown


@given(st.floats(-1e14, 1e14))
def test_a_number_keeps_its_value_as_text(value: float) -> None:
    assert float(text(value)) == value


def test_empty_rows_above_and_between_keep_the_row_numbers() -> None:
    (grid,) = read(xlsx([[], ["a", "b"], [], ["c", "d"]]), "x.xlsx")
    assert [n for n, cells in grid.head(9) if any(cells)] == [2, 4]


def test_sheets_without_cells_are_no_sheets_and_hidden_ones_are() -> None:
    grids = read(xlsx([["a"]], [], [["b"]], hidden=2), "x.xlsx")
    assert [g.sheet for g in grids] == ["Sheet1", "Sheet3"]


def test_html_cells_over_several_columns_and_rows_leave_the_others_empty() -> None:
    page = (
        "<table><tr><th colspan=2>a</th><th>b</th></tr><tr><td rowspan='2'>1<td>2<td>3</tr><tr><td>4<td>&lt;5&gt;"
        "</tr></table>"
    )
    (grid,) = read(page.encode(), "x.xls")
    assert [cells for _, cells in grid.head(9)] == [("a", "", "b"), ("1", "2", "3"), ("", "4", "<5>")]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<html><body>sign in</body></html>", "web page without a table"),
        ("<table><tr><td>1</td>", "cut off within a table"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "XML spreadsheet"),
    ],
)
def test_pages_that_are_no_export_are_refused(page: str, says: str) -> None:
    with pytest.raises(IntakeError, match=says):
        read(page.encode(), "x.xls")


def test_html_that_would_fill_the_memory_is_refused() -> None:
    page = "<table>" + "<tr><td colspan=99999>x</td></tr>" * 200 + "</table>"
    with pytest.raises(IntakeError, match="more than 10,000,000 cells"):
        read(page.encode(), "x.xls")
