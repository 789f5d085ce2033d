"""A lost or exchanged key, and a damaged record of imports, are errors that say what would be lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from made import ORDERS

from sizhen.exam import check
from sizhen.intake import FileReport, import_files
from sizhen.tables import DataError, Period, Shop, write_table

Bring = Callable[..., FileReport]
LISTING = ("date,visitors,paid_amount", "2026-10-01,5,9")


def order(number: int) -> str:
    return f"A{number},10,9,湖北省武汉市,2026-10-0{number} 10:00:00,2026-10-0{number} 10:01:00,0"


def said(report: FileReport) -> str:
    line = str(report.error)
    assert line.isprintable()
    return line


def test_a_key_that_is_gone_is_no_reason_to_make_another(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, order(1))
    (data_dir / ".key").unlink()
    line = said(bring(ORDERS, order(2), name="more.csv"))
    assert line.startswith(
        "more.csv: .key: is gone, but the tables of s1 were made with it; with another key pseudonyms change"
    )
    assert "put back your copy" in line
    assert not (data_dir / ".key").exists()
    assert len(Shop.open(data_dir, "s1").table("orders")) == 1


def test_it_is_missed_by_every_shop_of_the_folder(bring: Bring, data_dir: Path, tmp_path: Path) -> None:
    bring(ORDERS, order(1))
    (data_dir / ".key").unlink()
    (report,) = import_files([tmp_path / "export.csv"], shop_id="s2", data_dir=data_dir)
    assert "the tables of s1 were made with it" in said(report)
    assert not (data_dir / "s2").exists()


def test_pseudonyms_without_a_record_of_imports_are_known_by_their_looks(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, order(1))
    ids = pd.DataFrame({"order_id": ["A1"], "buyer_id": ["0123456789abcdef0123"]})
    write_table(data_dir / "s1", "orders", ids)
    for name in (".key", "s1/lineage.json"):
        (data_dir / name).unlink()
    assert "the tables of s1 were made with it" in said(bring(ORDERS, order(2), name="more.csv"))


def test_where_nothing_was_made_with_a_key_a_new_one_is(bring: Bring, data_dir: Path) -> None:
    bring(*LISTING)
    (data_dir / ".key").unlink()
    write_table(data_dir / "s1", "orders", pd.DataFrame({"order_id": ["A1"], "buyer_id": ["b0001587"]}))
    assert bring(ORDERS, order(2), name="more.csv").error is None


def test_another_key_is_refused(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, order(1))
    (data_dir / ".key").write_bytes(b"x" * 32)
    before = (data_dir / "s1" / "lineage.json").read_bytes()
    line = said(bring(ORDERS, order(2), name="more.csv"))
    assert line.startswith("more.csv: .key: is another key than the tables of s1 were made with; ")
    assert (data_dir / "s1" / "lineage.json").read_bytes() == before


@pytest.mark.parametrize("shop", ["s1", "s2"])
def test_another_key_is_known_by_the_other_shops_where_a_shop_has_no_record(
    bring: Bring, data_dir: Path, tmp_path: Path, shop: str
) -> None:
    bring(ORDERS, order(1))
    import_files([tmp_path / "export.csv"], shop_id="s3", data_dir=data_dir)
    (data_dir / ".key").write_bytes(b"x" * 32)
    (data_dir / "s1" / "lineage.json").unlink()
    (report,) = import_files([tmp_path / "export.csv"], shop_id=shop, data_dir=data_dir)
    assert "is another key than the tables of s3 were made with" in said(report)


def test_a_key_that_any_shop_was_made_with_is_that_of_a_new_one(bring: Bring, data_dir: Path, tmp_path: Path) -> None:
    bring(ORDERS, order(1))
    record = data_dir / "s1" / "lineage.json"
    import_files([tmp_path / "export.csv"], shop_id="from_elsewhere", data_dir=data_dir)
    elsewhere = data_dir / "from_elsewhere" / "lineage.json"
    (entry,) = json.loads(record.read_text(encoding="utf-8"))
    elsewhere.write_text(json.dumps([entry | {"key": "0" * 20}]), encoding="utf-8")
    (data_dir / "damaged").mkdir()
    (data_dir / "damaged" / "lineage.json").write_text("{", encoding="utf-8")
    (report,) = import_files([tmp_path / "export.csv"], shop_id="new", data_dir=data_dir)
    assert report.error is None


def test_a_record_from_before_keys_were_marked_is_taken_and_marked_from_then_on(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, order(1))
    path = data_dir / "s1" / "lineage.json"
    (entry,) = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([{k: v for k, v in entry.items() if k != "key"}]), encoding="utf-8")
    assert bring(ORDERS, order(2), name="more.csv").error is None
    first, second = json.loads(path.read_text(encoding="utf-8"))
    assert ("key" in first, second["key"]) == (False, entry["key"])
    (data_dir / ".key").write_bytes(b"x" * 32)
    assert "is another key" in said(bring(ORDERS, order(3), name="third.csv"))


RECORDS: dict[str, str | bytes] = {
    "empty": "",
    "no list": "{}",
    "a list of wrong things": "[1]",
    "an old entry": '[{"file": "a.csv", "sha256": "00"}]',
    "wrong counts": '[{"file": "a", "sha256": "0", "tables": {}, "read": "1", "kept": 1, "rejected": {}}]',
    "nested": "[" * 5000 + "]" * 5000,
    "bytes": b"\xff\xfe",
    "a number": "5",
    "not JSON": "[{",
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_damaged_record_of_imports_stops_an_import_and_no_report(bring: Bring, data_dir: Path, kind: str) -> None:
    bring(ORDERS, order(1))
    path, told = data_dir / "s1" / "lineage.json", RECORDS[kind]
    path.write_bytes(told.encode() if isinstance(told, str) else told)
    line = said(bring(ORDERS, order(2), name="more.csv"))
    assert "lineage.json: the record of imports is damaged (" in line
    assert "put back your copy into the folder of s1, or remove it" in line
    shop = Shop.open(data_dir, "s1")
    assert len(shop.table("orders")) == 1
    with pytest.raises(DataError, match=r"^lineage\.json"):
        shop.lineage()
    assert check.imported(shop, Period.parse("2026-10")).attrs["empty"] == "imports.unread"
