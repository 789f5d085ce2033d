"""One shop from plan to publication."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sizhen.batch import fingerprint, marks, state
from sizhen.batch.job import NOTEBOOKS, TABLES, Job
from sizhen.batch.kernels import forks
from sizhen.batch.limits import ROOM
from sizhen.batch.plan import period_dir, plan, work_dir
from sizhen.batch.process import Stopped, run_worker
from sizhen.batch.publish import publish
from sizhen.batch.shop_result import CHANGED, ShopResult, ended, one_line
from sizhen.tables import Period, Shop, UnknownShop

ATTEMPTS = 2  # what was killed or lost from outside may live another time, and data stay still; an error comes again


@dataclass(frozen=True)
class Order:
    """What is wanted of every shop. Folders are absolute. `language` None: each shop's own. `fresh`: also where nothing
    has changed."""

    data_dir: Path
    period: Period
    reports_dir: Path
    notebooks_dir: Path
    language: str | None = None
    timeout_seconds: float = 600
    fresh: bool = False

    @property
    def published(self) -> Path:
        return period_dir(self.reports_dir, self.period)

    @property
    def work(self) -> Path:
        return work_dir(self.reports_dir, self.period)


Heard = Callable[[str], None]


def examine(shop_id: str, order: Order, stop: threading.Event, on_step: Heard) -> ShopResult:
    """Never raises: whatever goes wrong is this shop's result, and no other's."""
    begun = time.monotonic()
    try:
        result = _examine(shop_id, order, stop, on_step)
    except (UnknownShop, ValueError, OSError) as error:
        result = ShopResult(shop_id, "failed", 0.0, one_line(str(error)))
    except Exception as error:  # noqa: BLE001 - one shop never stops the others
        result = ShopResult(shop_id, "failed", 0.0, one_line(f"{type(error).__name__}: {error}"))
    return replace(result, seconds=time.monotonic() - begun)


def _examine(shop_id: str, order: Order, stop: threading.Event, on_step: Heard) -> ShopResult:
    result, left = ShopResult(shop_id, "failed", 0.0), ATTEMPTS
    while left:
        result, again = _attempt(shop_id, order, stop, on_step)
        left = left - 1 if again else 0
    return result


def _attempt(shop_id: str, order: Order, stop: threading.Event, on_step: Heard) -> tuple[ShopResult, bool]:
    """The result, and whether another attempt may have a better one."""
    shop = Shop.open(order.data_dir, shop_id)
    lay = marks.of_shop(shop)
    job = plan(
        shop_id,
        data_dir=order.data_dir,
        period=order.period,
        reports_dir=order.reports_dir,
        notebooks_dir=order.notebooks_dir,
        language=order.language,
    )
    before = lay | marks.of_job(job)
    made_from, published = fingerprint.of_job(job), order.published / shop_id
    same = None if order.fresh else state.unchanged(order.work, shop_id, made_from, published)
    if same is not None:
        return same, False
    result, again = _worked(job, order, stop, on_step)
    if changed := marks.changed(before, marks.of_shop(shop) | marks.of_job(job)):
        return ShopResult(shop_id, "failed", 0.0, one_line(f"{CHANGED} ({', '.join(changed)})")), True
    if result.state == "done":
        holds = fingerprint.of_folder(job.ready)
        publish(job.ready, published, order.work / f"{shop_id}.old")
        told = (result.top_finding, result.lost, job.data, marks.told(lay))
        state.Passed(made_from, holds, *told).write(order.work, shop_id)
    if result.state in ("done", "no_data"):
        shutil.rmtree(job.staging, ignore_errors=True)
    return result, again


def _worked(job: Job, order: Order, stop: threading.Event, on_step: Heard) -> tuple[ShopResult, bool]:
    """A failed shop's staging folder stays for whoever looks into it, but not on a full disk, which it may have
    filled."""
    try:
        shutil.rmtree(job.staging, ignore_errors=True)
        (job.ready / "notebooks").mkdir(parents=True)
        code = run_worker(job, timeout_seconds=order.timeout_seconds, stop=stop, on_step=on_step)
        result, again = _result(job, code)
    except (Stopped, OSError) as error:
        result, again = ShopResult(job.shop_id, "failed", 0.0, one_line(str(error))), False
    if result.state == "failed" and shutil.disk_usage(order.work).free < ROOM:
        shutil.rmtree(job.staging, ignore_errors=True)
        return replace(result, reason=one_line(f"the disk of the reports is full; {result.reason}")), False
    return result, again


def _result(job: Job, code: int) -> tuple[ShopResult, bool]:
    """What the worker wrote, if it ended well and everything it promises is there; and whether to try again."""
    path = Path(job.staging) / "result.json"
    if code != 0 or not path.is_file():
        how = ended(code) if code < 0 else f"{ended(code)} and no result"
        return ShopResult(job.shop_id, "failed", 0.0, f"its process {how}"), code < 0 or code == forks.LOST
    told = json.loads(path.read_text(encoding="utf-8"))
    again = bool(told.pop("again", False))
    result = ShopResult(seconds=0.0, **told)
    promised = [job.ready / name for name in ("report.html", "findings.json", TABLES)]
    promised += [job.ready / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS]
    if result.state == "done" and not all(file.is_file() for file in promised):
        return ShopResult(job.shop_id, "failed", 0.0, "its report is not complete"), False
    return result, again
