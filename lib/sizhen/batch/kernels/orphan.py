"""What the fork server imports last: when whoever started it has ended, it ends all that was forked and removes the
run's temporary files. A run that ends by itself removes them itself."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import time
from pathlib import Path

from sizhen.batch.kernels import forks, scratch
from sizhen.batch.kernels.kill import kill, started_here
from sizhen.batch.kernels.parent import ASKED_BY, end_with

TRIES = 3  # what a look at all processes missed may have written meanwhile
GONE_SECONDS = 2.0  # a process that is killed closes its pipes a moment before its children have another parent
_server, _asked_by = os.getpid(), int(os.environ.get(ASKED_BY, os.getppid()))


def _orphaned() -> bool:
    return os.getpid() == _server and os.getppid() != _asked_by


def _ended() -> bool:
    """On a busy computer a process that is killed may have closed its files long before its children are orphans."""
    address = forks.address()
    return _orphaned() or (address is not None and scratch.is_left(Path(address).parent))


@atexit.register
def _at_end() -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while os.getpid() == _server and not _ended() and time.monotonic() < deadline:
        time.sleep(0.01)
    if os.getpid() == _server and _ended():
        _clear()


def _hear(*_: object) -> None:
    """The signal also comes where only the thread that started the server has ended."""
    if _orphaned():
        _clear()
        os._exit(0)


def _clear() -> None:
    if address := forks.address():
        folder = Path(address).parent
        for _ in range(TRIES):
            kill(lambda: started_here(folder))
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


signal.signal(signal.SIGUSR1, _hear)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
end_with(_asked_by, signal.SIGUSR1)
