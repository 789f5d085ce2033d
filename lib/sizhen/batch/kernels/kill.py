"""Ending processes with all that they have started."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

_GONE_WITHIN = 5.0  # seconds


def kill(living: Callable[[], set[psutil.Process]]) -> None:
    """Kills `living()`, asked again and again for what they start meanwhile."""
    deadline = time.monotonic() + _GONE_WITHIN
    while left := living():
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(left, timeout=0.5)
        if time.monotonic() > deadline:
            return


def members(group: int, scratch: Path) -> set[psutil.Process]:
    """The living processes of a group, its leader (just forked, in no group of its own yet) or with temporary files in
    `scratch`, and their descendants."""
    return _with_descendants(lambda one: group in (one.pid, os.getpgid(one.pid)) or _writes_to(one) == scratch)


def started_here(folder: Path) -> set[psutil.Process]:
    """The living descendants of this process, and those with temporary files in a folder of `folder`."""
    here = os.getpid()
    found = _with_descendants(lambda one: one.ppid() == here or _writes_to(one).parent == folder)
    return {one for one in found if one.pid != here}


def _writes_to(one: psutil.Process) -> Path:
    return Path(one.environ().get("TMPDIR", ""))


def _with_descendants(ours: Callable[[psutil.Process], bool]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    for one in psutil.process_iter():
        try:
            if ours(one) and one.status() != psutil.STATUS_ZOMBIE:
                found |= {one, *one.children(recursive=True)}
        except (psutil.Error, ProcessLookupError):
            continue
    return found
