"""What a night's run costs, beside the stock commands and beside the same work as a plain function.

Every way examines the same shops (copies of a sample shop) in one run, in turn, and each `--repeat` times; figures are
medians. CPU counts every process a way has started. The plain function runs the cells of a shop in one fresh fork of a
process that has imported everything, and looks for garbage as rarely as a run: nothing that executes notebooks can be
faster. The stock commands run in this environment, and in one without the extras, where JupyterLab does not slow their
imports.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

REPO = Path(__file__).resolve().parents[1]
SAMPLE, PERIOD = REPO / "data" / "sample" / "linen-house", "2026-10"
NAMES = ("1_look", "2_listen", "3_ask", "4_check", "5_prescribe")
SUBREAPER = 36  # of prctl: orphans become children of this process, which then knows what they cost
LOOK_EVERY = 1.0  # seconds
LEAN = "SIZHEN_LEAN_PYTHON"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Cost:
    """Seconds per shop, MB at the peak of all processes together (shared pages counted once), kB of a report."""

    cpu: float
    wall: float
    memory: float
    report: float


def measured(command: list[str], shops: int, folder: Path) -> Cost:
    """Runs `command`, whose reports end up below `folder`."""
    over, peak = threading.Event(), [0.0]
    watcher = threading.Thread(target=_watch, args=(over, peak), daemon=True)
    watcher.start()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **ONE_THREAD}, cwd=folder)
    wall = time.monotonic() - start
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    over.set()
    watcher.join()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pages = [path.stat().st_size for path in folder.rglob("*.html") if path.name != "index.html"]
    return Cost(cpu / shops, wall / shops, peak[0] / 1e6, sum(pages) / 1e3 / shops)


def _watch(over: threading.Event, peak: list[float]) -> None:
    while not over.wait(LOOK_EVERY):
        now = 0.0
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
                now += next(float(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:"))
        peak[0] = max(peak[0], now)


def make_lean(folder: Path) -> Path:
    """The Python of a new environment with the package, its dependencies as locked, and no extra."""
    uv, python = str(Path(sys.executable).with_name("uv")), folder / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    locked = ["--constraint", REPO / "requirements.lock", "--compile-bytecode"]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *locked, "--editable", REPO], check=True)
    return python


def stock(shops: list[str], data: Path, folder: Path, python: str = sys.executable) -> None:
    """papermill's command, then nbconvert's, for each notebook."""
    for shop in shops:
        (folder / shop).mkdir()
        for name in NAMES:
            out = folder / shop / f"{name}.ipynb"
            told = [
                f"-p{key}={value}".split("=", 1) for key, value in _parameters(shop, data, out.parent, name).items()
            ]
            given = [part for key, value in told for part in ("-p", key.removeprefix("-p"), value)]
            notebook = str(REPO / "notebooks" / f"{name}.ipynb")
            _quietly(python, "papermill", notebook, str(out), "-k", "python3", "--no-progress-bar", *given)
            _quietly(python, "nbconvert", "--to", "html", str(out))


def stock_lean(shops: list[str], data: Path, folder: Path) -> None:
    stock(shops, data, folder, os.environ[LEAN])


def _quietly(python: str, module: str, *arguments: str) -> None:
    subprocess.run([python, "-m", module, *arguments], check=True, capture_output=True)


def _parameters(shop: str, data: Path, output: Path, name: str) -> dict[str, str]:
    own = {"output": str(output)} if name == "5_prescribe" else {}
    return {"shop_id": shop, "period": PERIOD, "data_dir": str(data), "language": "zh", **own}


def one_process(shops: list[str], data: Path, folder: Path) -> None:
    """papermill's function with its ordinary kernels, then our report."""
    import papermill

    from sizhen.report.page import build

    for shop in shops:
        (folder / shop).mkdir()
        executed = []
        for name in NAMES:
            executed.append(folder / shop / f"{name}.ipynb")
            given = _parameters(shop, data, folder / shop, name)
            notebook = REPO / "notebooks" / f"{name}.ipynb"
            papermill.execute_notebook(notebook, executed[-1], given, kernel_name="python3", progress_bar=False)
        build(executed, language="zh", title=shop, out=folder / shop / "report.html")


def ours(shops: list[str], data: Path, folder: Path, jobs: int) -> None:
    from sizhen.batch.examine import Order
    from sizhen.batch.runner import run
    from sizhen.tables import Period

    results = run(shops, Order(data, Period.parse(PERIOD), folder, REPO / "notebooks"), jobs=jobs)
    if failed := [result.reason for result in results if result.state != "done"]:
        raise SystemExit(f"a shop failed: {failed[0]}")


