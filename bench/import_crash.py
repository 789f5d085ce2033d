"""Kills imports of four tables again and again: a shop has its old files or the new ones, and nothing else lies about.

`make faults`. Half of the shops are new. Moments are spread evenly over the command; every other one is in its last
part, where files are written. Six imports at once then keep every row.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pandas as pd

from sizhen.tables import Shop, UnknownShop

SIZHEN = [sys.executable, "-m", "sizhen.cli"]
SHOP = "s1"
AT_ONCE, EACH = 6, 28

State = dict[str, bytes]


def exports(folder: Path, first: int, rows: int) -> Path:
    """Four files of the contract's own tables, about `rows` things from number `first` on."""
    folder.mkdir()
    number = pd.RangeIndex(first, first + rows).to_series()
    minute = pd.Timestamp("2026-01-01") + pd.to_timedelta(number, unit="min")
    ids, dates = number.astype("str"), pd.date_range("2000-01-01", periods=rows // 10) + pd.Timedelta(days=first)
    tables = {
        "orders": {"order_id": "o" + ids, "created_at": minute, "paid_at": minute, "paid_amount": 10.5, "amount": 11},
        "reviews": {"review_id": "r" + ids, "reviewed_at": minute, "text": "good " + ids, "rating": 4},
        "products": {"product_id": "p" + ids, "title": "thing " + ids, "list_price": 9.5},
        "shop_daily": {"date": dates, "visitors": 10, "paid_buyers": 2, "paid_amount": 20.5},
    }
    for table, columns in tables.items():
        pd.DataFrame(columns).to_csv(folder / f"{table}.csv", index=False)
    return folder


def command(data: Path, *files: Path) -> list[str]:
    return [*SIZHEN, "import", *map(str, files), "--shop", SHOP, "--data", str(data)]


def run(data: Path, *files: Path) -> None:
    subprocess.run(command(data, *files), check=True, stdout=subprocess.DEVNULL)


def state(data: Path) -> State:
    """Every file of the data folder but its key, and the folders that hold none."""
    found = (path for path in data.rglob("*") if path != data / ".key")
    return {
        str(path.relative_to(data)): path.read_bytes() if path.is_file() else b""
        for path in found
        if path.is_file() or not any(path.iterdir())
    }


def kill(data: Path, new: Path, after: float) -> None:
    process = subprocess.Popen(command(data, new), stdout=subprocess.DEVNULL, start_new_session=True)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def opened(data: Path) -> State:
    """As the shop is once somebody has opened it."""
    with suppress(UnknownShop):
        Shop.open(data, SHOP)
    return state(data)


def killed(home: Path, kills: int) -> int:
    """How many of the kills left anything but the old or the new state."""
    old, new = exports(home / "first files", 0, 20_000), exports(home / "next files", 10_000, 20_000)
    before, after = {}, {}
    for kind in ("known", "new"):
        start = home / kind
        start.mkdir()
        if kind == "known":
            run(start, old)
        done = shutil.copytree(start, home / f"{kind} done")
        begun = time.monotonic()
        run(done, new)
        before[kind], after[kind], took = state(start), state(done), time.monotonic() - begun
    seen: Counter[str] = Counter()
    for number in range(kills):
        kind = ("known", "new")[number % 2]
        data = shutil.copytree(home / kind, home / "data")
        shutil.copyfile(home / f"{kind} done" / ".key", data / ".key")
        kill(data, new, random.uniform(0.6 if number % 4 > 1 else 0, 1.2) * took)
        raw, settled = state(data), opened(data)
        told = "old" if settled == before[kind] else "new" if settled == after[kind] else "NEITHER"
        seen[f"{kind} shop, {told}"] += 1
        seen["left to be cleared by whoever opens the shop"] += raw != settled
        shutil.rmtree(data)
    for what, count in sorted(seen.items()):
        print(f"{count:4} {what}")
    return sum(count for what, count in seen.items() if what.endswith("NEITHER"))


def at_once(home: Path) -> int:
    """How many rows of all are there."""
    data = home / "together"
    files = [exports(home / f"{number}", number * EACH, EACH) / "orders.csv" for number in range(AT_ONCE)]
    processes = [subprocess.Popen(command(data, file), stdout=subprocess.DEVNULL) for file in files]
    for process in processes:
        process.wait()
    kept = len(Shop.open(data, SHOP).table("orders"))
    print(f"{kept:4} of {AT_ONCE * EACH} rows of {AT_ONCE} imports at once")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=os.getpid())
    asked = parser.parse_args()
    random.seed(asked.seed)
    print(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory() as folder:
        wrong = killed(Path(folder), asked.kills)
        lost = AT_ONCE * EACH - at_once(Path(folder))
    sys.exit(1 if wrong or lost else 0)


if __name__ == "__main__":
    main()
