"""The same run on a Dask cluster: a shop is a task, a worker brings the shop to itself and takes the report back."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from distributed import Client, Future, KilledWorker, as_completed
from distributed.comm import get_address_host_port

from sizhen.batch import fingerprint
from sizhen.batch.examine import Order, examine
from sizhen.batch.index_rows import index_page
from sizhen.batch.job import NOTEBOOKS
from sizhen.batch.kernels import forks
from sizhen.batch.kernels.imports import own_modules
from sizhen.batch.kernels.scratch import folder as temporary
from sizhen.batch.limits import too_narrow
from sizhen.batch.mirror import Changed, Mirror
from sizhen.batch.progress import Bar
from sizhen.batch.shop_result import INTERRUPTED, ShopResult, one_line
from sizhen.tables.profile import SHOP_ID

WAITING = 2  # tasks given out per thread: enough that none idles, few enough that none waits for a dead worker
CONNECT_SECONDS = 10
LOST = "the scheduler is gone; the same command examines the rest"


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Task:
    """What a worker is told of every shop. `notebooks`: their texts by name; `program`: what it must run itself."""

    order: Order
    mirror: Mirror
    notebooks: dict[str, str]
    program: str


def run(shops: Sequence[str], order: Order, *, scheduler: str, mirror: Mirror) -> list[ShopResult]:
    """`runner.run` on the workers of a Dask scheduler; `order` without its folders, which `mirror` names.

    A worker that is lost gives its shops to others. Raises ClusterError.
    """
    wanted = list(dict.fromkeys(shops))
    try:
        notebooks = {name: (order.notebooks_dir / f"{name}.ipynb").read_text(encoding="utf-8") for name in NOTEBOOKS}
    except OSError as error:
        raise ClusterError(error) from None
    task = Task(order, mirror, notebooks, fingerprint.program())
    with _connected(scheduler) as client, Bar(len(wanted)) as bar:
        results = _results(client, wanted, task, bar)
    with tempfile.TemporaryDirectory(dir=temporary()) as folder:
        here = _here(order, Path(folder))
        ordered = [results[shop_id] for shop_id in wanted]
        with _reached(mirror.reports, "the shops are examined, but their index is not written"):
            mirror.fetch_for_index(here)
            index_page(ordered, here, compare=False)
            mirror.store_index(here)
    return ordered


def shops_of(mirror: Mirror) -> list[str]:
    """The shops where the data are. Raises ClusterError."""
    with _reached(mirror.data, "its shops cannot be listed"):
        return mirror.shops()


@contextmanager
def _reached(place: str, failing: str) -> Iterator[None]:
    """Every store has errors of its own."""
    try:
        yield
    except Exception as error:
        raise ClusterError(f"{place}: {failing}: {one_line(str(error)) or type(error).__name__}") from error


@contextmanager
def _connected(scheduler: str) -> Iterator[Client]:
    try:
        get_address_host_port(scheduler, strict=True)  # a client that cannot read it waits long at its end
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no scheduler at {scheduler}; start one with `dask scheduler` ({error})") from None
    with client:
        if not client.nthreads():
            raise ClusterError(f"no worker at {scheduler}; start some with `dask worker {scheduler}`")
        try:
            client.get_versions(check=True)
        except ValueError as error:
            raise ClusterError(f"the workers have other releases: {one_line(str(error))}") from None
        yield client


def _results(client: Client, shops: list[str], task: Task, bar: Bar) -> dict[str, ShopResult]:
    """Tasks are given out as earlier ones come back, and their results taken as they come. Each carries all it needs:
    scattered data would be lost with the worker that Dask leaves them to."""
    left, results, running = iter(shops), dict[str, ShopResult](), dict[str, str]()
    coming = as_completed(loop=client.loop)
    run = secrets.token_hex(8)  # Dask takes one key for one task, whoever asks and wherever the report should go

    def give() -> None:
        while len(running) < WAITING * sum(client.nthreads().values()):
            if (shop_id := next(left, None)) is None:
                return
            future = client.submit(examine_there, shop_id, task, key=f"{shop_id}-{run}", pure=False)
            running[future.key] = shop_id
            coming.add(future)

    why = LOST
    try:
        give()
        for future in coming:
            shop_id = running.pop(future.key)
            results[shop_id] = _result(shop_id, future)
            bar.finish(shop_id)
            if results[shop_id].reason == LOST:
                break
            give()
    except KeyboardInterrupt:
        why = INTERRUPTED
    except OSError:  # asked something of a scheduler that is gone
        why = LOST
    return {shop_id: results.get(shop_id, ShopResult(shop_id, "failed", 0.0, why)) for shop_id in shops}


def _result(shop_id: str, future: Future) -> ShopResult:
    if future.cancelled() or future.status == "lost":
        return ShopResult(shop_id, "failed", 0.0, LOST)
    error = future.exception()
    if error is None:
        made: ShopResult = future.result()
        return made
    if isinstance(error, KilledWorker):
        return ShopResult(shop_id, "failed", 0.0, "the workers that examined it died")
    return ShopResult(shop_id, "failed", 0.0, one_line(f"{type(error).__name__}: {error}"))


def examine_there(shop_id: str, task: Task) -> ShopResult:
    """On a worker: the shop is brought to a folder of its own, examined as anywhere, and its report taken back.

    Where the worker is killed, its fork server removes the folder.
    """
    if narrow := too_narrow():
        return ShopResult(shop_id, "failed", 0.0, narrow)
    if fingerprint.program() != task.program:
        return ShopResult(shop_id, "failed", 0.0, "the worker runs another version of sizhen; install the same")
    with tempfile.TemporaryDirectory(dir=temporary()) as folder:
        here = _here(task.order, Path(folder))
        for path in (here.data_dir, here.work, here.notebooks_dir):
            path.mkdir(parents=True)
        for name, text in task.notebooks.items():
            (here.notebooks_dir / f"{name}.ipynb").write_text(text, encoding="utf-8")
        forks.serve(own_modules(here.notebooks_dir, "sizhen"))
        if SHOP_ID.fullmatch(shop_id):  # any other names a place that is no shop's
            try:
                task.mirror.fetch(shop_id, here)
            except Changed as error:
                return ShopResult(shop_id, "failed", 0.0, str(error))
        result = examine(shop_id, here, threading.Event(), lambda step: None)
        if result.state == "done":
            task.mirror.store(shop_id, here)
        elif result.state == "failed":
            task.mirror.keep_log(shop_id, here)
    return result


def _here(order: Order, folder: Path) -> Order:
    return replace(order, data_dir=folder / "data", reports_dir=folder / "reports", notebooks_dir=folder / "notebooks")
