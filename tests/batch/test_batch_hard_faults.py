"""Whatever a shop does to its process, its memory or the disk: it fails alone, with a reason, and leaves nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
import psutil
import pytest

from sizhen.batch import limits, process
from sizhen.batch.examine import Order
from sizhen.batch.job import NOTEBOOKS
from sizhen.batch.kernels import forks, scratch
from sizhen.batch.runner import run
from sizhen.batch.shop_result import ShopResult
from sizhen.tables import Period

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits hold on Linux only")
OCTOBER = Period.parse("2026-10")
NAMES = {"report.html", "findings.json", "tables.xlsx", *(f"notebooks/{name}.ipynb" for name in NOTEBOOKS)}
FAULTS = {
    "kill": (
        "import os\nos.kill(os.getpid(), 9)",
        "1_look, cell 5: its kernel was killed by signal 9, probably for want of",
    ),
    "segfault": ("import ctypes\nctypes.string_at(0)", "1_look, cell 5: its kernel was killed by signal 11"),
    "_exit": ("import os\nos._exit(0)", "1_look, cell 5: its kernel ended with code 0"),
    "exit": ("import sys\nsys.exit(0)", "1_look, cell 5: SystemExit: 0"),
    "one large piece": ("x = bytearray(10**11)", "1_look, cell 5: MemoryError"),
    "many pieces": ("x = []\nwhile True:\n    x.append(bytearray(10**6))", "1_look, cell 5: MemoryError"),
    "many objects": ("x = []\nwhile True:\n    x.append(bytearray(3000))", "1_look, cell 5: MemoryError"),
    "printing": ("while True:\n    print('x' * 1000)", "1_look, cell 5 shows more than 20 MB"),
    "a child that prints": ("import subprocess\nsubprocess.run(['yes'])", "1_look, cell 5 shows more than 20 MB"),
    "a long file": (
        "with open('long', 'wb') as file:\n    file.truncate(10**9)",
        "1_look, cell 5: OSError: [Errno 27]",
    ),
    "hung and deaf": (
        "import signal, time\nfor number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
        "    signal.signal(number, signal.SIG_IGN)\ntime.sleep(600)",
        "stopped in 1_look after 15 s",
    ),
}


@pytest.fixture(scope="module")
def once(data_dir: Path, healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a run in which all was well."""
    reports = tmp_path_factory.mktemp("reports")
    results = run(["alpha", "beta"], Order(data_dir, OCTOBER, reports, healthy), jobs=2)
    assert [r.state for r in results] == ["done", "done"]
    return reports


@dataclass
class Rerun:
    """The same two shops again, alpha with a fault. Nothing but a published report may come of it."""

    order: Order

    def __call__(self, jobs: int = 2) -> ShopResult:
        """What came of alpha."""
        before = _contents(self.order.published / "alpha")
        index = (self.order.published / "index.html").stat().st_mtime_ns
        alpha, beta = run(["alpha", "beta"], self.order, jobs=jobs)
        assert (alpha.state, beta.state, beta.reason) == ("failed", "done", "")
        assert alpha.reason and "\n" not in alpha.reason and "Traceback" not in alpha.reason
        assert _contents(self.order.published / "alpha") == before
        assert set(_contents(self.order.published / "beta")) == NAMES
        assert {f.name for f in self.order.published.iterdir()} == {".work", "alpha", "beta", "index.html"}
        assert {f.name for f in self.order.work.iterdir()} <= {".lock", ".state", ".failed.json", "alpha"}
        assert (self.order.published / "index.html").stat().st_mtime_ns > index
        return alpha

    def spoil(self, source: str) -> None:
        """Alpha's first notebook does this too."""
        path = self.order.notebooks_dir / "1_look.ipynb"
        look = nbformat.read(path, as_version=4)
        body = "\n".join(f"    {line}" for line in source.splitlines())
        look.cells[3].source = f"if shop_id == 'alpha':\n{body}"
        nbformat.write(look, path)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.fixture
