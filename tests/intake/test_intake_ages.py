"""Which of two files is the newer: by the time of the export, else by the state of the row, whatever comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import ORDERS, PRODUCTS

from sizhen.intake import FileReport, ages, import_files
from sizhen.intake.newer import Pairs, joined
from sizhen.intake.origin import named_export
from sizhen.tables import Shop
from sizhen.vocab import load

Bring = Callable[..., FileReport]
SPEC = load().tables["orders"]
LAST = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("name", "exported"),
    [
        ("orders_export2026-11-02-15-24-07.csv", "2026-11-02T15:24:07"),
        ("ExportOrderList20261102152407.xlsx", "2026-11-02T15:24:07"),
        ("ExportOrderList202611021524.xlsx", "2026-11-02T15:24:00"),
        ("订单_20261102_152407.csv", "2026-11-02T15:24:07"),
        ("订单 2026-11-02 15_24_07.csv", "2026-11-02T15:24:07"),
        ("商品_2026-10-01_2026-10-31_20261102152407.xls", "2026-11-02T15:24:07"),
        ("orders 2026-11-02.csv", "2026-11-02T00:00:00"),
        ("orders 2026-10-31.csv", None),  # may be the period's
        ("orders_2026-10-01_2026-11-02.csv", None),
        ("orders_20261001-20261102.csv", None),
        ("orders 2026-10-01-2026-10-31.csv", None),
        ("orders_20261001093000_20261102093000.csv", None),
        ("orders 2026-09-02 15_24_07.csv", None),  # before its rows
        ("orders_export_1.csv", None),
        ("ExportOrderList21467652031.csv", None),
        ("20269902152407.csv", None),
    ],
)
def test_names_that_tell_when_a_file_was_exported(name: str, exported: str | None) -> None:
    assert named_export(name, LAST) == exported


@pytest.mark.parametrize(
    ("line", "exported"),
    [
        ("导出时间：2026-11-02 15:24:07", "2026-11-02T15:24:07"),
        ("下载时间 2026/11/02 15:24", "2026-11-02T15:24:00"),
        ("# Exported at: 2026-11-02T15:24:07", "2026-11-02T15:24:07"),
        ("Generated on 2026-11-02", "2026-11-02T00:00:00"),
        ("统计日期：2026-09-08", None),
        ("备注：2026-11-02 导出", None),
    ],
)
def test_lines_above_the_headings_that_tell_it(bring: Bring, line: str, exported: str | None) -> None:
    report = bring(line, "统计日期,商品ID,商品访客数", "2026-09-08,001,10", map=PRODUCTS)
    assert (report.error, report.exported) == (None, exported)


def told(frame: pd.DataFrame) -> dict[str, dict[str, object]]:
    rows = frame.astype(object).where(frame.notna(), None).set_index("order_id")
    return {id: {c: row[c] for c in sorted(rows.columns)} for id, row in rows.iterrows()}


def folded(files: Iterable[pd.DataFrame]) -> dict[str, dict[str, object]]:
    first, *others = files
    for file in others:
        first = joined(Pairs(first, file, SPEC), ()).frame
    return told(first)


def frame(rows: dict[str, list[object]], columns: list[str], age: int | None) -> pd.DataFrame:
    made = pd.DataFrame([[id, *cells] for id, cells in rows.items()], columns=["order_id", *columns])
    made = made.astype({"order_id": "str"} | {c: "datetime64[us]" if c.endswith("_at") else "float64" for c in columns})
    return made if age is None else ages.told(made, SPEC, pd.Timestamp(2026, 11, 1) + pd.Timedelta(days=age))


ANY = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.none() | st.sampled_from([0.0, 1.0, 2.0]), min_size=3, max_size=3), min_size=1
)


@given(st.lists(ANY, min_size=2, max_size=4), st.randoms())
def test_files_that_tell_their_age_come_in_any_order(rows: list[dict], random) -> None:
    """Every other one lacks a column, and any cell may be unknown."""
    columns = ["amount", "paid_amount", "refund_amount"]
    newest: dict[tuple[str, str], float] = {}
    files = []
    for age, each in enumerate(rows):
        has = columns[: 2 + age % 2]
        files.append(frame({id: cells[: len(has)] for id, cells in each.items()}, has, age))
        newest |= {(id, c): v for id, cells in each.items() for c, v in zip(has, cells, strict=False) if v is not None}
    result = folded(random.sample(files, len(files)))
    known = {(id, c): row[c] for id, row in result.items() for c in columns if row.get(c) is not None}
    assert known == newest


LIFE = ["paid_at", "sent_at", "received_at", "paid_amount", "refund_amount"]
T = [pd.Timestamp(2026, 10, 1, hour) for hour in range(3)]
STATES = [  # of an order, each as an export tells it
    [None, None, None, None, 0.0],
    [T[0], None, None, 9.0, 0.0],
    [T[0], T[1], None, 9.0, None],
    [T[0], T[1], T[2], 9.0, 0.0],
    [T[0], T[1], T[2], 9.0, 4.0],
    [T[0], T[1], T[2], 9.0, 9.0],
]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 5), min_size=1), min_size=2, max_size=4))
def test_what_has_come_farther_counts_where_no_file_tells_its_age(seen: list[dict[str, int]]) -> None:
    files = [frame({id: STATES[state] for id, state in each.items()}, LIFE, None) for each in seen]
    last = {id: max(each[id] for each in seen if id in each) for id in {id for each in seen for id in each}}
    whole = folded([frame({id: STATES[state] for id, state in last.items()}, LIFE, None)])
    for order in permutations(files):
        result = folded(order)
        assert {id: row["refund_amount"] or 0.0 for id, row in result.items()} == {
            id: row["refund_amount"] or 0.0 for id, row in whole.items()
        }
        assert {id: row["received_at"] for id, row in result.items()} == {
            id: row["received_at"] for id, row in whole.items()
        }


def test_a_state_never_goes_back_and_what_is_cancelled_stays() -> None:
    states = ["pending", "paid", "cancelled"]
    for order in permutations(states):
        frames = [pd.DataFrame({"order_id": ["a"], "status": pd.Series([state], dtype="str")}) for state in order]
        assert folded(frames)["a"]["status"] == "cancelled"


def order(refund: str, paid: str = "9") -> tuple[str, str]:
    return ORDERS, f"A1,10,{paid},上海,2026-10-01 10:00:00,2026-10-01 10:01:00,{refund}"


OLD, NEW = "orders_20261102_100000.csv", "orders_20261103_100000.csv"


def test_the_newer_of_two_dated_files_counts_in_whatever_call_it_comes(bring: Bring, data_dir: Path) -> None:
    bring(*order("5"), name=NEW)
    late = bring(*order("7", "8"), name=OLD)
    assert (late.exported, late.changed, late.notes) == ("2026-11-02T10:00:00", {}, {"older_value": 2})
    orders = Shop.open(data_dir, "s1").table("orders")
    assert orders[["paid_amount", "refund_amount"]].to_numpy().tolist() == [[9, 5]]
    assert not [c for c in orders if c.endswith(ages.MARK)]
    again = bring(*order("4"), name="orders_20261104_100000.csv")
    assert (again.changed, again.notes) == ({"refund_amount": 1}, {})


@pytest.mark.integration
def test_the_same_dated_files_in_any_order_make_the_same_bytes(tmp_path: Path) -> None:
    made = {}
    for name, lines in ((OLD, order("7", "8")), (NEW, order("5"))):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    for n, names in enumerate(permutations((OLD, NEW))):
        data = tmp_path / f"data{n}"
        for name in names:
            import_files([tmp_path / name], shop_id="s1", data_dir=data)
        made[n] = [(data / "s1" / part).read_bytes() for part in ("orders.parquet", "ages/orders.parquet")]
        stamp = (data / "s1" / "orders.parquet").stat().st_mtime_ns
        import_files([tmp_path / name for name in names], shop_id="s1", data_dir=data)
        assert (data / "s1" / "orders.parquet").stat().st_mtime_ns == stamp
    assert made[0] == made[1]


def test_where_nothing_tells_the_later_import_counts_and_is_told(bring: Bring, data_dir: Path) -> None:
    head = "统计日期,商品ID,商品访客数"
    bring(head, "2026-09-08,001,10", map=PRODUCTS)
    report = bring(head, "2026-09-08,001,12", map=PRODUCTS)
    assert (report.changed, report.notes) == ({"visitors": 1}, {"later_import": 1})
    assert Shop.open(data_dir, "s1").table("product_daily")["visitors"].tolist() == [12]


def test_ages_of_a_table_that_was_removed_are_gone_and_damaged_ones_are_told(bring: Bring, data_dir: Path) -> None:
    bring(*order("5"), name=NEW)
    kept = data_dir / "s1" / "ages" / "orders.parquet"
    (data_dir / "s1" / "orders.parquet").unlink()
    assert bring(*order("1"), name=OLD).changed == {}
    assert pd.read_parquet(kept)["refund_amount"].tolist() == [pd.Timestamp("2026-11-02 10:00:00")]
    kept.write_bytes(b"no table")
    broken = str(bring(*order("2"), name="orders_20261105_100000.csv").error)
    assert (
        "ages/orders.parquet: the times of earlier exports cannot be read; put back your copy, or remove it" in broken
    )
    kept.unlink()
    assert bring(*order("2"), name="orders_20261105_100000.csv").error is None


def test_a_csv_table_keeps_its_ages_too(bring: Bring, data_dir: Path) -> None:
    bring(*order("5"), name=NEW)
    folder = data_dir / "s1"
    Shop.open(data_dir, "s1").table("orders").to_csv(folder / "orders.csv", index=False)
    (folder / "orders.parquet").unlink()
    assert bring(*order("1"), name=OLD).notes == {"older_value": 1}
    assert not (folder / "orders.parquet").exists()
