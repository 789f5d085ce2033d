"""A process that ends with its parent, whatever it is at: the system sends the signal, no thread must run for it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

ASKED_BY = "SIZHEN_ASKED_BY"  # in the fork server's environment: the process that has started it
_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl


def end_with(parent: int, number: int = 9) -> None:
    """This process gets the signal `number` when `parent` ends, or now where that has ended before; on Linux only.

    To the system a parent is the thread that started the process: who handles the signal asks whether all has ended.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PARENT_DEATH, number, 0, 0, 0)
    if os.getppid() != parent:
        signal.raise_signal(number)