def plain(shops: list[str], data: Path, folder: Path, jobs: int, rarely: bool = True) -> None:
    """The cells as a function, `jobs` shops at a time; garbage is looked for as `rarely` as in a run, or as usual."""
    import multiprocessing

    import plain_cells

    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        work = partial(
            plain_cells.examine,
            data=data,
            folder=folder,
            parameters=_parameters,
            notebooks=REPO / "notebooks",
            rarely=rarely,
        )
        pool.map(work, shops, chunksize=1)


WAYS: dict[str, Callable[[list[str], Path, Path], None]] = {
    "stock commands": stock,
    "stock commands, no JupyterLab": stock_lean,
    "papermill, one process": one_process,
    "sizhen run, 1 job": partial(ours, jobs=1),
    "plain function": partial(plain, jobs=1),
    "plain function, Python's usual garbage collection": partial(plain, jobs=1, rarely=False),
    "sizhen run, 2 jobs": partial(ours, jobs=2),
    "plain function, pool of 2": partial(plain, jobs=2),
}


NO_START = {"stock commands", "stock commands, no JupyterLab"}  # each shop costs what the first does: one tells


RATIOS = (
    ("sizhen run, 1 job", "plain function", "cpu", " (wanted: at most 1.3)"),
    ("sizhen run, 1 job", "plain function, Python's usual garbage collection", "cpu", ""),
    ("sizhen run, 2 jobs", "plain function, pool of 2", "wall", " (wanted: at most 1.35)"),
    ("stock commands", "sizhen run, 2 jobs", "wall", " (wanted: at least 5)"),
    ("stock commands, no JupyterLab", "sizhen run, 1 job", "cpu", " (wanted: at least 3)"),
    ("stock commands", "sizhen run, 1 job", "cpu", ""),
    ("papermill, one process", "sizhen run, 1 job", "cpu", ""),
    ("papermill, one process", "sizhen run, 1 job", "wall", ""),
)


def make_shops(count: int, folder: Path) -> list[str]:
    shops = [f"shop-{number}" for number in range(1, count + 1)]
    for shop in shops:
        shutil.copytree(SAMPLE, folder / shop)
        profile = folder / shop / "shop.toml"
        profile.write_text(profile.read_text(encoding="utf-8").replace(SAMPLE.name, shop), encoding="utf-8")
    return shops


def lines(costs: dict[str, list[Cost]]) -> list[str]:
    """The table and the ratios, in markdown."""
    middle = {
        way: Cost(*(statistics.median(getattr(each, field) for each in found) for field in Cost.__dataclass_fields__))
        for way, found in costs.items()
    }
    table = [
        "| way | CPU, s a shop | wall, s a shop | memory at the peak, MB | report, kB |",
        "|---|---|---|---|---|",
    ]
    table += [f"| {way} | {c.cpu:.1f} | {c.wall:.1f} | {c.memory:.0f} | {c.report:,.0f} |" for way, c in middle.items()]
    table.append("")
    for way, other, field, target in RATIOS:
        if way in middle and other in middle:
            ratio = getattr(middle[way], field) / getattr(middle[other], field)
            table.append(f"- {field} of {way}: {ratio:.2f} × {other}{target}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--without", nargs="*", default=[], choices=WAYS, help="ways left out; ratios need the others")
    parser.add_argument("--out", type=Path, help="the page that is rewritten from its mark to the next heading")
    parser.add_argument("--way", nargs=3, metavar=("WAY", "DATA", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        way, data, folder = given.way
        WAYS[way](sorted(path.name for path in Path(data).iterdir()), Path(data), Path(folder))
        return
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    costs: dict[str, list[Cost]] = {way: [] for way in WAYS if way not in given.without}
    with tempfile.TemporaryDirectory() as scratch:
        for count in {1, given.shops}:
            make_shops(count, Path(scratch) / f"data-{count}")
        if "stock commands, no JupyterLab" in costs:
            os.environ[LEAN] = str(make_lean(Path(scratch) / "lean"))
        for turn in range(given.repeat):
            for number, way in enumerate(costs):
                folder = Path(scratch) / f"out-{turn}-{number}"
                folder.mkdir()
                count = 1 if way in NO_START else given.shops
                command = [sys.executable, __file__, "--way", way, f"{scratch}/data-{count}", str(folder)]
                costs[way].append(measured(command, count, folder))
                print(f"{way}: {costs[way][-1]}", file=sys.stderr)
                shutil.rmtree(folder)
    told = lines(costs)
    print("\n".join(told))
    if given.out:
        mark = "<!-- measured -->"
        head, _, rest = given.out.read_text(encoding="utf-8").partition(mark)
        below = rest[rest.find("\n## ") :] if "\n## " in rest else ""
        given.out.write_text("\n".join([head + mark, *told, ""]) + below, encoding="utf-8")


if __name__ == "__main__":
    main()
