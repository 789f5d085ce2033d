"""A shop's folder under `reports` changes whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from sizhen.files import flush


def publish(ready: Path, final: Path, aside: Path) -> None:
    """Puts `ready` in the place of `final`, which waits at `aside` until that has succeeded. One file system."""
    restore(final, aside)
    if os.path.lexists(final):
        final.rename(aside)
    try:
        ready.rename(final)
    except OSError:
        restore(final, aside)
        raise
    flush(final.parent)
    with suppress(OSError):
        _remove(aside)


def restore(final: Path, aside: Path) -> None:
    """Ends an exchange that was cut off: the folder set aside comes back where nothing took its place."""
    if not os.path.lexists(aside):
        return
    if os.path.lexists(final):
        _remove(aside)
    else:
        aside.rename(final)


def _remove(path: Path) -> None:
    """Of a link only the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
