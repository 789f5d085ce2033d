"""An IPython kernel in a forked process."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
from ipykernel.iostream import OutStream
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


class KernelApp(IPKernelApp):
    """The kernel's application; `forks` watches over its parent."""

    outstream_class = f"{__name__}.Stream"

    def init_poller(self) -> None:
        pass


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
