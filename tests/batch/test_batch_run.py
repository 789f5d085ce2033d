from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil
import pytest

from sizhen.batch.examine import Order
from sizhen.batch.job import NOTEBOOKS
from sizhen.batch.kernels import forks, scratch
from sizhen.batch.runner import BusyError, run
from sizhen.batch.shop_result import ShopResult
from sizhen.report import outdated
from sizhen.tables import Period

OCTOBER = Period.parse("2026-10")
Broken = Callable[..., Path]


@dataclass(frozen=True)
class Published:
    reports: Path
    results: list[ShopResult]

    @property
    def period(self) -> Path:
        return self.reports / "2026-10"

    def bytes(self) -> dict[str, bytes]:
        """Everything under the shops' folders."""
        return {str(f): f.read_bytes() for f in self.period.glob("[!.]*/**/*") if f.is_file()}


@pytest.fixture(scope="module")
def published(data_dir: Path, healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Four shops of October, one of them with findings of September."""
    reports = tmp_path_factory.mktemp("reports")
    old = reports / "2026-09" / "alpha"
    old.mkdir(parents=True)
    september = {"shop_id": "alpha", "period": {"start": "2026-09-01", "end": "2026-09-30"}}
    (old / "findings.json").write_text(json.dumps(september))
    shops = ["alpha", "empty", "wrong", "nobody", "beta"]
    return Published(reports, run(shops, Order(data_dir, OCTOBER, reports, healthy), jobs=2))


@pytest.fixture
def one(data_dir: Path, tmp_path: Path) -> Iterator[Callable[..., ShopResult]]:
    """Runs one shop. At the end of the test nothing is left in the folder of temporary files."""
    temporary = scratch.folder()

    def one(notebooks: Path, reports: Path | None = None, timeout_seconds: float = 60) -> ShopResult:
        order = Order(data_dir, OCTOBER, reports or tmp_path / "reports", notebooks, timeout_seconds=timeout_seconds)
        return run(["beta"], order, jobs=1)[0]

    yield one
    assert not [path for path in temporary.iterdir() if path.is_dir()]


def test_each_shop_has_its_result(published: Published) -> None:
    alpha, empty, wrong, nobody, beta = published.results
    assert [r.shop_id for r in published.results] == ["alpha", "empty", "wrong", "nobody", "beta"]
    assert (alpha.state, alpha.reason, alpha.lost, alpha.top_finding) == ("done", "", 2000.0, "2026-09 断货")
    assert (beta.state, beta.reason, beta.lost, beta.top_finding) == ("done", "", 2000.0, "sold out")
    assert (empty.state, empty.reason) == ("no_data", "empty has no day of 2026-10")
    assert wrong.state == "failed"
    assert "shop_daily.csv, row 2, column visitors" in wrong.reason
    assert nobody.state == "failed"
    assert nobody.reason.startswith("no shop 'nobody'")


def test_what_is_published(published: Published) -> None:
    expected = {"report.html", "findings.json", "tables.xlsx", *(f"notebooks/{name}.ipynb" for name in NOTEBOOKS)}
    for shop_id in ("alpha", "beta"):
        folder = published.period / shop_id
        assert {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()} == expected
    assert {f.name for f in published.period.iterdir()} == {".work", "alpha", "beta", "index.html"}
    assert {f.name for f in (published.period / ".work").iterdir()} == {".lock", ".state", "wrong"}


def test_reports_name_the_shop_and_no_folder(published: Published, data_dir: Path) -> None:
    for shop_id, language in (("alpha", "zh"), ("beta", "en")):
        html = (published.period / shop_id / "report.html").read_text(encoding="utf-8")
        assert f"<title>{shop_id.title()} &amp; Co · 2026-10</title>" in html
        assert f'<html lang="{language}">' in html
        assert html.count("<img ") == 1
        for folder in (data_dir, published.reports, Path.home(), sys.prefix):
            assert f"{folder}/" not in html


def test_notebooks_were_run_by_this_python_with_the_given_parameters(published: Published, data_dir: Path) -> None:
    notebook = nbformat.read(published.period / "alpha" / "notebooks" / "1_look.ipynb", as_version=4)
    given = {"shop_id": "alpha", "period": "2026-10", "data_dir": str(data_dir), "language": ""}
    given["previous"] = str(published.reports / "2026-09" / "alpha" / "findings.json")
    assert dict(notebook.metadata.papermill.parameters) == given
    assert all(c.execution_count for c in notebook.cells if c.cell_type == "code")
    assert not any("papermill" in c.metadata for c in notebook.cells)


def test_index_lists_every_shop(published: Published) -> None:
    html = (published.period / "index.html").read_text(encoding="utf-8")
    assert [html.count(f'href="{shop}/report.html"') for shop in ("alpha", "beta", "wrong")] == [1, 1, 0]
    assert "column visitors" in html
    assert str(published.reports) not in html


def test_a_hung_cell_is_stopped_with_its_kernel(one: Callable[..., ShopResult], broken: Broken, tmp_path: Path) -> None:
    seen: set[int] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            seen.update(_left_in(tmp_path))

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = one(broken("hung"), timeout_seconds=8)
    over.set()
    watcher.join()
    assert (result.state, result.reason) == ("failed", "stopped in 1_look after 8 s")
    assert result.seconds < 30
    assert len(seen) >= 2, "the worker and its kernel"
    assert not _left_in(tmp_path)


HOLDING = "import re\nre.match('(a+)+$', 'a' * 99 + 'b')"  # for years, and no other thread runs meanwhile


def doing(source: str, healthy: Path, tmp_path: Path) -> Path:
    """The healthy notebooks, but a cell of the first does this."""
    notebooks = tmp_path / "notebooks"
    shutil.copytree(healthy, notebooks)
    look = nbformat.read(notebooks / "1_look.ipynb", as_version=4)
    look.cells[3].source = source
    nbformat.write(look, notebooks / "1_look.ipynb")
    return notebooks


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os\nos.kill(os.getpid(), 9)", "1_look, cell 5: its kernel was killed by signal 9"),
        ("import ctypes\nctypes.string_at(0)", "1_look, cell 5: its kernel was killed by signal 11"),
        ("import os\nos._exit(0)", "1_look, cell 5: its kernel ended with code 0"),
        ("import sys\nsys.exit(0)", "1_look, cell 5: SystemExit: 0"),
        ("import os, psutil\nos.kill(psutil.Process(os.getpgid(0)).pid, 9)", "its process was killed by signal 9"),
        (f"import os\nos.kill(os.getpgid(0), 9)\n{HOLDING}", "its process was killed by signal 9"),
        (
            "import subprocess, time\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\ntime.sleep(600)",
            "stopped in 1_look after 8 s",
        ),
    ],
)
def test_whatever_dies_nothing_is_left(
    one: Callable[..., ShopResult],
    healthy: Path,
    tmp_path: Path,
    left: Callable[[], list[psutil.Process]],
    source: str,
    reason: str,
) -> None:
    notebooks = doing(source, healthy, tmp_path)
    started = set(psutil.Process().children())
    result = one(notebooks, timeout_seconds=8 if reason.endswith("after 8 s") else 120)
    assert result.state == "failed"
    assert result.reason.startswith(reason)
    assert not _left_in(tmp_path)
    assert (set(psutil.Process().children()), left()) == (started, []), "neither zombies nor orphans"


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)",
        "import subprocess\nsubprocess.run(['sh', '-c', 'setsid sleep 600 & sleep 0.2'])",
    ],
)
def test_what_outlives_a_shop_that_was_well_is_ended_too(
    one: Callable[..., ShopResult], healthy: Path, tmp_path: Path, source: str
) -> None:
    assert one(doing(source, healthy, tmp_path)).state == "done"
    assert not _left_in(tmp_path)


@pytest.mark.parametrize("fault", ["", "error"])
def test_without_a_fork_server_all_is_the_same(
    fault: str, one: Callable[..., ShopResult], healthy: Path, broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise forks.Unavailable

    monkeypatch.setattr(forks, "start", refuse)
    result = one(broken(fault) if fault else healthy)
    expected = ("failed", "1_look, cell 3: RuntimeError: the pot boils over") if fault else ("done", "")
    assert (result.state, result.reason) == expected


def test_a_failed_rerun_leaves_the_published_report_whole(
    one: Callable[..., ShopResult], broken: Broken, published: Published
) -> None:
    before = published.bytes()
    result = one(broken("error"), published.reports)
    assert (result.state, result.reason) == ("failed", "1_look, cell 3: RuntimeError: the pot boils over")
    assert published.bytes() == before
    html = (published.period / "index.html").read_text(encoding="utf-8")
    assert [html.count(f'href="{shop}/report.html"') for shop in ("alpha", "beta")] == [1, 1]
    assert "the pot boils over" in html


def test_a_report_whose_shop_failed_since_is_known_until_a_run_succeeds(
    data_dir: Path, healthy: Path, broken: Broken, tmp_path: Path
) -> None:
    order = Order(data_dir, OCTOBER, tmp_path / "reports", healthy)
    period, index = order.published, order.published / "index.html"
    run(["alpha", "beta"], order, jobs=2)
    assert outdated(period) == {}
    failed = run(["beta", "nobody"], replace(order, notebooks_dir=broken("error")), jobs=1)
    assert [r.state for r in failed] == ["failed"] * 2
    assert outdated(period) == {"beta": "1_look, cell 3: RuntimeError: the pot boils over"}
    run(["alpha"], order, jobs=1)
    assert "the pot boils over" in index.read_text(encoding="utf-8"), "a run of others does not forget it"
    assert [r.state for r in run(["beta"], order, jobs=1)] == ["skipped"]
    assert outdated(period) == {}
    assert "the pot boils over" not in index.read_text(encoding="utf-8")


def test_a_second_run_of_the_same_period_waits_its_turn(published: Published, one: Callable[..., ShopResult]) -> None:
    with (published.period / ".work" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BusyError, match="2026-10"):
            one(published.reports, published.reports)


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from tempfile import TemporaryDirectory
from sizhen.batch.examine import Order
from sizhen.batch.runner import run
from sizhen.tables import Period
data, reports, notebooks = map(Path, sys.argv[1:])
results = run(["alpha", "beta"], Order(data, Period.parse("2026-10"), reports, notebooks), jobs=1)
print([(r.state, r.reason) for r in results])
"""


@contextmanager
def begun(data_dir: Path, reports: Path, notebooks: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of two shops in one lane, the first of which is at its first notebook.

    A test run started in the background ignores Ctrl-C, and so would what it starts, had it not been told otherwise.
    """
    command = [sys.executable, "-c", SCRIPT, str(data_dir), str(reports), str(notebooks)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, text=True) as process:
        step = reports / "2026-10" / ".work" / "alpha" / "step"
        while not step.is_file():
            assert process.poll() is None
            time.sleep(0.05)
        yield process


def test_an_interrupt_lets_the_running_shop_end(data_dir: Path, healthy: Path, tmp_path: Path) -> None:
    with begun(data_dir, tmp_path / "reports", healthy) as process:
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=120)
    assert told.strip() == str([("done", ""), ("failed", "interrupted")])
    results = run(["alpha", "beta"], Order(data_dir, OCTOBER, tmp_path / "reports", healthy), jobs=1)
    assert [r.state for r in results] == ["skipped", "done"]


def test_a_second_interrupt_ends_everything_and_still_reports(data_dir: Path, broken: Broken, tmp_path: Path) -> None:
    with begun(data_dir, tmp_path / "reports", broken("hung")) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=60)
    assert told.strip() == str([("failed", "interrupted")] * 2)
    assert not _left_in(tmp_path)


def test_a_killed_runner_loses_the_shop_in_flight_alone(data_dir: Path, healthy: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with begun(data_dir, reports, healthy) as process:
        while not (reports / "2026-10" / ".work" / "beta" / "step").is_file():
            time.sleep(0.02)
        process.kill()
    gone = time.monotonic() + 60
    while _left_in(tmp_path) and time.monotonic() < gone:
        time.sleep(0.1)
    assert not _left_in(tmp_path)
    results = run(["alpha", "beta"], Order(data_dir, OCTOBER, reports, healthy), jobs=1)
    assert [r.state for r in results] == ["skipped", "done"]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_leaves_no_temporary_file(
    data_dir: Path, healthy: Path, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TemporaryDirectory() as short:  # the path of a socket has 107 characters
        monkeypatch.setenv("TMPDIR", short)
        with begun(data_dir, tmp_path / "reports", healthy) as process:
            os.killpg(process.pid, number)
        gone = time.monotonic() + 60
        while (_left_in(tmp_path) or os.listdir(short)) and time.monotonic() < gone:
            time.sleep(0.1)
        assert (_left_in(tmp_path), os.listdir(short)) == ([], [])


def _left_in(folder: Path) -> list[int]:
    """Processes that still work in a folder, as the kernels of its shops do."""
    left = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                left.append(process.pid)
        except psutil.Error:
            continue
    return left
