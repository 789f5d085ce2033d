"""Starting the process of a shop, watching its clock, ending it with everything it has started."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sizhen.batch.job import Job
from sizhen.batch.kernels import forks
from sizhen.batch.kernels.kill import kill, members
from sizhen.batch.kernels.scratch import folder
from sizhen.batch.shop_result import INTERRUPTED
from sizhen.tables import kept

LOG = "worker.log"
LONGEST_LOG = 5_000_000  # bytes
_LOOK_EVERY = 0.05
_START = """
import sys
from sizhen.batch.kernels.parent import end_with
end_with(int(sys.argv[2]))
import sizhen.batch.kernels.quiet
from sizhen.batch.worker import main_alone
main_alone(sys.argv[1])
"""
Process = forks.Forked | subprocess.Popen[bytes]


class Stopped(Exception):
    """The process was ended from outside; the message says why."""


def run_worker(job: Job, *, timeout_seconds: float, stop: threading.Event, on_step: Callable[[str], None]) -> int:
    """Runs the job in a process group of its own and returns its exit code.

    `on_step` hears the name of each step as it begins. Raises Stopped after `timeout_seconds` of wall clock or when
    `stop` is set; by then no process of the job is left, and no file outside its staging folder.
    """
    staging = Path(job.staging)
    job.write(staging / "job.json")
    with tempfile.TemporaryDirectory(dir=folder(), ignore_cleanup_errors=True) as scratch:
        process = _start(staging, _environment(scratch))
        try:
            return _watch(process, staging / "step", timeout_seconds, stop, on_step)
        finally:
            end(process, scratch)
            _shorten(staging / LOG)


def _start(staging: Path, environment: dict[str, str]) -> Process:
    """Forked from the warm server, or else an interpreter of its own."""
    told = str(staging / "job.json")
    with (staging / LOG).open("wb") as log:
        try:
            return forks.start(_work, told, env=environment, cwd=staging, output=log.fileno())
        except forks.Unavailable:
            return subprocess.Popen(
                [sys.executable, "-P", "-c", _START, told, f"{os.getpid()}"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=staging,
                env=environment,
                start_new_session=True,
            )


def _work(job_path: str) -> None:
    from sizhen.batch.worker import main

    main(job_path)


def _shorten(log: Path) -> None:
    """The end of a long log says what happened; the logs of a hundred such shops would fill the disk."""
    if log.stat().st_size > LONGEST_LOG:
        with log.open("r+b") as file:
            file.seek(-LONGEST_LOG, os.SEEK_END)
            last = file.read()
            file.seek(0)
            file.write(last)
            file.truncate()


def _watch(
    process: Process,
    step_file: Path,
    timeout_seconds: float,
    stop: threading.Event,
    on_step: Callable[[str], None],
) -> int:
    deadline = time.monotonic() + timeout_seconds
    step = ""
    while (code := process.poll()) is None:
        if stop.wait(_LOOK_EVERY):
            raise Stopped(INTERRUPTED)
        now = step_file.read_text(encoding="utf-8") if step_file.is_file() else ""
        if now != step:
            step = now
            on_step(step)
        if time.monotonic() > deadline:
            raise Stopped(f"stopped in {step or 'the start'} after {timeout_seconds:g} s")
    return code


def end(process: Process, scratch: str) -> None:
    """Kills the process, its group and all they have started, and collects it.

    What leads a session of its own (an ordinary kernel, a browser) and has lost its parent is known by `scratch`.
    """
    kill(lambda: members(process.pid, Path(scratch)))
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def _environment(scratch: str) -> dict[str, str]:
    """One thread per kernel, nothing of the user's own IPython and plotting settings, and no file left in /tmp."""
    own = dict.fromkeys(("TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", kept.FOLDER), scratch)
    mine = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return {**mine, **forks.ONE_THREAD, **own, "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"}
