"""Runs some shops and then all others, in a process that does nothing else. Prints what it held before and after.

Usage: python many_shops.py DATA_DIR REPORTS_DIR NOTEBOOKS_DIR WARM_UP
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from sizhen.batch.examine import Order
from sizhen.batch.kernels import scratch
from sizhen.batch.runner import run
from sizhen.tables import Period


@dataclass(frozen=True)
class Held:
    """What this process and all that it has started hold."""

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
            sum(path.is_dir() for path in scratch.folder().iterdir()),
        )


def main() -> None:
    data, reports, notebooks = map(Path, sys.argv[1:4])
    warm_up = int(sys.argv[4])
    order = Order(data, Period.parse("2026-10"), reports, notebooks)
    shops = sorted(folder.name for folder in data.iterdir())
    first = run(shops[:warm_up], order, jobs=2)
    before = Held.now()
    results = first + run(shops[warm_up:], order, jobs=2)
    held = {"before": asdict(before), "after": asdict(Held.now())}
    print(json.dumps({**held, "states": {result.shop_id: result.state for result in results}}))


if __name__ == "__main__":
    main()
