"""A shop's folder has one writer at a time, and changes whole or not at all, whatever moment the writer dies at."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.tables import DataError, Shop, ShopBusy, UnknownShop, list_shops, write_table
from sizhen.tables import switch as switching
from sizhen.tables.switch import Change, alone, settle

NAMED = 'shop_id = "s1"\nname = "{}"\nplatform = "other"\n'
Tree = dict[str, bytes]
OLD: Tree = {"shop.toml": NAMED.format("old").encode()} | dict.fromkeys(
    ("orders.csv", "reviews.parquet", "totals/product_daily.parquet", "lineage.json"), b"old"
)
NEW: Tree = {"shop.toml": NAMED.format("new").encode()} | dict.fromkeys(
    ("orders.parquet", "reviews.parquet", "products.csv", "totals/product_daily.csv", "lineage.json"), b"new"
)
STEPS = {"open", "os.link", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "fcntl.flock"}


def put(folder: Path, files: Tree) -> None:
    with alone(folder) as change:
        for name, content in files.items():
            change.put(name, content)
        change.commit()


def tree(folder: Path) -> Tree:
    """All files, hidden ones too; of an empty folder its name."""
    found = [p for p in folder.rglob("*") if p.is_file() or not list(p.iterdir())]
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"empty" for p in found}


def killed(step: int, work: Callable[[], None]) -> bool:
    """Whether a process that works was killed just before its call number `step` to the file system; it ends before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that threads run: the child needs none of them
        child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL)
        return code != 0
    left = step

    def count(event: str, _: object) -> None:
        nonlocal left
        left -= event in STEPS
        if event in STEPS and left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.addaudithook(count)
        work()
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.integration
@pytest.mark.parametrize("before", [OLD, {}], ids=["known", "new"])
def test_killed_at_any_moment_the_folder_is_old_or_new(
    before: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)  # costs time, and only a loss of power would show it
    step, seen = 0, set()
    while True:
        data = tmp_path / f"{step}"
        data.mkdir()
        put(data / "s1", before)
        if not killed(step, lambda data=data: put(data / "s1", NEW)):  # type: ignore[misc]
            break
        committed = (data / "s1" / ".switch").exists()
        if not committed:
            left = {name: content for name, content in tree(data / "s1").items() if not name.startswith(".stage-")}
            assert left in (before, NEW)
        elif not before and (data / "s1" / "shop.toml").exists():
            assert all((data / "s1" / name).exists() for name in NEW)
        known = list_shops(data)
        assert known == (["s1"] if before or committed or (data / "s1" / "shop.toml").exists() else [])
        try:
            name = Shop.open(data, "s1").profile.name
        except UnknownShop:
            name = ""
        whole = NEW if name == "new" else before
        assert name == ("" if not whole else "new" if whole is NEW else "old")
        assert tree(data) == {f"s1/{path}": content for path, content in whole.items()}
        assert whole is NEW or not committed
        seen.add((name, committed))
        step += 1
    assert tree(data) == {f"s1/{path}": content for path, content in NEW.items()}
    assert step > 30
    assert seen == {("old" if before else "", False), ("new", True), ("new", False)}


