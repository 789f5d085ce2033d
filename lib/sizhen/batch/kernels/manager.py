"""Kernel managers for papermill: the ordinary kernel of this Python, and the forked one."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async
from traitlets import default

from sizhen.batch.kernels.parent import end_with
from sizhen.batch.kernels.provisioner import ForkProvisioner

LONGEST = 90  # characters of a socket's path; Linux takes 107
_LOOK_EVERY = 0.004  # seconds


class NotReady(RuntimeError):
    """A kernel did not come up: none of the notebook's cells has run."""


class OrdinaryKernel(AsyncKernelManager):
    """Starts kernels with the running interpreter, whatever `python3` means to Jupyter on this computer."""

    @default("kernel_spec_manager")
    def _only_own_kernel(self) -> KernelSpecManager:
        return KernelSpecManager(parent=self, kernel_dirs=[])

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        """The kernel's own thread that looks for its parent cannot run while a cell holds the interpreter."""
        options["preexec_fn"] = partial(end_with, os.getpid())
        await super()._async_launch_kernel(kernel_cmd, **options)


class _Client(AsyncKernelClient):
    def start_channels(self, *wanted: bool, **named: bool) -> None:
        """All but the heart's: a forked process is seen to end."""
        super().start_channels(*wanted, **{**named, "hb": False})

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Returns once both channels work: no waiting for silence, as the library does."""
        deadline = time.monotonic() + (timeout or 60)
        listening = False
        while time.monotonic() < deadline:
            try:
                if not listening:
                    await ensure_async(self.iopub_channel.get_msg(timeout=1))  # the kernel's welcome
                    listening = True
                return await self._ask()
            except Empty:
                if not await self._async_is_alive():
                    break
        raise NotReady("the kernel did not come up")

    wait_for_ready = _async_wait_for_ready

    async def _ask(self) -> None:
        """Asks the kernel what it is and hears it out, so that nothing of this is left for the first cell."""
        question = self.kernel_info()
        self._handle_kernel_info_reply(await ensure_async(self.shell_channel.get_msg(timeout=1)))
        while True:
            told = await ensure_async(self.iopub_channel.get_msg(timeout=1))
            idle = told["content"].get("execution_state") == "idle"
            if idle and told["parent_header"].get("msg_id") == question:
                return


class ForkedKernel(OrdinaryKernel):
    """A fresh process forked from the server, reached over sockets in a folder only this user may enter."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.client_factory = _Client
        self._folder = Path(tempfile.mkdtemp(prefix="k"))
        prefix = str(self._folder / "k")
        if len(prefix) <= LONGEST:
            self.transport, self.ip = "ipc", prefix

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = ForkProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)

    async def _async_post_start_kernel(self, **options: Any) -> None:
        """Waits for the kernel's sockets: who connects too early tries again after 0.1 s only."""
        bound = set(self.ports) - {self.hb_port} if self.transport == "ipc" else set()
        sockets = [Path(f"{self.ip}-{port}") for port in bound]
        while not all(socket.exists() for socket in sockets) and await self.is_alive():
            await asyncio.sleep(_LOOK_EVERY)
        await super()._async_post_start_kernel(**options)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources: Any = _async_cleanup_resources
