"""What a diagnosis costs: processor time and memory for shops of growing size, and that both grow with the rows.

Rows are those of every table the shop has; figures are of one process after import, the second of two diagnoses.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

END = date(2026, 9, 20)
SHOPS = ((40, 112, 2000.0), (500, 112, 2000.0), (500, 400, 2000.0), (2000, 400, 5000.0), (5000, 400, 5000.0))


def measure(folder: str, shop_id: str) -> None:
    """Prints seconds of the first and the second diagnosis, and the peak of memory in MB."""
    from sizhen.diagnosis import open_case
    from sizhen.tables import Period, Shop

    seconds = []
    for _ in range(2):
        start = time.process_time()
        open_case(Shop.open(folder, shop_id), Period.parse("2026-W38")).document()
        seconds.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds[0]:.2f} {seconds[1]:.2f} {peak:.0f}")


def make(products: int, days: int, visitors: float, folder: str) -> int:
    """Makes the shop; rows of all its tables."""
    from sizhen.simulate import Plan, simulate, write

    made = simulate(Plan(seed=7, shop_id="big", days=days, end=END, visitors_per_day=visitors, products=products))
    write(made, Path(folder))
    return sum(len(t) for t in made.tables.values())


def lines() -> list[str]:
    """The table, in markdown."""
    table = [
        "| products | days | rows | first diagnosis, s CPU | again, s CPU | µs a row | memory, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for products, days, visitors in SHOPS:
        with tempfile.TemporaryDirectory() as folder:
            rows = make(products, days, visitors, folder)
            command = [sys.executable, __file__, folder, "big"]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            first, again, peak = map(float, told.stdout.split())
        each = again / rows * 1e6
        table.append(f"| {products:,} | {days} | {rows:,} | {first:.2f} | {again:.2f} | {each:.1f} | {peak:.0f} |")
    return table


if __name__ == "__main__":
    measure(*sys.argv[1:])
