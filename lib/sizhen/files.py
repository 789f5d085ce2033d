"""Files that are written whole or not at all, and never through a link."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import IO


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A stream to what takes the place of `path` at the end of the block, on the disk by then; where something fails
    the old file stays and nothing else is left.

    The new file has the mode of the old one, or what the umask leaves. Of a link the link itself is replaced.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with created(beside, like=path) as stream:
            yield stream
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def created(path: Path, *, like: Path) -> Iterator[IO[bytes]]:
    """A stream to a new file, on the disk at the end of the block, with the mode of the file `like` where that is one.

    Raises FileExistsError where anything is there, be it a link to nowhere.
    """
    with path.open("xb") as stream:
        yield stream
        _end(stream, like)


@contextmanager
def unnamed(folder: Path, content: bytes | memoryview, *, like: Path) -> Iterator[Callable[[Path], None]]:
    """What gives a new file of the folder's file system, on the disk already, a name: where the process is killed
    before, nothing is left of it. Where the system knows no such files it is written when it gets its name."""
    try:
        handle = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666)
    except (AttributeError, OSError):
        yield lambda path: _written(path, content, like)
        return
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        _end(stream, like)
        # A folder's descriptor, of no use to an absolute path, makes Python call linkat, which follows /proc's link.
        yield lambda path: os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle)


def _written(path: Path, content: bytes | memoryview, like: Path) -> None:
    with created(path, like=like) as stream:
        stream.write(content)


def _end(stream: IO[bytes], like: Path) -> None:
    stream.flush()
    with suppress(FileNotFoundError):
        known = like.lstat().st_mode
        if S_ISREG(known) and S_IMODE(known) != S_IMODE(os.fstat(stream.fileno()).st_mode):
            os.fchmod(stream.fileno(), S_IMODE(known))
    os.fsync(stream.fileno())


def flush(path: Path) -> None:
    """A file's content, or which names a folder has, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
