"""Whatever lies where a table should: one line that names the file, never a traceback, never a wrong figure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.tables import DataError, read_table
from sizhen.tables.cells import FIELD

DAYS = [date(2026, 10, 1), date(2026, 10, 2)]
KEYS = {"shop_daily": ("date", DAYS), "products": ("product_id", ["1", "2"]), "reviews": ("review_id", ["1", "2"])}
PLACES = [("shop_daily", "visitors"), ("products", "title"), ("products", "role"), ("reviews", "has_picture")]
PLACES += [("products", "product_id"), ("reviews", "reviewed_at"), ("shop_daily", "date")]
ODD = {
    "struct": pa.array([{"a": 1}, {"a": 2}]),
    "list": pa.array([[1], [2, 3]]),
    "map": pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int64())),
    "binary": pa.array([b"\xff", b"\xfe"]),
    "time": pa.array([time(1), time(2)]),
    "duration": pa.array([1, 2], pa.duration("s")),
    "far": pa.array([2**62, -(2**62)], pa.timestamp("us")),
    "far with a zone": pa.array([2**62, -(2**62)], pa.timestamp("us", tz="UTC")),
}


def parquet(folder: Path, table: str, columns: Any) -> Path:
    path = folder / f"{table}.parquet"
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path)
    return path


def said(path: Path) -> str:
    """The one line about a file that is no table."""
    with pytest.raises(DataError) as caught:
        read_table(path, path.stem)
    line = str(caught.value)
    assert line.startswith(path.name)
    assert line.isprintable()
    assert len(line) < 500
    return line


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize(("table", "column"), PLACES)
def test_a_cell_of_another_type_is_refused_where_it_stands(tmp_path: Path, table: str, column: str, kind: str) -> None:
    key, keys = KEYS[table]
    assert f"row 2, column {column}: " in said(parquet(tmp_path, table, {key: keys} | {column: ODD[kind]}))


@pytest.mark.parametrize("cells", [pa.array([True, None]), pa.array([True, False])])
def test_yes_and_no_are_neither_numbers_nor_texts(tmp_path: Path, cells: pa.Array) -> None:
    assert "'True' is not a whole number" in said(parquet(tmp_path, "shop_daily", {"date": DAYS, "visitors": cells}))
    assert "'True' is not a text" in said(parquet(tmp_path, "products", {"product_id": ["1", "2"], "title": cells}))


def test_numbers_and_texts_are_read_in_every_type_that_holds_them(tmp_path: Path) -> None:
    figures = [pa.array(["3", "4"]).dictionary_encode(), pa.array([3, 4]).dictionary_encode(), pa.array([3, 4], "u1")]
    for cells in (*figures, pa.array([Decimal("3"), Decimal("4")]), pa.array(["3", "4"], pa.large_string())):
        path = parquet(tmp_path, "shop_daily", {"date": DAYS, "visitors": cells})
        assert read_table(path, "shop_daily")["visitors"].tolist() == [3, 4]
    texts = pa.array(["裙", "裤"])
    for cells in (texts.dictionary_encode(), texts.cast(pa.binary()), texts.cast(pa.string_view())):
        path = parquet(tmp_path, "products", {"product_id": cells, "title": cells})
        assert (
            set(read_table(path, "products")["title"])
            == set(read_table(path, "products")["product_id"])
            == {"裙", "裤"}
        )


def of_pandas(told: str) -> pa.Table:
    return pa.table({"product_id": ["1"]}).replace_schema_metadata({"pandas": told})


@pytest.mark.parametrize(
    "columns",
    [
        pa.Table.from_arrays([pa.array(["1"])] * 3, names=["product_id", "title", "title"]),
        pa.table({"product_id": pa.array([1], pa.timestamp("us", tz="Mars/Olympus"))}),
        pa.table({"product_id": ["1"], "listed_on": pa.array([2**31 - 1], pa.date32())}),
        of_pandas("{not json"),
        of_pandas('{"index_columns":["zz"],"columns":[],"column_indexes":[{}]}'),
        of_pandas("[" * 50_000),
        pa.table({}),
        pa.table({f"c{i}": ["1"] for i in range(1500)}),
    ],
)
def test_a_parquet_file_that_is_no_table_is_named(tmp_path: Path, columns: pa.Table) -> None:
    said(parquet(tmp_path, "products", columns))


def test_a_table_without_rows_is_one(tmp_path: Path) -> None:
    assert read_table(parquet(tmp_path, "products", {"product_id": pa.array([], pa.string())}), "products").empty


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=12))
@settings(max_examples=examples(60), deadline=None)
def test_a_damaged_parquet_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    path = parquet(tmp_path_factory.mktemp("damaged"), "products", {"product_id": [f"{i}" for i in range(50)]})
    raw = bytearray(path.read_bytes())
    for at, byte in changes:
        raw[at % len(raw)] = byte
    path.write_bytes(raw)
    with suppress(DataError):
        read_table(path, "products")


CSV: dict[str, tuple[bytes, str]] = {
    "NUL": (b"product_id,title\n1,a\n2,b\0c\n", "row 3: has a NUL"),
    "huge cell": (b'product_id,title\n1,a\n2,"' + b"a" * (FIELD + 1) + b'"\n', "row 3: field larger than field limit"),
    "no end": (b'product_id,title\n1,"abc\n2,b\n', "row 2: unexpected end of data"),
    "no headings": (b"1,shirt\n2,trousers\n", "the column product_id is missing"),
    "wide": (b"product_id," + b",".join(b"c%d" % i for i in range(50_000)) + b"\n", "has 50,001 columns"),
    "wide and twice": (b"product_id," + b",".join([b"c"] * 50_000) + b"\n", "has 50,001 columns"),
    "long headings": (b"product_id,%b,%b\n" % (b"a" * 9000, b"a" * 9000), "stands twice"),
    "escape": (b"product_id,listed_on\n1,\x1b[2J\n", r"'\x1b[2J' is not a date"),
    "escape in a key": (b"product_id,title\n\x1b[2J,a\n\x1b[2J,a\n", "stands twice"),
    "long cell": (b"product_id,list_price\n1," + b"9" * 90_000 + b"\n", "is not an amount"),
    "UTF-16": ("product_id\n1\n".encode("utf-16"), "not UTF-8"),
    "blank": (b"\n\n", "the file is empty"),
}


@pytest.mark.parametrize("kind", CSV)
def test_a_csv_file_that_is_no_table_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "products.csv"
    path.write_bytes(CSV[kind][0])
    assert CSV[kind][1] in said(path)


@pytest.mark.parametrize("made", [Path.mkdir, lambda path: path.symlink_to(path.name)])
def test_what_is_no_file_is_named(tmp_path: Path, made: Callable[[Path], object]) -> None:
    path = tmp_path / "products.csv"
    made(path)
    said(path)


def test_a_time_is_shown_as_it_stands_where_a_day_is_wanted(tmp_path: Path) -> None:
    at = pd.DataFrame({"date": [pd.Timestamp("2026-10-01 17:00")], "visitors": [1]})
    at.to_parquet(tmp_path / "shop_daily.parquet")
    assert "'2026-10-01 17:00:00' is not a date" in said(tmp_path / "shop_daily.parquet")
