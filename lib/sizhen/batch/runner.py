"""Shops × notebooks: lanes of worker processes, and the index of the period at the end."""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sizhen.batch.check import one_line
from sizhen.batch.index_rows import index_page
from sizhen.batch.job import NOTEBOOKS, TABLES, Job
from sizhen.batch.plan import NoData, period_dir, plan, work_dir
from sizhen.batch.process import Stopped, run_worker
from sizhen.batch.progress import Bar
from sizhen.batch.publish import publish, restore
from sizhen.batch.shop_result import ShopResult
from sizhen.tables import Period, UnknownShop

_INTERRUPTED = "interrupted"


class BusyError(RuntimeError):
    """Another run of the same period writes to the same reports."""


def run(
    shops: Sequence[str],
    *,
    data_dir: Path,
    period: Period,
    reports_dir: Path,
    notebooks_dir: Path,
    jobs: int,
    language: str | None,
    timeout_seconds: float = 600,
) -> list[ShopResult]:
    """Examines `shops` in `jobs` processes at a time and publishes `<reports>/<period>/<shop>/` and `index.html`.

    One result per shop, in the order asked for; a shop that fails keeps its earlier report and stops no other. After
    Ctrl-C the shops not yet through are `failed` with the reason "interrupted". `language` None means each shop's own.
    Raises BusyError while another run of this period goes on.
    """
    data_dir, reports_dir, notebooks_dir = (path.resolve() for path in (data_dir, reports_dir, notebooks_dir))
    wanted = list(dict.fromkeys(shops))
    planned = partial(
        plan, data_dir=data_dir, period=period, reports_dir=reports_dir, notebooks_dir=notebooks_dir, language=language
    )
    work = work_dir(reports_dir, period)
    work.mkdir(parents=True, exist_ok=True)
    with _alone(work, period), Bar(len(wanted)) as bar:
        for aside in work.glob("*.old"):
            restore(period_dir(reports_dir, period) / aside.stem, aside)
        stop = threading.Event()
        lane = partial(_examine, planned=planned, timeout_seconds=timeout_seconds, stop=stop, bar=bar)
        results = _in_lanes(wanted, lane, jobs, stop)
        index_page(results, data_dir=data_dir, period=period, reports_dir=reports_dir, language=language)
    return results


def _in_lanes(
    shops: list[str], lane: Callable[[str], ShopResult], jobs: int, stop: threading.Event
) -> list[ShopResult]:
    with ThreadPoolExecutor(max_workers=max(jobs, 1), thread_name_prefix="shop") as pool:
        futures: list[Future[ShopResult]] = [pool.submit(lane, shop_id) for shop_id in shops]
        try:
            wait(futures)
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(cancel_futures=True)
    return [
        ShopResult(shop_id, "failed", 0.0, _INTERRUPTED) if future.cancelled() else future.result()
        for shop_id, future in zip(shops, futures, strict=True)
    ]


def _examine(
    shop_id: str, *, planned: Callable[[str], Job], timeout_seconds: float, stop: threading.Event, bar: Bar
) -> ShopResult:
    """One shop from plan to publication. Never raises: whatever goes wrong is this shop's result."""
    begun = time.monotonic()
    reason: str
    try:
        job = planned(shop_id)
        outcome = _outcome(job, timeout_seconds, stop, partial(bar.step, shop_id))
        return ShopResult(shop_id, seconds=time.monotonic() - begun, **outcome)
    except NoData as error:
        return ShopResult(shop_id, "no_data", time.monotonic() - begun, str(error))
    except (Stopped, UnknownShop, ValueError, OSError) as error:
        reason = one_line(str(error))
    except Exception as error:  # noqa: BLE001 - one shop never stops the others
        reason = one_line(f"{type(error).__name__}: {error}")
    finally:
        bar.finish(shop_id)
    return ShopResult(shop_id, "failed", time.monotonic() - begun, reason)


def _outcome(job: Job, timeout_seconds: float, stop: threading.Event, on_step: Callable[[str], None]) -> dict[str, Any]:
    """State, reason, stake and top finding. A failed shop's staging folder stays for whoever looks into it."""
    staging = Path(job.staging)
    shutil.rmtree(staging, ignore_errors=True)
    (job.ready / "notebooks").mkdir(parents=True)
    code = run_worker(job, timeout_seconds=timeout_seconds, stop=stop, on_step=on_step)
    result = _result(job, code)
    if result["state"] == "done":
        publish(job.ready, staging.parents[1] / job.shop_id, staging.with_name(f"{job.shop_id}.old"))
        shutil.rmtree(staging, ignore_errors=True)
    return {key: value for key, value in result.items() if key != "shop_id"}


def _result(job: Job, code: int) -> dict[str, Any]:
    """What the worker wrote, if it ended well and everything it promises is there."""
    path = Path(job.staging) / "result.json"
    if code != 0 or not path.is_file():
        return {"state": "failed", "reason": f"its process ended with code {code} and no result"}
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    promised = [job.ready / name for name in ("report.html", "findings.json", TABLES)]
    promised += [job.ready / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS]
    if result["state"] == "done" and not all(file.is_file() for file in promised):
        return {"state": "failed", "reason": "its report is not complete"}
    return result


@contextmanager
def _alone(work: Path, period: Period) -> Iterator[None]:
    """Two runs of one period would publish into each other's folders."""
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"another run of {period.label} is under way") from None
        yield
