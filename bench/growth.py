"""How the cost of a run grows: with shops, with rows, with a cluster's workers; and from that, what a night can hold.

Shops of the first and third part are tiny and have the small notebooks of the tests, so that what is measured is the
run itself. Rows grow in orders and reviews of a sample shop, which is examined with the real notebooks.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import psutil

from sizhen.batch import cluster
from sizhen.batch.examine import Order
from sizhen.batch.mirror import Mirror
from sizhen.batch.runner import run
from sizhen.batch.shop_result import ShopResult
from sizhen.tables import Period, write_table

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests" / "batch"))
SAMPLE, OCTOBER = REPO / "data" / "sample" / "linen-house", Period.parse("2026-10")
MARKS = (10, 50, 100, 200, 500)
LOOK_EVERY = 0.2  # seconds
MANY, NIGHT = 10_000, 6 * 3600.0
HANDED = 0.0023  # seconds: what a Dask scheduler takes for a task, measured with tasks that do nothing
PROFILE = 'shop_id = "{0}"\nname = "{0}"\nplatform = "other"\nlanguage = "en"\n'
DAYS = "date,visitors,paid_amount\n2026-09-01,10,5.0\n2026-10-01,10,5.0\n"


def small(count: int, folder: Path) -> Order:
    """Tiny shops and the notebooks of the tests."""
    import conftest

    (folder / "notebooks").mkdir(parents=True)
    for name in conftest.NAMES:
        nbformat.write(conftest._notebook(name), folder / "notebooks" / f"{name}.ipynb")
    for number in range(count):
        shop = folder / "data" / f"shop{number:05d}"
        shop.mkdir(parents=True)
        (shop / "shop.toml").write_text(PROFILE.format(shop.name))
        (shop / "shop_daily.csv").write_text(DAYS)
    return Order(folder / "data", OCTOBER, folder / "reports", folder / "notebooks")


def shops_of(order: Order) -> list[str]:
    return sorted(path.name for path in order.data_dir.iterdir())


def all_done(results: list[ShopResult]) -> list[ShopResult]:
    if failed := [result.reason for result in results if result.state != "done"]:
        raise SystemExit(f"a shop failed: {failed[0]}")
    return results


@contextmanager
def looking(look: Callable[[], None]) -> Iterator[None]:
    """Calls `look` again and again."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY):
            with contextlib.suppress(psutil.Error, OSError):
                look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def with_shops(count: int, jobs: int, folder: Path) -> list[str]:
    """One run; at each mark, what the runner and its server hold."""
    order, start, own = small(count, folder), time.monotonic(), psutil.Process()
    told = ["| shops | wall, s a shop | runner, MB | runner's descriptors | children |", "|---|---|---|---|---|"]
    left = [mark for mark in MARKS if mark <= count] or [count]

    def look() -> None:
        done = sum(1 for _ in (order.work / ".state").glob("*.json"))
        while left and done >= left[0]:
            seconds = (time.monotonic() - start) / done
            held = f"{own.memory_info().rss / 1e6:.0f} | {own.num_fds()} | {len(own.children())}"
            told.append(f"| {left.pop(0)} | {seconds:.2f} | {held} |")

    with looking(look):
        all_done(run(shops_of(order), order, jobs=jobs))
        time.sleep(2 * LOOK_EVERY)
    return told


@dataclass
class Peak:
    """The most that any one process of a shop has held, in bytes."""

    filled: int = 0
    mapped: int = 0

    def look(self) -> None:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error, OSError):
                lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                found = {
                    name: int(rest.split()[0]) * 1024
                    for name, _, rest in (line.partition(":") for line in lines)
                    if name in ("VmHWM", "VmPeak")
                }
                self.filled = max(self.filled, found.get("VmHWM", 0))
                self.mapped = max(self.mapped, found.get("VmPeak", 0))


def with_rows(times: list[int], folder: Path) -> list[str]:
    """The sample shop with more orders and reviews."""
    told = ["| rows | orders | reviews | wall, s | largest process, MB | it maps, MB |", "|---|---|---|---|---|---|"]
    for many in times:
        data = folder / f"data-{many}"
        shutil.copytree(SAMPLE, data / SAMPLE.name)
        counts = [_multiply(data / SAMPLE.name, table, many) for table in ("orders", "reviews")]
        peak = Peak()
        order = Order(data, OCTOBER, folder / f"reports-{many}", REPO / "notebooks", timeout_seconds=1200)
        with looking(peak.look):
            (result,) = run([SAMPLE.name], order, jobs=1)
        came = f"{result.seconds:.1f}" if result.state == "done" else result.reason
        told.append(
            f"| {many}× | {counts[0]:,} | {counts[1]:,} | {came} | {peak.filled / 1e6:.0f} | {peak.mapped / 1e6:.0f} |"
        )
    return told


