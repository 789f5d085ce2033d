"""Processes forked from one server that has imported much and started nothing: the library's own fork server."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, reduction, resource_tracker
from multiprocessing.connection import wait
from pathlib import Path
from types import ModuleType
from typing import Any

from sizhen.batch.kernels import scratch
from sizhen.batch.kernels.parent import ASKED_BY, end_with

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
# read when Python or matplotlib starts, so a forked process cannot have its own
AT_START = {
    **ONE_THREAD,
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator starts a thread at import
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
GARBAGE = 10_000  # objects more than freed before a look for cycles: at the usual 700 it takes 7 % of a shop's time
ANSWERS_WITHIN = 120.0  # seconds; it loads for one or two, but a library short of memory may try for ever
LOST = 255  # the library's exit code of a process whose server died: nobody knows what became of it
# A closed terminal ends its whole group: the server ends after whoever asked, and tidies.
ENDS = (signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else ()
WARM = ("sizhen.batch.kernels.quiet", "sizhen.batch.kernels.guard", "sizhen.batch.kernels.preload")
LAST = "sizhen.batch.kernels.orphan"
_IMPORTED_BY = os.getpid()  # in a forked process: the server
_PATH = list(sys.path)
_preload = list(WARM)
_lock = threading.Lock()
_server: Any = forkserver._forkserver


class Unavailable(OSError):
    """No process can be forked here."""


class Forked:
    """A forked process, with the names of `subprocess.Popen` that its users know."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any):
        self._process = process
        self.pid: int = process.pid
        self.sentinel: int = process.sentinel

    def poll(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def serve(modules: Iterable[str] = ()) -> None:
    """Starts the server, which imports `modules` too, where none runs and one can. Returns at once."""
    if sys.platform == "linux":
        with _lock, _environment(), suppress(OSError):  # `start` will say so
            _ensure_running(modules)


def _ensure_running(modules: Iterable[str] = ()) -> None:
    if not is_forked():
        scratch.folder()
    _preload.extend(name for name in modules if name not in _preload)
    multiprocessing.set_forkserver_preload([*_preload, LAST])
    resource_tracker.ensure_running()  # it unblocks what follows
    with _blocked(ENDS):
        _server.ensure_running()


def start(
    target: Callable[..., None], *args: Any, env: Mapping[str, str], cwd: str | Path, output: int, group: int = 0
) -> Forked:
    """Runs `target(*args)` (picklable) in a new process, which ends when this one does.

    `output`: descriptor for what it prints; `group`: the process group it joins, 0 for one of its own. Raises
    Unavailable.
    """
    if sys.platform != "linux":
        raise Unavailable("processes are forked on Linux only")
    told = (target, args, dict(env), str(cwd), _Descriptor(output), group)
    process = multiprocessing.get_context("forkserver").Process(target=_begin, args=told)
    try:
        with _lock, _environment(), _no_main():  # the library starts a server again that has died meanwhile
            _ensure_running()
            with _deadline():
                process.start()
    except (OSError, EOFError, AssertionError) as error:
        raise Unavailable(f"the fork server does not answer: {error}") from error
    return Forked(process)


def is_forked() -> bool:
    """True in a process that `start` has started."""
    return forkserver.get_inherited_fds() is not None


def address() -> str | None:
    """The server's socket, in the server and in what it has forked; None where there is no server."""
    return _server._forkserver_address


class _Descriptor:
    """An open file that goes along to the new process."""

    def __init__(self, number: int):
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _Descriptor.arrived, (reduction.DupFd(self.number),)

    @staticmethod
    def arrived(sent: Any) -> _Descriptor:
        return _Descriptor(sent.detach())


def _begin(
    target: Callable[..., None], args: tuple[Any, ...], env: dict[str, str], cwd: str, output: _Descriptor, group: int
) -> None:
    """What comes before `target`: nothing of the server and nothing of the caller is left but modules."""
    os.setpgid(0, group)
    end_with(_IMPORTED_BY)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)  # the server's, see `orphan`
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    for number in (1, 2):
        os.dup2(output.number, number)
    os.close(output.number)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.path[:] = _PATH
    tempfile.tempdir = None
    collect_rarely()
    _server.ensure_running = lambda: None  # it runs; the library would start another one
    target(*args)


def collect_rarely() -> None:
    """Looks for cycles again, which `quiet` has stopped: among new objects only, and when many have come."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()


def _die_with_parent() -> None:
    """Whoever asked for this process may end before the server, its parent by number."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


@contextmanager
def _deadline() -> Iterator[None]:
    """Ends a server that does not answer, for whoever has started it."""
    pid = _server._forkserver_pid
    watch = threading.Timer(ANSWERS_WITHIN, _kill, (pid,))
    watch.daemon = True
    if pid is not None:
        watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it has ended meanwhile
        os.kill(pid, signal.SIGKILL)


@contextmanager
def _environment() -> Iterator[None]:
    """What a server that starts meanwhile has."""
    names = {**AT_START, ASKED_BY: f"{os.getpid()}"}
    before = dict(os.environ)
    os.environ.update(names)
    try:
        yield
    finally:
        for name in names:
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]


@contextmanager
def _blocked(signals: Iterable[signal.Signals]) -> Iterator[None]:
    """What starts meanwhile never sees them, and what it forks may: a handler would lose those that come in a fork."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _no_main() -> Iterator[None]:
    """The library would run the caller's script again in the new process."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
