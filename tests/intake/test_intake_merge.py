"""New rows into a table: by key, newer values first, what is not told stays, and what changed is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import LISTINGS, ORDERS

from sizhen.intake import FileReport, import_files
from sizhen.intake.newer import Pairs, joined
from sizhen.tables import Shop
from sizhen.vocab import load

SPEC = load().tables["stock_daily"]
KEYS = st.tuples(st.integers(1, 3), st.sampled_from("ab"), st.sampled_from(["", "s"]))
TABLES = st.dictionaries(KEYS, st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=8)


def frame(rows: dict[tuple[int, str, str], int | None]) -> pd.DataFrame:
    made = [(pd.Timestamp(2026, 9, day), product, sku, value) for (day, product, sku), value in rows.items()]
    types = {"date": "datetime64[us]", "product_id": "str", "sku": "str", "on_hand": "float64"}
    return pd.DataFrame(made, columns=list(types)).astype(types)


def both(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    made = joined(Pairs(old, new, SPEC), ())
    return made.frame, made.changed


def told(table: pd.DataFrame) -> dict[tuple[int, str, str], int | None]:
    rows = table.itertuples(index=False)
    return {(r.date.day, r.product_id, r.sku): None if pd.isna(r.on_hand) else int(r.on_hand) for r in rows}


@pytest.mark.slow
@settings(max_examples=200)
@given(TABLES, TABLES)
def test_newer_known_values_win_and_changes_are_counted(old: dict, new: dict) -> None:
    table, changed = both(frame(old), frame(new))
    assert told(table) == old | {k: old.get(k) if v is None else v for k, v in new.items()}
    assert changed.get("on_hand", 0) == sum(
        v is not None and old.get(k) is not None and old[k] != v for k, v in new.items()
    )


@pytest.mark.slow
@given(TABLES, TABLES)
def test_the_same_rows_again_change_nothing(old: dict, new: dict) -> None:
    table, _ = both(frame(old), frame(new))
    again, changed = both(table, frame(new))
    assert again is table
    assert changed == {}


def order(id: str, refund: str = "0") -> str:
    return f"{id},10,9,上海,2026-10-01 10:00:00,2026-10-01 10:01:00,{refund}"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three exports of one shop, the last with refunds that came late."""
    paths = [tmp_path / f"{n}.csv" for n in range(3)]
    rows = [[order("A1"), order("A2")], [order("A3")], [order("A1", "4"), order("A2", "5"), order("A4")]]
    for path, lines in zip(paths, rows, strict=True):
        path.write_text("\n".join([ORDERS, *lines, ""]), encoding="utf-8")
    return paths


def test_late_refunds_are_told_by_column(files: list[Path], data_dir: Path) -> None:
    reports = import_files(files, shop_id="s1", data_dir=data_dir)
    assert [r.changed for r in reports] == [{}, {}, {"refund_amount": 2}]
    refunds = Shop.open(data_dir, "s1").table("orders").set_index("order_id")["refund_amount"]
    assert refunds.to_dict() == {"A1": 4, "A2": 5, "A3": 0, "A4": 0}


def test_one_call_or_several_make_the_same_bytes(files: list[Path], tmp_path: Path) -> None:
    together, apart = tmp_path / "together", tmp_path / "apart"
    for folder in (together, apart):
        folder.mkdir()
        (folder / ".key").write_bytes(b"k" * 32)
    import_files(files, shop_id="s1", data_dir=together)
    for file in files:
        import_files([file], shop_id="s1", data_dir=apart)
    for name in ("orders.parquet", "lineage.json", "shop.toml"):
        assert (together / "s1" / name).read_bytes() == (apart / "s1" / name).read_bytes()


def test_the_same_files_again_change_no_byte_and_write_no_table(files: list[Path], data_dir: Path) -> None:
    import_files(files[2:], shop_id="s1", data_dir=data_dir)
    table = data_dir / "s1" / "orders.parquet"
    before = table.read_bytes(), table.stat().st_mtime_ns
    (report,) = import_files(files[2:], shop_id="s1", data_dir=data_dir)
    assert (report.kept, report.changed) == (3, {})
    assert (table.read_bytes(), table.stat().st_mtime_ns) == before


def test_where_writing_fails_nothing_was_imported(
    files: list[Path], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    reports = import_files([*files, data_dir / "absent.csv"], shop_id="s1", data_dir=data_dir)
    assert ["No space left" in str(r.error) for r in reports] == [True, True, True, False]
    assert [r.tables for r in reports] == [{}] * 4
    assert not (data_dir / "s1").exists()


def test_progress_is_told_after_each_file(files: list[Path], data_dir: Path) -> None:
    steps: list[int] = []
    import_files(files, shop_id="s1", data_dir=data_dir, progress=lambda: steps.append(1))
    assert len(steps) == len(files)


def test_a_computed_column_follows_a_corrected_counter(bring: Callable[..., FileReport], data_dir: Path) -> None:
    bring(LISTINGS, "2026/10/1,P1,t,9.9,10,1,甲", "2026/10/2,P1,t,9.9,15,1,甲")
    report = bring(LISTINGS, "2026/10/2,P1,t,9.9,18,1,甲")
    assert report.changed == {"units_sold_counter": 1}
    assert Shop.open(data_dir, "s1").table("peer_products_daily")["units_sold"].tolist()[1] == 8