def rerun(
    left: Callable[[], list[psutil.Process]], once: Path, data_dir: Path, healthy: Path, tmp_path: Path
) -> Iterator[Rerun]:
    shutil.copytree(once, tmp_path / "reports")
    shutil.copytree(data_dir, tmp_path / "data")
    shutil.copytree(healthy, tmp_path / "notebooks")
    order = Order(tmp_path / "data", OCTOBER, tmp_path / "reports", tmp_path / "notebooks", None, 15, fresh=True)
    process, temporary = psutil.Process(), scratch.folder()
    descriptors, started = process.num_fds(), set(process.children())
    yield Rerun(order)
    assert process.num_fds() <= descriptors
    assert set(process.children()) == started, "neither zombies nor orphans"
    assert left() == []
    assert not [path for path in temporary.iterdir() if path.is_dir()], "sockets and temporary files"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_its_own_shop(rerun: Rerun, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it, kernels do not show what their children print
    source, reason = FAULTS[fault]
    rerun.spoil(source)
    assert rerun().reason.startswith(reason)
    log = rerun.order.work / "alpha" / process.LOG
    assert log.stat().st_size <= process.LONGEST_LOG
    assert sum(f.stat().st_size for f in rerun.order.work.rglob("*")) < 2 * limits.OUTPUT


def test_limits_hold_for_ordinary_kernels_too(rerun: Rerun, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise forks.Unavailable

    monkeypatch.setattr(forks, "start", refuse)
    rerun.order = replace(rerun.order, timeout_seconds=300)  # such kernels take long to start
    told = "import resource\nraise ValueError(resource.getrlimit(resource.RLIMIT_AS)[0])"
    rerun.spoil(told)
    assert rerun().reason == f"1_look, cell 5: ValueError: {limits.MEMORY}"


@pytest.mark.parametrize(("kind", "gigabytes"), [("AS", 0.2), ("AS", 1), ("AS", 1.5), ("AS", 2), ("DATA", 1)])
def test_too_little_memory_is_said_before_anything_is_tried(
    kind: str, gigabytes: float, data_dir: Path, healthy: Path, tmp_path: Path
) -> None:
    """At a gigabyte the fork server would load for ever."""
    size = int(gigabytes * 1024**3)
    limited = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_{kind}, ({size}, {size}))"
    command = [sys.executable, "-c", f"{limited}; runpy.run_module('sizhen.cli', run_name='__main__', alter_sys=True)"]
    told = ["--data", data_dir, "--reports", tmp_path / "reports", "--notebooks", healthy, "--period", "2026-10"]
    done = subprocess.run([*command, "run", *map(str, told)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert re.fullmatch(
        r"error: a process may take [\d.]+ GB .* a shop needs 3; allow more \(ulimit -[vd]\)\n", done.stderr
    )
    assert not (tmp_path / "reports").exists()


def not_parquet(table: Path) -> None:
    table.with_suffix(".csv").unlink()
    table.with_suffix(".parquet").write_bytes(b"PAR1 and then nothing")


def no_permission(table: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    table.chmod(0)


@pytest.mark.parametrize("spoil", [not_parquet, no_permission])
def test_a_table_that_cannot_be_read(rerun: Rerun, spoil: Callable[[Path], None]) -> None:
    spoil(rerun.order.data_dir / "alpha" / "shop_daily.csv")
    assert "shop_daily" in rerun().reason


@pytest.fixture
def small_disk(rerun: Rerun, tmp_path: Path) -> Iterator[None]:
    """The reports lie on a disk of 8 MB."""
    shutil.move(tmp_path / "reports", tmp_path / "kept")
    (tmp_path / "reports").mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path / "reports")]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        shutil.copytree(tmp_path / "kept", tmp_path / "reports", dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", str(tmp_path / "reports")], check=True)


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("then", ["raise", "time.sleep(600)"])
def test_a_shop_that_fills_the_disk_makes_room_for_the_next(rerun: Rerun, then: str) -> None:
    filling = "with open('filler', 'wb', buffering=0) as file:\n    while file.write(bytes(1000)):\n        pass"
    rerun.spoil(f"import time\ntry:\n    {filling.replace(chr(10), chr(10) + '    ')}\nexcept OSError:\n    {then}")
    reason = rerun(jobs=1).reason
    assert reason.startswith("the disk of the reports is full; ")
    assert not (rerun.order.work / "alpha").exists()


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full_before(rerun: Rerun) -> None:
    before = _contents(rerun.order.published)
    filler = rerun.order.reports_dir / "filler"
    with filler.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(filler.parent).free)
    with pytest.raises(OSError, match="No space left"):
        run(["alpha", "beta"], rerun.order, jobs=2)
    kept = {name: data for name, data in _contents(rerun.order.published).items() if not name.startswith(".work/")}
    assert kept == {name: data for name, data in before.items() if not name.startswith(".work/")}
    filler.unlink()
    assert [r.state for r in run(["alpha", "beta"], rerun.order, jobs=2)] == ["done", "done"]
