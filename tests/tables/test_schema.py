"""A table that breaks its contract is refused with file, row and column; nothing is guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sizhen.tables import DataError, read_table
from sizhen.tables.schema import MISSING, _ascends, conform, odd
from sizhen.vocab import Column, Text, load
from sizhen.vocab.plain import plain


def refused(tmp_path: Path, table: str, text: str) -> DataError:
    path = tmp_path / f"{table}.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_table(path, table)
    assert caught.value.file == path.name
    assert "\n" not in str(caught.value) and caught.value.remedy in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("table", "heading", "good", "bad", "wanted"),
    [
        ("shop_daily", "date,visitors", "2026-10-01,10", "2026-10-02,-1", "a whole number of at least 0"),
        ("shop_daily", "date,visitors", "2026-10-01,10", "2026-10-02,1.5", "a whole number of at least 0"),
        ("shop_daily", "date,visitors", "2026-10-01,10", "2026-10-02,many", "'many' is not a whole number"),
        ("shop_daily", "date,visitors", "2026-10-01,10", '2026-10-02,"1,024"', "'1,024' is not a whole number"),
        ("shop_daily", "date,visitors", "2026-10-01,10", "2026-10-02,inf", "a whole number of at least 0"),
        ("shop_daily", "date,paid_amount", "2026-10-01,9.5", "2026-10-02,-0.01", "an amount of at least 0"),
        ("shop_daily", "date,dwell_seconds", "2026-10-01,60", "2026-10-02,-5", "a duration of at least 0 seconds"),
        ("shop_daily", "date,dsr_service", "2026-10-01,4.8", "2026-10-02,5.1", "a score from 1 to 5"),
        ("service_daily", "date,agent,satisfaction", "2026-10-01,a,0.9", "2026-10-02,a,98", "a fraction from 0 to 1"),
        ("keywords_daily", "date,keyword,rank", "2026-10-01,k,3", "2026-10-02,k,inf", "a finite number"),
        (
            "traffic_daily",
            "date,device,channel",
            "2026-10-01,all,search",
            "2026-10-02,all,sea",
            "one of search, recommend",
        ),
        ("refunds", "refund_id,dispute", "r1,true", "r2,perhaps", "true or false"),
        ("refunds", "refund_id,refunded_on", "r1,2026-10-01", "r2,2026-10-01 10:00", "a date such as"),
        ("orders", "order_id,paid_at", "o1,2026-10-01 10:00:00", "o2,yesterday", "a time such as"),
    ],
)
def test_a_cell_of_the_wrong_kind(tmp_path: Path, table: str, heading: str, good: str, bad: str, wanted: str) -> None:
    error = refused(tmp_path, table, f"{heading}\n{good}\n{bad}\n")
    assert wanted in error.problem
    assert error.row == 3
    assert error.column == heading.split(",")[-1]


def test_a_key_may_not_be_empty(tmp_path: Path) -> None:
    error = refused(tmp_path, "products", "product_id,title\np1,a\n,b\n")
    assert (error.row, error.column) == (3, "product_id")


def test_a_key_date_may_not_be_empty(tmp_path: Path) -> None:
    error = refused(tmp_path, "shop_daily", "date,visitors\n2026-10-01,1\n,2\n")
    assert (error.row, error.column) == (3, "date")


def test_a_key_may_not_stand_twice(tmp_path: Path) -> None:
    error = refused(tmp_path, "stock_daily", "date,product_id,sku\n2026-10-01,p,S\n2026-10-01,p,M\n2026-10-01,p,S\n")
    assert error.row == 4
    assert "date=2026-10-01, product_id=p, sku=S stands twice" in error.problem


def test_a_key_column_must_be_there(tmp_path: Path) -> None:
    assert (
        refused(tmp_path, "traffic_daily", "date,channel\n2026-10-01,search\n").problem
        == "the column device is missing"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"date,visitors,visitors\n2026-10-01,1,2\n", "'visitors' stands twice"),
        (b"date,visitors\n2026-10-01,1,2\n", "3 cells where the header has 2"),
        ("date,备注\n2026-10-01,无\n".encode("gb18030"), "not UTF-8"),
        (b'date,visitors\n2026-10-01,"1\n', "unexpected end of data"),
    ],
)
def test_a_broken_csv(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "shop_daily.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem):
        read_table(path, "shop_daily")


def test_a_broken_parquet(tmp_path: Path) -> None:
    path = tmp_path / "shop_daily.parquet"
    path.write_bytes(b"PAR1 cut off")
    with pytest.raises(DataError, match=r"shop_daily\.parquet: not a readable parquet file"):
        read_table(path, "shop_daily")


def test_numbers_as_ids_are_refused() -> None:
    frame = pd.DataFrame({"product_id": [10001, 10002]})
    with pytest.raises(DataError, match="row 2, column product_id"):
        conform(frame, "products", "products.parquet")


def test_missing_is_unknown_never_zero(tmp_path: Path) -> None:
    path = tmp_path / "shop_daily.csv"
    path.write_text("date,visitors,paid_amount\n2026-10-02,,NaN\n2026-10-01,5,0\n", encoding="utf-8")
    frame = read_table(path, "shop_daily")
    assert list(frame["date"].dt.day) == [1, 2]
    assert np.isnan(frame["visitors"][1]) and np.isnan(frame["paid_amount"][1])
    assert frame["paid_amount"][0] == 0
    assert frame["page_views"].isna().all()


def test_ids_keep_zeros_and_twenty_digits(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_id,buyer_id\n00120,NA\n10353100000000000001,b\n", encoding="utf-8")
    frame = read_table(path, "orders")
    assert frame["order_id"].tolist() == ["00120", "10353100000000000001"]
    assert frame["buyer_id"].tolist() == ["NA", "b"]


def test_extra_columns_are_kept_behind_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("own note,product_id\nx,p1\n", encoding="utf-8-sig")
    frame = read_table(path, "products")
    assert list(frame.columns) == [*load().tables["products"].names, "own note"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("count", [0.0, -0.0, 5.0], [-1.0, 0.5, np.inf, -np.inf]),
        ("money", [0.0, 0.01, 1e9], [-0.01, np.inf, -np.inf]),
        ("seconds", [0.0, 0.5], [-5.0, np.inf]),
        ("rate", [0.0, 0.5, 1.0], [-0.1, 1.01, 98.0, np.inf, -np.inf]),
        ("score", [1.0, 4.8, 5.0], [0.0, 0.9, 5.1, np.inf, -np.inf]),
        ("number", [-1.5, 0.0, 3.0], [np.inf, -np.inf]),
        ("choice", ["", "a", "b"], ["c", "A", " a"]),
        ("id", ["", "x"], []),
        ("text", ["", "x"], []),
    ],
)
def test_a_column_may_hold_its_range_and_what_is_unknown(kind: Any, good: list[object], bad: list[object]) -> None:
    dtype = "str" if isinstance(good[0], str) else "float64"
    column = Column("c", kind, Text("列", "column"), allowed=("a", "b") if kind == "choice" else ())
    cells = pd.Series([*good, None, *bad], dtype=dtype)
    assert odd(cells, column).tolist() == [False] * (len(good) + 1) + [True] * len(bad)
    assert odd(cells[:0], column).tolist() == []


@pytest.mark.parametrize(
    ("kind", "dtype", "good", "bad"),
    [
        ("id", "str", ["x"], ["", None]),
        ("choice", "str", ["a"], ["", "c", None]),
        ("date", "datetime64[us]", [pd.Timestamp("2026-10-01")], [pd.NaT]),
    ],
)
def test_a_key_is_known_and_not_empty(kind: Any, dtype: str, good: list[object], bad: list[object]) -> None:
    column = Column("c", kind, Text("列", "column"), key=True, allowed=("a",) if kind == "choice" else ())
    assert odd(pd.Series([*good, *bad], dtype=dtype), column).tolist() == [False] * len(good) + [True] * len(bad)


def test_a_part_of_a_key_may_be_empty_where_the_contract_says_so() -> None:
    column = Column("sku", "id", Text("规格", "sku"), key=True, empty=True)
    assert odd(pd.Series(["", "S", None], dtype="str"), column).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("days", "products", "ascends"),
    [
        ([], [], True),
        ([1], ["a"], True),
        ([1, 1, 2], ["a", "b", "a"], True),
        ([1, 1, 2], ["b", "a", "c"], False),
        ([1, 1], ["a", "a"], False),
        ([2, 1], ["a", "b"], False),
        ([1, 1], ["", "Z"], True),
        ([1, 1], ["Z", "a"], True),
    ],
)
def test_rows_in_key_order_are_told_at_a_glance(days: list[int], products: list[str], ascends: bool) -> None:
    table = pd.DataFrame(
        {"date": pd.to_datetime([f"2026-10-0{d}" for d in days]), "product_id": pd.Series(products, dtype="str")}
    )
    assert _ascends(table, ["date", "product_id"]) == ascends


@pytest.mark.parametrize("cell", ["", " ", "\u3000", "nan", " NULL ", "<NA>", "a\u202eb", "a\x1b[2Jb", "\x00", "plain"])
@pytest.mark.parametrize("beside", [["x"], ["x", None]])
def test_a_text_is_read_alike_with_and_without_odd_cells_beside_it(cell: str, beside: list[str | None]) -> None:
    ids = [f"p{n}" for n in range(len(beside) + 1)]
    table = pd.DataFrame({"product_id": ids, "title": pd.Series([cell, *beside], dtype="str"), "role": [""] * len(ids)})
    read = conform(table, "products", "products.csv")
    missing = plain(cell).strip() in MISSING
    assert read["title"].isna().tolist() == [missing, *(b is None for b in beside)]
    assert missing or read["title"].iloc[0] == cell.replace("\u202e", "").replace("\x1b", "")
    assert (read["role"] == "").all()


def test_nobody_can_be_reached_by_a_title_or_a_plan_and_keys_stay_apart() -> None:
    titles = ["亚麻衬衫 咨询13812345678", "iPhone 15 Pro 256G", "加微信 abc_1234 有礼", None]
    products = pd.DataFrame({"product_id": list("abcd"), "title": titles})
    told = conform(products, "products", "products.csv")["title"].tolist()
    assert told[:3] == ["亚麻衬衫 咨询[phone]", "iPhone 15 Pro 256G", "加[account] 有礼"]
    plans = ["促销 a@b.example", "促销 c@d.example", "大促"]
    ads = pd.DataFrame({"date": "2026-10-01", "kind": "search", "plan": plans, "keyword": "衬衫"})
    found = conform(ads, "ads_daily", "ads_daily.csv")
    assert sorted(found["plan"]) == ["促销 [mail]", "促销 [mail] 2", "大促"]
    assert conform(found, "ads_daily", "again").equals(found)


def test_an_agent_is_reached_by_nobody_and_a_region_is_no_address() -> None:
    agents = ["王小明13812345678", "阿明", "a@b.com"]
    day = pd.DataFrame({"date": "2026-10-01", "agent": agents})
    assert set(conform(day, "service_daily", "service_daily.csv")["agent"]) == {"王小明[phone]", "阿明", "[mail]"}
    regions = ["221B Baker Street", "浙江省杭州市文三路12号3幢501室", "浙江", "+1 212 555 1234", None]
    orders = pd.DataFrame({"order_id": list("abcde"), "region": regions})
    told = conform(orders, "orders", "orders.csv")["region"]
    assert told.fillna("").tolist() == ["[address]", "[address]", "浙江", "[phone]", ""]


def test_a_plain_error_survives_a_process_boundary() -> None:
    import pickle

    error = DataError("a.csv", "odd", "mend it", row=3, column="x")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "a.csv, row 3, column x: odd; mend it"
    assert again.row == 3
