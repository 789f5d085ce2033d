"""Whose clock an export's times are put on: the shop's, which a new shop takes from the times themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.intake import FileReport
from sizhen.tables import Shop

Bring = Callable[..., FileReport]


def lines(*created: str) -> list[str]:
    return ["order_id,created_at,amount", *(f"o{i},{at},5" for i, at in enumerate(created))]


def created(data_dir: Path) -> list[str]:
    return Shop.open(data_dir, "s1").table("orders")["created_at"].astype("str").tolist()


def test_a_new_shop_keeps_the_clock_its_times_were_written_by(bring: Bring, data_dir: Path) -> None:
    report = bring(*lines("2026-07-31 23:50:00 -0700", "2026-12-31 23:50:00 -0800", "2026-12-31 08:00:00"))
    assert (report.error, report.remarks) == (None, ())
    assert Shop.open(data_dir, "s1").profile.timezone == "America/Los_Angeles"
    assert created(data_dir) == ["2026-07-31 23:50:00", "2026-12-31 23:50:00", "2026-12-31 08:00:00"]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-09-30T17:00Z", "UTC"),
        ("2026-09-30 17:00:00 GMT", "UTC"),
        ("2026-09-30T22:45:00+05:45", "UTC+05:45"),
        ("2026-09-30T07:30:00-09:30", "UTC-09:30"),
    ],
)
def test_no_clock_is_guessed_and_the_report_says_which_one_was_taken(
    bring: Bring, data_dir: Path, at: str, told: str
) -> None:
    report = bring(*lines(at))
    assert Shop.open(data_dir, "s1").profile.timezone == "Asia/Shanghai"
    assert created(data_dir) == ["2026-10-01 01:00:00"]
    assert str(report.first) == "2026-10-01"
    (remark,) = report.remarks
    assert remark.startswith(f"times of {told} are put on the clock of Asia/Shanghai; ")


def test_a_shop_that_says_its_timezone_afterwards_has_its_times_right_after_another_import(
    bring: Bring, data_dir: Path
) -> None:
    bring(*lines("2026-09-30T17:00Z"))
    toml = data_dir / "s1" / "shop.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("Asia/Shanghai", "Europe/London"), encoding="utf-8")
    again = bring(*lines("2026-09-30T17:00Z"))
    assert again.changed == {"created_at": 1}
    assert created(data_dir) == ["2026-09-30 18:00:00"]


def test_a_table_laid_by_hand_with_zones_keeps_its_times_when_rows_come_to_it(bring: Bring, data_dir: Path) -> None:
    bring(*lines("2026-10-05 10:00:00"))
    (data_dir / "s1" / "orders.parquet").unlink()
    table = data_dir / "s1" / "orders.csv"
    table.write_text("order_id,created_at,amount\no1,2026-09-30T17:00Z,5\no2,2026-09-30 17:00,6\n", encoding="utf-8")
    bring(*lines("2026-10-06 10:00:00"), name="more.csv")
    assert created(data_dir) == ["2026-10-06 10:00:00", "2026-10-01 01:00:00", "2026-09-30 17:00:00"]
    assert "Z" not in table.read_text(encoding="utf-8")
