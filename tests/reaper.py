"""Runs Python with the given arguments and waits for all that it leaves behind, so that no CPU time of it is lost.

Usage: python tests/reaper.py -m pytest ARGUMENTS

A process whose parent ended without waiting for it, as the fork server of a run, comes to this one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys

NAME = "SIZHEN_REAPER"
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl


def main() -> int:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests hear it too, and say how far they came
    tests = subprocess.Popen(
        [sys.executable, *sys.argv[1:]],
        env=os.environ | {NAME: str(os.getpid())},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with contextlib.suppress(ChildProcessError):
        while True:
            ended, status = os.wait()
            if ended == tests.pid:
                return os.waitstatus_to_exitcode(status)
    return 1


if __name__ == "__main__":
    sys.exit(main())
