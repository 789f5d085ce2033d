"""Over many shops nothing grows: not the runner's memory, not its descriptors, not what it leaves behind."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass
from multiprocessing.util import get_temp_dir
from pathlib import Path

import psutil
import pytest

from sizhen.batch.examine import Order
from sizhen.batch.runner import run
from sizhen.tables import Period

WARM_UP, MANY = 6, int(os.environ.get("SIZHEN_MANY", "26"))  # make bench-growth runs it with 500
ROOM = min(200_000 * MANY, 20_000_000)  # bytes that memory may grow by


@dataclass(frozen=True)
class Held:
    """What this process and its fork server hold."""

    memory: int
    descriptors: int
    threads: int
    processes: int
    files: int

    @classmethod
    def now(cls) -> Held:
        gc.collect()
        own = psutil.Process()
        family = [own, *own.children(recursive=True)]
        return cls(
            sum(each.memory_info().rss for each in family),
            sum(each.num_fds() for each in family),
            own.num_threads(),
            len(family),
            sum(path.is_dir() for path in Path(get_temp_dir()).iterdir()),
        )


@pytest.mark.slow
@pytest.mark.timeout(200 + 3 * MANY)
@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted on Linux only")
def test_many_shops_leave_nothing(data_dir: Path, healthy: Path, tmp_path: Path) -> None:
    shops = [f"shop{number:03d}" for number in range(WARM_UP + MANY)]
    for shop_id in shops:
        (tmp_path / "data" / shop_id).mkdir(parents=True)
        for name in ("shop.toml", "shop_daily.csv"):
            text = (data_dir / "beta" / name).read_text().replace('"beta"', f'"{shop_id}"')
            (tmp_path / "data" / shop_id / name).write_text(text)
    order = Order(tmp_path / "data", Period.parse("2026-10"), tmp_path / "reports", healthy)
    assert {r.state for r in run(shops[:WARM_UP], order, jobs=2)} == {"done"}
    before = Held.now()
    results = run(shops[WARM_UP:], order, jobs=2)
    after = Held.now()
    assert [r.shop_id for r in results if r.state == "done"] == shops[WARM_UP:]
    assert after.memory - before.memory < ROOM
    assert (after.descriptors, after.threads, after.processes, after.files) == (
        before.descriptors,
        before.threads,
        before.processes,
        before.files,
    )
    assert {f.name for f in order.work.iterdir()} == {"lock", "state"}
