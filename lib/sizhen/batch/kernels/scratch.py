"""The folder of a run's temporary files and sockets. It is locked as long as the run lives, so that the next one can
tell what a killed one has left."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from multiprocessing import process, util
from pathlib import Path

PREFIX = "sizhen."  # short: a socket's path may have 107 characters


@cache
def folder() -> Path:
    """This process's own, made when first asked for and gone when it ends. Removes those of processes that were
    killed."""
    if sys.platform == "win32":
        return Path(util.get_temp_dir())
    _clear()
    made = _locked()
    process.current_process()._config["tempdir"] = str(made)  # type: ignore[attr-defined] # the library's sockets too
    util.Finalize(None, shutil.rmtree, args=(made, True), exitpriority=-100)
    return made


def _locked() -> Path:
    """Made again where another run took it, in between, for one left behind."""
    import fcntl

    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX))
        descriptor = os.open(made, os.O_RDONLY)  # open until the process ends
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if made.is_dir():
            return made
        os.close(descriptor)


def is_left(folder: Path) -> bool:
    """Whoever made it has ended, or has closed its files and is about to."""
    import fcntl

    with suppress(OSError):  # not there, not ours, or in use
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(descriptor)
    return False


def _clear() -> None:
    import fcntl

    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # not ours, or in use
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(descriptor)
