"""An IPython kernel in a forked process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

from sizhen.batch.limits import give_spare, limit

UNUSED = ("--HistoryManager.enabled=False",)  # nobody asks for yesterday's cells


class Stream(OutStream):
    """Wakes the thread that sends only for something to send: a kernel flushes six times a cell."""

    _told = False

    def write(self, string: str) -> int:
        length: int = super().write(string)  # type: ignore[assignment]
        self._told = True
        return length

    def flush(self) -> None:
        if self._told:
            self._told = False
            super().flush()  # type: ignore[no-untyped-call]


class _NoShellThread:
    """In place of the thread that hands on messages to the main thread and to shells beside it, of which there are
    none: the main thread takes them itself. A cell that awaits asks which thread that is."""

    def __init__(self) -> None:
        self.parent_thread = threading.current_thread()

    def __bool__(self) -> bool:
        return False


class Kernel(IPythonKernel):
    """Says when a cell has ended; that it runs, whoever sent it knows. It need not sleep before: one thread sends all
    that was shown, in turn."""

    _supports_kernel_subshells = False
    _execute_sleep = 0.0

    def _publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        if status != "busy":
            super()._publish_status(status, channel, parent)  # type: ignore[no-untyped-call]


class KernelApp(IPKernelApp):
    """The kernel's application; `forks` watches over its parent, so that no heart need beat."""

    outstream_class = f"{__name__}.Stream"
    kernel_class = Kernel

    def init_poller(self) -> None:
        pass

    def init_heartbeat(self) -> None:
        pass

    def init_control(self, context: Any) -> None:
        super().init_control(context)  # type: ignore[no-untyped-call]
        self.shell_channel_thread = _NoShellThread()


def run_kernel(arguments: Sequence[str]) -> None:
    """Runs a kernel until it is told to shut down; `arguments` as for `ipykernel_launcher`."""
    limit()
    sys.argv = ["ipykernel_launcher", *arguments]
    np.random.seed()  # the server's state is every kernel's
    pd.set_option("display.max_columns", 20)  # pandas decides at import, where it saw no kernel
    app: Any = KernelApp.instance(parent_handle=os.getppid())
    app.initialize([*arguments, *UNUSED])
    app.log.setLevel(app.log_level)  # else each cell makes four records that nobody gets
    app.shell.set_custom_exc((MemoryError,), _tell)
    app.start()


def _tell(
    shell: Any, kind: type[BaseException], error: BaseException, at: TracebackType, tb_offset: Any = None
) -> None:
    give_spare()
    shell.showtraceback((kind, error, at), tb_offset=tb_offset)