def _multiply(shop: Path, table: str, many: int) -> int:
    frame = pd.read_parquet(shop / f"{table}.parquet")
    key = f"{table[:-1]}_id"
    copies = [frame.assign(**{key: frame[key] + (f"-{n}" if n else "")}) for n in range(many)]
    made = pd.concat(copies, ignore_index=True)
    write_table(shop, table, made)
    return len(made)


def with_workers(numbers: list[int], count: int, folder: Path) -> list[str]:
    told = ["| workers | wall, s a shop |", "|---|---|"]
    for workers in numbers:
        order = small(count, folder / f"cluster-{workers}")
        mirror = Mirror.of(str(order.data_dir), str(order.reports_dir))
        with _cluster(workers, folder / f"cluster-{workers}") as scheduler:
            all_done(cluster.run(shops_of(order)[:workers], order, scheduler=scheduler, mirror=mirror))  # warm
            start = time.monotonic()
            all_done(cluster.run(shops_of(order)[workers:], order, scheduler=scheduler, mirror=mirror))
            told.append(f"| {workers} | {(time.monotonic() - start) / (count - workers):.2f} |")
    return told


@contextmanager
def _cluster(workers: int, folder: Path) -> Iterator[str]:
    """A scheduler and its workers, each a process."""
    from distributed import Client

    file = folder / "scheduler.json"
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    started: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *words: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--host", "127.0.0.1", "--no-dashboard"]
        with (folder / f"{kind}.log").open("ab") as log:
            started.append(subprocess.Popen([*command, *words], stdout=log, stderr=log, env=environment, cwd=folder))

    try:
        start("scheduler", "--port", "0", "--scheduler-file", str(file))
        while not file.is_file() or not file.read_text():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            start("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def night(seconds: list[float], workers: list[int]) -> list[str]:
    """10,000 shops, each with the time of one that was measured, given out one by one to whoever is free."""
    told = [f"| workers (a core each) | hours for {MANY:,} shops | shops in a night of 6 h |", "|---|---|---|"]
    for number in workers:
        draw = random.Random(1)
        free = [0.0] * number
        ends: list[float] = []
        for task in range(MANY):
            begin = max(heapq.heappop(free), HANDED * task)
            ends.append(begin + draw.choice(seconds))
            heapq.heappush(free, ends[-1])
        hours = max(ends) / 3600
        told.append(f"| {number} | {hours:.1f} | {int(NIGHT / max(ends) * MANY):,} |")
    return told


def measured_times(count: int, folder: Path) -> list[float]:
    """Seconds of copies of the sample shop with the real notebooks, one at a time: a core for each."""
    from batch import make_shops

    shops = make_shops(count, folder / "data")
    results = run(shops, Order(folder / "data", OCTOBER, folder / "reports", REPO / "notebooks"), jobs=1)
    return [result.seconds for result in all_done(results)]


def rewrite(page: Path, heading: str, lines: list[str]) -> None:
    """The section of that heading, where it is or at the end of the page."""
    head, _, rest = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    below = rest[rest.find("\n## ") :] if "\n## " in rest else ""
    page.write_text("\n".join([head.rstrip(), "", f"## {heading}", *lines, ""]) + below, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=500)
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--real", type=int, default=10, help="copies of the sample shop whose times are drawn from")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--docs", type=Path, help="the folder whose performance.md and scale.md are rewritten")
    given = parser.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        shops = with_shops(given.shops, given.jobs, scratch / "shops")
        print("\n".join(shops), flush=True)
        rows = with_rows(given.rows, scratch)
        print("\n".join(rows), flush=True)
        workers = with_workers(given.workers, 20, scratch)
        print("\n".join(workers), flush=True)
        times = measured_times(given.real, scratch / "real")
        sizes = night(times, [1, 2, 8, 32])
        print("\n".join(sizes), flush=True)
    if given.docs:
        where = f"{date.today()}, {os.cpu_count()} cores (load {busy:.1f} at the start)"
        grown = [f"`make bench-growth`, {where}: read how figures grow, not the seconds."]
        runner = "the runner is the benchmark, which imports pandas"
        grown += ["", f"Tiny shops, one run, {given.jobs} jobs ({runner}):", "", *shops]
        grown += ["", "The sample shop with more orders and reviews, the real notebooks:", "", *rows]
        grown += ["", f"Tiny shops on a Dask cluster whose workers share {os.cpu_count()} cores:", "", *workers]
        rewrite(given.docs / "performance.md", "How it grows", grown)
        rewrite(given.docs / "scale.md", "How many workers", [sized(times, where), "", *sizes])


def sized(times: list[float], where: str) -> str:
    middle = sorted(times)[len(times) // 2]
    return (
        f"Simulated from the times of {len(times)} copies of a sample shop, one at a time ({middle:.0f} s in the "
        f"middle; {where}). A worker has a core and 2 GB; data and reports are as near as a disk."
    )


if __name__ == "__main__":
    main()
