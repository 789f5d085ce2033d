"""The bar a person sees while shops are examined."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sizhen.batch.job import NOTEBOOKS

STEPS = len(NOTEBOOKS) + 1


class Bar:
    """One bar over all steps of all shops, with what is being done now. Silent where nobody can see it."""

    def __init__(self, shops: int, console: Console | None = None):
        console = console or Console(stderr=True)
        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("", total=shops * STEPS)
        self._at: dict[str, str] = {}
        self._begun: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def step(self, shop_id: str, step: str) -> None:
        """The shop begins `step`; what it did before is done."""
        begun = self._begun.get(shop_id, 0)
        self._begun[shop_id] = begun + 1
        self._at[shop_id] = step
        self._show(1 if begun else 0)

    def finish(self, shop_id: str) -> None:
        """The shop is through, however it ended."""
        done = max(self._begun.pop(shop_id, 0) - 1, 0)
        self._at.pop(shop_id, None)
        self._show(STEPS - done)

    def _show(self, advance: int) -> None:
        now = ", ".join(f"{shop} {step}" for shop, step in sorted(self._at.items()))
        self._progress.update(self._task, advance=advance, description=now)
