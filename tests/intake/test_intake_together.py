"""Imports and answers of one shop wait for each other, and none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from made import ORDERS

from sizhen.intake import FileReport, IntakeError, add_answer, answers, import_files
from sizhen.tables import DataError, Shop, ShopBusy
from sizhen.tables.switch import alone

AT_ONCE, ROWS = 6, 28


def export(path: Path, number: int) -> Path:
    rows = [f"A{number}-{row},10,9,上海,2026-10-01 10:00:00,2026-10-01 10:01:00,0" for row in range(ROWS)]
    path.write_text("\n".join([ORDERS, *rows, ""]), encoding="utf-8")
    return path


@pytest.mark.integration
def test_six_imports_at_once_keep_every_row(tmp_path: Path, data_dir: Path) -> None:
    """Each waits, once it has read its file, for the others to have read theirs; they come only if none is alone."""
    files = [export(tmp_path / f"{number}.csv", number) for number in range(AT_ONCE)]
    meeting = threading.Barrier(AT_ONCE)

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1)

    bring = partial(import_files, shop_id="s1", data_dir=data_dir, progress=meet)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = [report for told in pool.map(lambda file: bring([file]), files) for report in told]
    assert [report.error for report in reports] == [None] * AT_ONCE
    shop = Shop.open(data_dir, "s1")
    assert len(shop.table("orders")) == AT_ONCE * ROWS
    assert {entry["file"] for entry in shop.lineage()} == {file.name for file in files}


def test_an_answer_that_cannot_wait_for_an_import_is_told(
    bring: Callable[..., FileReport], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(ORDERS, "A1,10,9,上海,2026-10-01 10:00:00,2026-10-01 10:01:00,0")
    add = partial(add_answer, data_dir, "s1", asked_on=date(2026, 10, 20), who="owner", question="q", score=None)
    monkeypatch.setattr(answers, "WAIT", 0)
    with alone(data_dir / "s1"), pytest.raises(ShopBusy, match="s1: another command"):
        add(answer="a")
    assert add(answer="b")
    assert Shop.open(data_dir, "s1").table("answers")["answer"].tolist() == ["b"]


def test_an_import_that_gave_nothing_leaves_no_folder(bring: Callable[..., FileReport], data_dir: Path) -> None:
    assert bring("a,b", "1,2").error is not None
    assert not (data_dir / "s1").exists()


def test_what_is_a_link_is_not_written_through(bring: Callable[..., FileReport], data_dir: Path) -> None:
    row = "A1,10,9,上海,2026-10-01 10:00:00,2026-10-01 10:01:00,0"
    bring(ORDERS, row)
    for path, error in ((data_dir / "s1" / "orders.parquet", DataError), (data_dir / ".key", IntakeError)):
        elsewhere = data_dir.parent / "elsewhere"
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
        before = elsewhere.read_bytes()
        with pytest.raises(error, match=rf"^{path.name}: is a symbolic link"):
            bring(ORDERS, row.replace("A1", "A2"))
        assert path.is_symlink() and elsewhere.read_bytes() == before
        elsewhere.rename(path)
