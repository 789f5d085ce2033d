"""Files as they arrive: read in full, in part with reasons, or refused in one line. Never shifted, never a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.intake import FileReport, IntakeError, import_files, reading
from sizhen.intake.convert import convert
from sizhen.intake.layouts import common, recognise
from sizhen.intake.rules import Context
from sizhen.tables import Shop

ORDERS = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"

LISTINGS = "update_time,id,title,price,sale_count,comment_count,店名"
GOOD = "A1,100.0,90.0,上海,2026-10-01 10:00:00,2026-10-01 10:01:00,0.0"
NEXT = "A2,50.0,50.0,广东省,2026-10-02 10:00:00,,0.0"
Bring = Callable[..., FileReport]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_encodings_of_platforms_and_spreadsheets(bring: Bring, data_dir: Path, encoding: str) -> None:
    assert bring(ORDERS, GOOD, NEXT, encoding=encoding).error is None
    assert Shop.open(data_dir, "s1").table("orders")["region"].tolist() == ["上海", "广东"]


def test_a_tab_separated_unicode_text_is_read(bring: Bring) -> None:
    assert bring(*(line.replace(",", "\t") for line in (ORDERS, GOOD, NEXT)), encoding="utf-16").kept == 2


def test_lines_above_the_headings_are_passed_over(bring: Bring) -> None:
    report = bring("店铺报表", "", "导出说明,仅供参考", ORDERS, GOOD)
    assert (report.read, report.kept) == (1, 1)


def test_headings_may_have_full_width_brackets_spaces_and_case(bring: Bring) -> None:
    assert bring(LISTINGS.upper().replace(",", " , "), "2026/10/1,P1,t,9.9,1,1,甲").error is None


UTF8 = "\n".join([ORDERS, GOOD, NEXT]).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "is empty"),
        (ORDERS.encode(), "has headings but no rows"),
        (UTF8 + b"\nA3,\x00,1,\xe4\xb8\x8a,,,", "NUL"),
        (UTF8.replace("广东".encode(), "广东".encode()[:-1]), "bytes in line 3 are not UTF-8"),
        (b"\xef\xbb\xbf" + UTF8.replace("广东".encode(), b"\xb9\xe3"), "bytes in line 3 are not UTF-8"),
        ("\n".join([ORDERS, GOOD]).encode("utf-16")[:-1], "bytes in line"),
        (bytes(range(128, 256)) * 4, "is neither UTF-8 nor surely GB18030, Big5 or Windows-1252, such as line 1"),
        (",".join(f"c{n}" for n in range(50_000)).encode(), "has over 702 columns in row 1"),
        (b'"' + b'","'.join(b"c%d" % n for n in range(50_000)) + b'"', "has over 702 columns in row 1"),
        (b"a,b\n1,2\n" + b"," * 800, "has over 702 columns in row 3"),
        (b"PK\x03\x04" + bytes(40), "is a damaged workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(40), "is a damaged workbook"),
        (b"name,age\nx,1\n", "no known export"),
        (UTF8.replace("退款金额".encode(), "退款".encode()), "nearest is Tmall order report, without 退款金额"),
        (UTF8.replace("总金额".encode(), "总金额,总金额 ".encode()), "more than once"),
        (UTF8 + b'\nA3,1,1,"never closed', "never closed"),
        (
            UTF8.replace(b"0.0", b"0.0,"),
            "has no usable row (more or fewer fields than headings: 2 of 2, such as row 2)",
        ),
    ],
)
def test_refused_in_one_line(bring: Bring, data_dir: Path, data: bytes, says: str) -> None:
    report = bring(data=data)
    assert report.error is not None
    assert says in str(report.error)
    assert str(report.error).startswith("export.csv: ")
    assert "\n" not in str(report.error)
    assert (report.kept, report.tables) == (0, {})
    assert not (data_dir / "s1").exists()


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("A3,1,1,上海,2026-10-01 10:00:00", None, "field_count"),
        ("A3,1,1,上海,2026-10-01 10:00:00,,0,9", None, "field_count"),
        ('A3,1,1,a"b" "c,2026-10-01 10:00:00,,0,', None, "field_count"),
        ('A3,1,1,"上"海,2026-10-01 10:00:00,,0', None, "malformed_quotes"),
        (ORDERS, None, "repeated_heading"),
        (GOOD, None, "exact_duplicate"),
        (GOOD.replace("100.0", "101.0"), "order_id", "repeated_key"),
        ("-,1,1,上海,2026-10-01 10:00:00,,0", "order_id", "missing_key"),
        ("1.2E+18,1,1,上海,2026-10-01 10:00:00,,0", "order_id", "destroyed_id"),
        ("A3,一百,1,上海,2026-10-01 10:00:00,,0", "amount", "not_a_number"),
        ("A3,1,-1,上海,2026-10-01 10:00:00,,0", "paid_amount", "out_of_range"),
        ("A3,1,1,上海,44105,,0", "created_at", "not_a_date"),
    ],
)
def test_a_bad_row_stays_out_with_its_reason(
    bring: Bring, data_dir: Path, line: str, column: str | None, reason: str
) -> None:
    report = bring(ORDERS, GOOD, line, NEXT)
    assert report.error is None
    assert (report.read, report.kept, report.rejected) == (3, 2, {reason: 1})
    (example,) = report.examples
    assert (example.row, example.column, example.reason) == (3, column, reason)
    assert Shop.open(data_dir, "s1").table("orders")["order_id"].tolist() == ["A1", "A2"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_damage_here_and_there_costs_the_rows_it_is_in(bring: Bring, data_dir: Path, mark: bytes) -> None:
    rows = [f"B{n},10.0,10.0,广东省,2026-10-01 10:00:00,,0" for n in range(80)]
    data = "\n".join([ORDERS, *rows]).encode().split(b"\n")
    data[7] = data[7].replace("广东".encode(), b"\xb9\xe3")
    data[80] = data[80][:-3].replace("省".encode(), "省".encode()[:2])
    report = bring(data=mark + b"\n".join(data))
    assert (report.read, report.kept, report.rejected) == (80, 78, {"damaged_characters": 2})
    assert [r.row for r in report.examples] == [8, 81]
    assert Shop.open(data_dir, "s1").table("orders")["region"].eq("广东").all()


@pytest.mark.integration
def test_one_bad_file_does_not_stop_the_others(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "good.csv").write_text(f"{ORDERS}\n{GOOD}\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_bytes(b"")
    files = [tmp_path / "absent.csv", tmp_path / "bad.csv", tmp_path, tmp_path / "good.csv"]
    reports = import_files(files, shop_id="s1", data_dir=data_dir)
    assert [r.error is None for r in reports] == [False, False, False, True]
    assert str(tmp_path) not in "".join(str(r.error) for r in reports)


@pytest.mark.parametrize("shop_id", ["../s1", "", "a/b", "-x", "a" * 65])
def test_a_shop_id_cannot_leave_the_data_folder(data_dir: Path, shop_id: str) -> None:
    with pytest.raises(ValueError, match="is no shop id"):
        import_files([], shop_id=shop_id, data_dir=data_dir)


def test_a_broken_table_of_the_shop_is_named_and_left(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, GOOD)
    table = data_dir / "s1" / "orders.parquet"
    table.write_bytes(b"damaged")
    report = bring(ORDERS, NEXT)
    assert "orders.parquet" in str(report.error)
    assert table.read_bytes() == b"damaged"


def test_a_damaged_lineage_stops_before_anything_is_written(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, GOOD)
    (data_dir / "s1" / "lineage.json").write_text("{", encoding="utf-8")
    assert "record of imports is damaged" in str(bring(ORDERS, NEXT).error)
    assert len(Shop.open(data_dir, "s1").table("orders")) == 1


@settings(max_examples=examples(150))
@given(st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=3), st.integers(0, 12)), min_size=1, max_size=4))
def test_damage_anywhere_is_refused_or_left_out_but_never_shifts_a_row(cuts: list[tuple[int, bytes, int]]) -> None:
    data = "\n".join([ORDERS, GOOD, NEXT, ""]).encode()
    for at, put, drop in cuts:
        data = data[:at] + put + data[at + drop :]
    try:
        (rows,) = reading.read(data, "x.csv")
        result = convert(rows, Context(recognise(rows, "x.csv"), common(), b"k" * 32))
    except IntakeError:
        return
    frame = result.frames["orders"]
    assert result.read == len(frame) + len(result.rejected)
    assert frame["order_id"].notna().all()
    assert (frame[["amount", "paid_amount", "refund_amount"]].fillna(0) >= 0).all(axis=None)
