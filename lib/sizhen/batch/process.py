"""Starting the process of a shop, watching its clock, ending it with everything it has started."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from sizhen.batch.job import Job
from sizhen.batch.shop_result import INTERRUPTED

_LOOK_EVERY = 0.05
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
# JupyterLab brings rfc3987_syntax, which compiles a grammar of URLs at import: a second per process, for nothing here.
_START = """
import sys
sys.modules["rfc3987_syntax"] = None
from sizhen.batch.worker import main
main(sys.argv[1])
"""


class Stopped(Exception):
    """The process was ended from outside; the message says why."""


def run_worker(job: Job, *, timeout_seconds: float, stop: threading.Event, on_step: Callable[[str], None]) -> int:
    """Runs the job in a process group of its own and returns its exit code.

    `on_step` hears the name of each step as it begins. Raises Stopped after `timeout_seconds` of wall clock or when
    `stop` is set; by then no process of the job is left.
    """
    staging = Path(job.staging)
    told = staging / "job.json"
    job.write(told)
    command = [sys.executable, "-P", "-c", _START, str(told)]
    with (staging / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=staging,
            env=_environment(staging),
            start_new_session=True,
        )
    try:
        return _watch(process, staging / "step", timeout_seconds, stop, on_step)
    finally:
        end(process)


def _watch(
    process: subprocess.Popen[bytes],
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


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills the process and all its descendants (a kernel leads a session of its own), and collects it."""
    try:
        tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        tree = []
    for one in tree:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    if process.stdin is not None:
        process.stdin.close()
    process.wait()
    psutil.wait_procs(tree, timeout=5)


def _environment(staging: Path) -> dict[str, str]:
    """One thread per kernel, nothing of the user's own IPython and plotting settings, and no file left in /tmp."""
    scratch = staging / "scratch"
    scratch.mkdir()
    own = dict.fromkeys(("TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), str(scratch))
    kept = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return {**kept, **_ONE_THREAD, **own, "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"}