@pytest.mark.parametrize("moment", range(1, 9))
def test_a_full_disk_leaves_the_old_files_or_a_switch_to_finish(
    moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The six files and their two folders come to the disk before the switch."""
    put(tmp_path / "s1", OLD)
    flushed = iter(range(1, 99))

    def full(_: int) -> None:
        if next(flushed) == moment:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        put(tmp_path / "s1", NEW)
    assert tree(tmp_path / "s1") == OLD


def test_once_committed_it_is_finished_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "s1", OLD)

    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(switching, "_finish", refused)
    with pytest.raises(PermissionError):
        put(tmp_path / "s1", NEW)
    with pytest.raises(
        DataError, match=r"s1: its last import was cut off and cannot be finished \(Permission denied\)"
    ):
        Shop.open(tmp_path, "s1")
    monkeypatch.undo()
    put(tmp_path / "s1", {"answers.csv": b"later"})
    assert tree(tmp_path / "s1") == NEW | {"answers.csv": b"later"}


def test_an_open_shop_has_the_fingerprint_of_the_whole_switch(tmp_path: Path) -> None:
    put(tmp_path / "a" / "s1", NEW)
    wanted = Shop.open(tmp_path / "a", "s1").fingerprint()
    put(tmp_path / "b" / "s1", OLD)
    shop = Shop.open(tmp_path / "b", "s1")
    put(tmp_path / "c" / "s1", NEW)
    (tmp_path / "c" / "s1").rename(shop.folder / ".switch")
    assert shop.fingerprint() == wanted


def test_whoever_comes_second_waits(tmp_path: Path) -> None:
    """Also where the first leaves a new shop's folder empty, so that it goes again."""
    waiting = threading.Thread(target=put, args=(tmp_path / "s1", NEW))
    with alone(tmp_path / "s1"):
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive() and tree(tmp_path) == {"s1": b"empty"}
    waiting.join()
    assert tree(tmp_path / "s1") == NEW


def test_a_folder_that_goes_while_it_is_locked_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flock, taken = fcntl.flock, []

    def late(handle: int, how: int) -> None:
        if not taken:
            (tmp_path / "s1").rmdir()
        taken.append(handle)
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    put(tmp_path / "s1", NEW)
    assert tree(tmp_path / "s1") == NEW and len(taken) == 2


@pytest.mark.parametrize("folders_lock", [True, False])
def test_whoever_waits_too_long_is_told(folders_lock: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flock = fcntl.flock

    def files_only(handle: int, how: int) -> None:
        if not os.path.isfile(f"/proc/self/fd/{handle}"):
            raise OSError(9, "Bad file descriptor")  # as NFS does
        flock(handle, how)

    if not folders_lock:
        monkeypatch.setattr(fcntl, "flock", files_only)
    with (
        alone(tmp_path / "s1"),
        pytest.raises(ShopBusy, match="s1: another command is changing this shop"),
        alone(tmp_path / "s1", wait=0.1),
    ):
        pass
    assert tree(tmp_path) == {}
    put(tmp_path / "s1", NEW)
    assert tree(tmp_path / "s1") == NEW | ({} if folders_lock else {".lock": b""})


def test_a_writer_at_work_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "s1", OLD)
    with alone(tmp_path / "s1"):
        (tmp_path / "s1" / ".stage-1234").mkdir()
        assert Shop.open(tmp_path, "s1").profile.name == "old"
        assert (tmp_path / "s1" / ".stage-1234").is_dir()
    settle(tmp_path / "s1")
    assert tree(tmp_path / "s1") == OLD


def test_nothing_put_or_an_error_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path / "s1", OLD)
    with alone(tmp_path / "s1") as change:
        change.put("orders.csv", b"never committed")
    with pytest.raises(TypeError):
        put(tmp_path / "s1", {"orders.csv": b"never committed", "reviews.csv": None})  # type: ignore[dict-item]
    Change(tmp_path / "s1").commit()
    assert tree(tmp_path / "s1") == OLD


@pytest.mark.parametrize("name", ["s1", "s1/shop.toml", "s1/lineage.json", "s1/orders.csv", "s1/totals"])
def test_a_link_is_refused_by_readers_and_writers(name: str, tmp_path: Path) -> None:
    put(tmp_path / "data" / "s1", OLD)
    link, elsewhere = tmp_path / "data" / name, tmp_path / "elsewhere"
    link.rename(elsewhere)
    link.symlink_to(elsewhere)
    before = tree(tmp_path)
    for touch in (
        lambda: Shop.open(tmp_path / "data", "s1"),
        lambda: write_table(tmp_path / "data" / "s1", "orders", None),  # type: ignore[arg-type]
    ):
        with pytest.raises(DataError, match=f"^{Path(name).name}: is a symbolic link; put ") as told:
            touch()
        assert "\n" not in str(told.value)
    assert tree(tmp_path) == before


def test_what_is_no_file_where_a_table_should_be_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "s1", OLD)
    (tmp_path / "s1" / "products.parquet").mkdir()
    with pytest.raises(DataError, match=r"^products\.parquet: is no file"), alone(tmp_path / "s1"):
        pass


def test_the_data_folder_itself_may_be_a_link_and_other_files_too(tmp_path: Path) -> None:
    put(tmp_path / "data" / "s1", OLD)
    (tmp_path / "link").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "s1" / "export.csv").symlink_to(tmp_path)
    put(tmp_path / "link" / "s1", NEW)
    assert Shop.open(tmp_path / "link", "s1").profile.name == "new"


def test_files_respect_the_umask_and_keep_the_mode_they_have(tmp_path: Path) -> None:
    put(tmp_path / "s1", OLD)
    (tmp_path / "s1" / "reviews.parquet").chmod(0o604)
    umask = os.umask(0o027)
    try:
        put(tmp_path / "s1", NEW)
    finally:
        os.umask(umask)
    modes = {name: (tmp_path / "s1" / name).stat().st_mode & 0o777 for name in ("products.csv", "reviews.parquet")}
    assert modes == {"products.csv": 0o640, "reviews.parquet": 0o604}
