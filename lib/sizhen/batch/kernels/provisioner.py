"""Jupyter's way to start a kernel, by fork where that is possible."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from sizhen.batch.kernels import child, forks

_LAUNCHER = "ipykernel_launcher"
_KILLED_WITHIN = 5.0  # seconds


class ForkProvisioner(LocalProvisioner):
    """Kernels of this Python are forked, any other and all elsewhere than on Linux start in the ordinary way."""

    process: Any
    pid: int | None
    pgid: int | None
    cwd: Any

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        if cmd[0] != sys.executable or _LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index(_LAUNCHER) + 1 :]
        self.cwd = kwargs.get("cwd") or Path.cwd()
        joined = os.getpgrp() if forks.is_forked() else 0
        try:
            self.process = forks.start(
                child.run_kernel,
                arguments,
                env=kwargs.get("env") or os.environ,
                cwd=self.cwd,
                output=sys.__stderr__.fileno() if sys.__stderr__ else 2,
                group=joined,
            )
        except forks.Unavailable:
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.process.pid
        self.pgid = None if joined else self.pid  # a signal to the kernel is not for the group it joined
        return self.connection_info

    async def wait(self) -> int | None:
        await self._gone()
        return await super().wait()

    async def kill(self, restart: bool = False) -> None:
        await super().kill(restart)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone(), _KILLED_WITHIN)

    async def _gone(self) -> None:
        """Waits for the end of a forked process without looking again and again."""
        if not isinstance(self.process, forks.Forked) or self.process.poll() is not None:
            return
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        sentinel = self.process.sentinel
        loop.add_reader(sentinel, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(sentinel)
