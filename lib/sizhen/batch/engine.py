"""papermill's engine, for notebooks that nobody watches: it ends one that shows without end, and loses no error."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import nbformat.v4 as v4
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient  # type: ignore[import-untyped]
from papermill.engines import NBClientEngine, papermill_engines  # type: ignore[import-untyped]

from sizhen.batch.check import RunError
from sizhen.batch.kernels.forks import LOST
from sizhen.batch.limits import OUTPUT
from sizhen.batch.shop_result import ended

NAME = "sizhen"


class Client(PapermillNotebookClient):
    """Counts what a notebook shows, kept or not. More than OUTPUT kills its kernel and raises RunError."""

    def __init__(self, *given: Any, **options: Any):
        super().__init__(*given, **options)
        self._shown = 0
        self._killing: asyncio.Future[None] | None = None

    def papermill_execute_cells(self) -> None:
        """papermill's own also notes when each cell, of text too, began and ended. Nobody asks, and it is a third
        of what a small cell costs here."""
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code":
                continue
            try:
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                break

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        self._shown += _size(msg["content"]) + sum(map(len, msg.get("buffers") or ()))
        if self._shown > OUTPUT and msg["msg_type"] != "status":
            if self._killing is None:
                self._killing = asyncio.ensure_future(self.km.signal_kernel(signal.SIGKILL))
            return None
        return super().process_message(msg, cell, cell_index)

    def execute_cell(self, cell: NotebookNode, cell_index: int, **options: Any) -> NotebookNode:
        done = cell
        try:
            done = super().execute_cell(cell, cell_index, **options)
        except DeadKernelError:
            if self._killing is None:
                code = self.km.provisioner.process.poll()
                again = code < 0 or code == LOST
                raise RunError(f"cell {cell_index + 1}: its kernel {ended(code)}", again=again) from None
        except CellExecutionError as error:
            if not any(output.output_type == "error" for output in cell.outputs):  # a kernel short of memory says less
                told = {"ename": error.ename, "evalue": error.evalue, "traceback": []}
                cell.outputs.append(v4.new_output("error", **told))  # type: ignore[no-untyped-call]
            raise
        if self._killing is not None:
            raise RunError(f"cell {cell_index + 1} shows more than {OUTPUT / 1e6:g} MB")
        return done


class Engine(NBClientEngine):
    @classmethod
    def execute_notebook(
        cls, nb: NotebookNode, kernel_name: str, *, state: Callable[[], str], **options: Any
    ) -> NotebookNode:
        """What papermill then writes tells the parameters, the data's `state` once all cells have run, and no times;
        after an error papermill needs all it noted."""
        done = super().execute_notebook(nb, kernel_name, **options)
        done.metadata.sizhen = {"data": state()}
        if not done.metadata.papermill.get("exception"):
            done.metadata.papermill = {"parameters": done.metadata.papermill.parameters}
            for cell in done.cells:
                cell.metadata.pop("papermill", None)
        return done

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, start_timeout: int = 60, **options: Any
    ) -> NotebookNode:
        for name in ("input_path", "execution_timeout"):  # for the engine, not for the client
            options.pop(name, None)
        return Client(nb_man, kernel_name=kernel_name, startup_timeout=start_timeout, **options).execute()


def _size(value: object) -> int:
    """Characters of a message, in whatever it nests."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else 0


papermill_engines.register(NAME, Engine)
