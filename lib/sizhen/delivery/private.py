"""Folders and files of the outbox: closed to everybody else, whatever the umask, and links are not followed."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
PART = ".part"  # ends the names of files that are not whole yet


class OutboxError(ValueError):
    """A row cannot do what is asked of it, or the outbox cannot be read or written."""


def folder(path: Path) -> None:
    """Makes a folder, or closes the one that is there. Raises OutboxError where it is a link."""
    if path.is_symlink():
        raise _link(path)
    path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    _close(path, path.lstat().st_mode)


def close(path: Path) -> None:
    """Closes all that lies in a folder. Raises OutboxError where something is a link."""
    with os.scandir(path) as entries:
        for entry in entries:
            try:
                mode = entry.stat(follow_symlinks=False).st_mode
                _close(Path(entry.path), mode)
            except FileNotFoundError:  # another process is done with it
                continue
            if stat.S_ISDIR(mode):
                close(Path(entry.path))


def _close(path: Path, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise _link(path)
    wanted = FOLDER if stat.S_ISDIR(mode) else FILE
    if stat.S_IMODE(mode) != wanted:
        path.chmod(wanted)


def opened(path: Path, flags: int) -> int:
    """A descriptor. Raises OutboxError where the path is a link."""
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _link(path) from None
        raise
    if flags & os.O_CREAT:
        os.fchmod(descriptor, FILE)
    return descriptor


def read(path: Path) -> bytes:
    with open(opened(path, os.O_RDONLY), "rb") as file:
        return file.read()


def write(path: Path, raw: bytes) -> None:
    """Whole or not at all, and on the disk; what lies at `path` is replaced, a link too."""
    descriptor, beside = tempfile.mkstemp(PART, ".", path.parent)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, FILE)
            file.write(raw)
            file.flush()
            os.fsync(descriptor)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def sweep(path: Path) -> None:
    """Takes away what a process that was killed left half written in a folder and the folders in it."""
    for left in [*path.glob(f".*{PART}"), *path.glob(f"*/.*{PART}"), *path.glob(f"*{PART}")]:
        left.unlink(missing_ok=True)


def _link(path: Path) -> OutboxError:
    return OutboxError(f"{path} is a link, which is not followed: put what it leads to in its place")
