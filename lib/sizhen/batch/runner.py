"""Shops × notebooks: lanes of worker processes, and the index of the period at the end."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from sizhen.batch.examine import Order, examine
from sizhen.batch.index_rows import index_page
from sizhen.batch.kernels import forks
from sizhen.batch.kernels.imports import own_modules
from sizhen.batch.progress import Bar
from sizhen.batch.publish import restore
from sizhen.batch.shop_result import INTERRUPTED, ShopResult
from sizhen.tables import Period


class BusyError(RuntimeError):
    """Another run of the same period writes to the same reports."""


def run(shops: Sequence[str], order: Order, *, jobs: int) -> list[ShopResult]:
    """Examines `shops` in `jobs` processes at a time and publishes `<reports>/<period>/<shop>/` and `index.html`.

    One result per shop, in the order asked for; a shop that fails keeps its earlier report and stops no other; one
    whose report was made from the very same is skipped. Ctrl-C lets the running shops end, a second one stops them; the
    others are `failed` with the reason INTERRUPTED. Raises BusyError while another run of this period goes on.
    """
    order = replace(
        order,
        data_dir=order.data_dir.resolve(),
        reports_dir=order.reports_dir.resolve(),
        notebooks_dir=order.notebooks_dir.resolve(),
    )
    wanted = list(dict.fromkeys(shops))
    order.work.mkdir(parents=True, exist_ok=True)
    with alone(order.work, order.period), Bar(len(wanted)) as bar:
        forks.serve(own_modules(order.notebooks_dir, "sizhen"))
        for aside in order.work.glob("*.old"):
            with suppress(OSError):  # that shop will say so
                restore(order.published / aside.stem, aside)
        stop = threading.Event()
        lane = partial(_lane, order=order, stop=stop, bar=bar)
        results = _in_lanes(wanted, lane, jobs, stop)
        index_page(results, order)
    return results


def _lane(shop_id: str, order: Order, stop: threading.Event, bar: Bar) -> ShopResult:
    try:
        return examine(shop_id, order, stop, partial(bar.step, shop_id))
    finally:
        bar.finish(shop_id)


def _in_lanes(
    shops: list[str], lane: Callable[[str], ShopResult], jobs: int, stop: threading.Event
) -> list[ShopResult]:
    with ThreadPoolExecutor(max_workers=max(jobs, 1), thread_name_prefix="shop") as pool:
        futures: list[Future[ShopResult]] = [pool.submit(lane, shop_id) for shop_id in shops]
        try:
            wait(futures)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            try:
                wait([future for future in futures if not future.cancelled()])
            except KeyboardInterrupt:
                stop.set()
    return [
        ShopResult(shop_id, "failed", 0.0, INTERRUPTED) if future.cancelled() else future.result()
        for shop_id, future in zip(shops, futures, strict=True)
    ]


@contextmanager
def alone(work: Path, period: Period) -> Iterator[None]:
    """Two runs of one period would publish into each other's folders."""
    with (work / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"another run of {period.label} is under way") from None
        yield
