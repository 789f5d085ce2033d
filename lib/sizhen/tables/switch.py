"""A shop's folder is changed by one at a time, and as a whole: the lock, and the switch from its old files to the new.

New files are written without names, and then get theirs in a hidden folder. That it gets the name SWITCH is the moment
from which they count: whoever takes the lock or opens the shop next finishes what was cut off after it, and removes
what was cut off before.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sizhen.files import flush, unnamed
from sizhen.tables.errors import DataError, ShopBusy
from sizhen.vocab import TOTALS, load

SUFFIXES = (".parquet", ".csv")
PROFILE, LINEAGE = "shop.toml", "lineage.json"
SWITCH, STAGE, LOCK = ".switch", ".stage-", ".lock"
AGES = "ages/"  # before the name of a table: when the files were exported that its cells come from
WAIT, PAUSE = 600.0, 0.05  # seconds


class Change:
    """What is to become of a shop's folder: files by their names in it. Until `commit` nothing of it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, bytes | memoryview] = {}

    def put(self, name: str, content: bytes | memoryview) -> None:
        self._files[name] = content

    def commit(self) -> None:
        """All of the files or none. A table's file takes the place of its other format. Raises OSError."""
        if not self._files:
            return
        stage = self.folder / f"{STAGE}{secrets.token_hex(4)}"
        with ExitStack() as ready:
            named = {
                stage / name: ready.enter_context(unnamed(self.folder, content, like=self.folder / name))
                for name, content in self._files.items()
            }
            try:
                stage.mkdir()
                for path, name_it in named.items():
                    path.parent.mkdir(exist_ok=True)
                    name_it(path)
                for home in {path.parent for path in named} | {stage}:
                    flush(home)
                stage.rename(self.folder / SWITCH)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
        self._files.clear()
        flush(self.folder)
        _finish(self.folder)


@contextmanager
def alone(folder: Path, wait: float | None = None) -> Iterator[Change]:
    """Nobody else changes the shop's `folder` in this block. It is made where it is not there, and goes again where it
    stays empty.

    Raises ShopBusy where another has it for longer than `wait` seconds (WAIT without), DataError for links, OSError.
    """
    _refuse_links(folder)
    handle = _locked(folder, time.monotonic() + (WAIT if wait is None else wait))
    try:
        for left in folder.glob(f"{STAGE}*"):
            shutil.rmtree(left)
        if (folder / SWITCH).is_dir():
            _finish(folder)
        yield Change(folder)
    finally:
        _remove_empty(folder)
        os.close(handle)


def settle(folder: Path) -> None:
    """What a reader does first: ends what a change that was cut off has left. Raises DataError where it cannot, and for
    links, ShopBusy."""
    _refuse_links(folder)
    names = os.listdir(folder) if folder.is_dir() else [PROFILE]
    if SWITCH in names:
        try:
            with alone(folder):
                return
        except ShopBusy:
            raise
        except OSError as error:
            problem = f"its last import was cut off and cannot be finished ({error.strerror})"
            raise DataError(folder.name, problem, "open the shop as a user who may write its folder") from None
    if not names or any(name.startswith(STAGE) for name in names):
        with suppress(OSError), alone(folder, wait=0):
            pass  # another who is at it, or may not write here, leaves it to the next


def _locked(folder: Path, until: float) -> int:
    """A descriptor that holds the lock: of the folder, or of a file in it where the file system locks no folders."""
    place, flags = folder, os.O_RDONLY | os.O_DIRECTORY
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = _lock(place, flags)
        except OSError:
            if place != folder:
                raise
            place, flags = folder / LOCK, os.O_RDWR | os.O_CREAT
            continue
        if handle is not None:
            return handle
        if time.monotonic() >= until:
            raise ShopBusy(f"{folder.name}: another command is changing this shop; try again when it has ended")
        time.sleep(PAUSE)


def _lock(place: Path, flags: int) -> int | None:
    """A descriptor that holds the lock; None where another has it, or has removed the folder with it."""
    try:
        handle = os.open(place, flags | os.O_NOFOLLOW, 0o666)
    except FileNotFoundError:
        return None
    held = False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = os.path.samestat(os.fstat(handle), place.lstat())
    except (BlockingIOError, FileNotFoundError):
        pass
    finally:
        if not held:
            os.close(handle)
    return handle if held else None


def _finish(folder: Path) -> None:
    """Moves the new files to their places, the profile last. Cut off anywhere, it can begin again."""
    ready = folder / SWITCH
    files = sorted((path for path in ready.rglob("*") if path.is_file()), key=lambda path: path.name == PROFILE)
    for path in files:
        place = folder / path.relative_to(ready)
        place.parent.mkdir(exist_ok=True)
        for other in SUFFIXES:
            if path.suffix in SUFFIXES and other != path.suffix:
                place.with_suffix(other).unlink(missing_ok=True)
        path.rename(place)
    for home in {(folder / path.relative_to(ready)).parent for path in files} | {folder}:
        flush(home)
    shutil.rmtree(ready)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        if os.listdir(folder) == [LOCK]:
            (folder / LOCK).unlink()
        folder.rmdir()


def _refuse_links(folder: Path) -> None:
    """Raises DataError where the folder or what it should hold is a link, or no file where one should be: it would be
    read from elsewhere, and replaced here."""
    if folder.is_symlink():
        raise DataError(folder.name, "is a symbolic link", "put the shop's folder itself there")
    tables = {f"{table}{suffix}" for table in load().tables for suffix in SUFFIXES}
    tables |= {f"{TOTALS.replace('/', '.')}{name}" for name in tables}  # in AGES
    for home in (folder, folder / TOTALS, folder / AGES):
        for entry in home.iterdir() if home.is_dir() else ():
            is_folder = entry.name in (TOTALS.rstrip("/"), AGES.rstrip("/"), SWITCH)
            if not is_folder and entry.name not in {PROFILE, LINEAGE, LOCK, *tables}:
                continue
            if entry.is_symlink():
                raise DataError(entry.name, "is a symbolic link", f"put itself into the folder of {folder.name}")
            if entry.is_dir() != is_folder and os.path.lexists(entry):  # else a change has just ended
                raise DataError(entry.name, f"is no {'folder' if is_folder else 'file'}", "remove or rename it")
