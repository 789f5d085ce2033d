"""Shops and reports the tests share."""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest
from hypothesis import settings

import reaper
from examples import examples
from sizhen.tables import Shop, kept, write_table

# No test depends on how busy the machine is.
settings.register_profile("untimed", deadline=None, max_examples=examples(100))
settings.load_profile("untimed")

REPO = Path(__file__).resolve().parents[1]
WITHOUT = str(REPO / "tests" / "without")  # first on the path of this process and of all that it starts
sys.path.insert(0, WITHOUT)
os.environ["PYTHONPATH"] = os.pathsep.join([WITHOUT, *filter(None, [os.environ.get("PYTHONPATH")])])
# What `integration` marks: the tests that use one of these fixtures or stand in one of these folders and files.
STARTING = {"agency", "bring", "chromium", "lab", "sample_reports", "server"}
STARTED_IN = (
    *("batch/", "browser/", "delivery/test_answers.py", "delivery/test_real_servers.py"),
    *("intake/test_intake_made_up.py", "intake/test_intake_mapping.py", "intake/test_intake_merge.py"),
    *("intake/test_intake_real.py", "intake/test_intake_worker.py"),
    *("test_bombs.py", "test_canaries", "test_cases.py", "test_layers.py"),
    *("test_paid_cases.py", "test_real_files.py"),
)
NOT_STARTED_IN = ("batch/test_batch_parts.py",)
# What `long` marks, for `make test LONG=1`: every fault, process, network and browser, table, cause and column in turn.
LONG_IN = (
    *("batch/", "browser/", "delivery/test_real_servers.py", "diagnosis/test_causes.py"),
    *("diagnosis/test_one_figure.py", "diagnosis/test_unknown_columns.py", "intake/test_intake_worker.py"),
    *("test_absent_tables.py", "test_bombs.py", "test_canaries", "test_linear.py", "test_nobody_named.py"),
)
NOT_LONG_IN = ("batch/test_batch_again.py", "batch/test_batch_faults.py", "batch/test_batch_parts.py")
PERIOD = "2026-10"
TINY_PROFILE = """\
shop_id = "tiny"
name = "小店"
platform = "taobao"
category = "womenswear"
language = "zh"
currency = "CNY"
gross_margin = 0.5
[owner]
name = "Owner"
email = "owner@tiny.example"
[targets]
"2026-10" = 40000
"""


gc.disable()  # until all is collected: what is imported stays
started: list[str] = []  # by the test that runs


def _listen(event: str, given: tuple[Any, ...]) -> None:
    if event in ("os.fork", "os.posix_spawn", "subprocess.Popen", "socket.bind"):
        started.append(f"{event} {given[:2]}")


sys.addaudithook(_listen)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(REPO / "tests").as_posix()
        fixtures = set(getattr(item, "fixturenames", ()))
        browser = item.get_closest_marker("browser") is not None
        if browser or fixtures & STARTING or (place.startswith(STARTED_IN) and not place.startswith(NOT_STARTED_IN)):
            item.add_marker("integration")
        if place.startswith(LONG_IN) and not place.startswith(NOT_LONG_IN):
            item.add_marker("long")


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_runtest_setup() -> None:
    started.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    if started and not item.get_closest_marker("integration"):
        pytest.fail(f"{started[0]:.200}: a test that starts something is marked `integration`")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """CPU time of this process and of all that were started, as far as they have ended."""
    ended = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(each.ru_utime + each.ru_stime for each in ended)
    if reaper.NAME in os.environ:
        orphans = psutil.Process(int(os.environ[reaper.NAME])).cpu_times()
        seconds += orphans.children_user + orphans.children_system
    terminalreporter.write_line(f"{seconds / 60:.1f} minutes of CPU time, children included")


@pytest.fixture(scope="module", autouse=True)
def reader_as_at_first() -> Iterator[None]:
    """What one file's tests speak is not what the next one's do."""
    yield
    if labels := sys.modules.get("sizhen.view.labels"):
        labels.speak("zh", "CNY")


@pytest.fixture(scope="module")
def one_case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Notebooks that are played over the same data share one case, as those of a run do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kept.FOLDER, str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="session")
def one_reader() -> Iterator[None]:
    """One process reads the files of all tests of a session: it takes half a second to start."""
    from sizhen.intake.worker import Reader

    def shared() -> AbstractContextManager[Reader]:
        started.append("a reader")
        return nullcontext(reader)

    with Reader() as reader, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sizhen.intake.importer.Reader", shared)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real/ and exports/, which is not part of the repository."""
    shared = Path(os.environ.get("SIZHEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (shared / "data" / "real").is_dir():
        pytest.skip("the shared data is not here; set SIZHEN_SHARED to its folder")
    return shared / "data"


@pytest.fixture(scope="session")
def sample_dir() -> Path:
    """The folder of the sample shops."""
    folder = REPO / "data" / "sample"
    assert list(folder.glob("*/shop.toml")), "there are no sample shops; run `make sample`"
    return folder


def tiny_daily() -> pd.DataFrame:
    """September and October 2026 of a shop with 100 visitors, 5 buyers and 1,000 a day."""
    days = pd.date_range("2026-09-01", "2026-10-31")
    steady = {
        "visitors": 100,
        "page_views": 300,
        "product_visitors": 80,
        "bounced_visitors": 50,
        "cart_buyers": 12,
        "order_buyers": 6,
        "order_amount": 1200.0,
        "paid_buyers": 5,
        "paid_orders": 6,
        "paid_units": 10,
        "paid_amount": 1000.0,
        "returning_paid_buyers": 1,
        "dsr_description": 4.8,
    }
    wave = np.arange(len(days)) % 3
    daily = pd.DataFrame({"date": days, **steady})
    return daily.assign(visitors=daily["visitors"] + wave, paid_amount=daily["paid_amount"] + 10 * wave)


@pytest.fixture
def tiny_shop(tmp_path: Path) -> Shop:
    """A shop in `tmp_path` with shop_daily and traffic_daily of two months."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "shop.toml").write_text(TINY_PROFILE, encoding="utf-8")
    daily = tiny_daily()
    write_table(folder, "shop_daily", daily)
    plain = daily[["date", "visitors", "page_views", "paid_buyers", "paid_amount"]]
    write_table(folder, "traffic_daily", plain.assign(channel="search", device="mobile"))
    return Shop.open(tmp_path, "tiny")


@pytest.fixture(scope="session")
def sample_reports(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The --reports folder of one run over a Chinese and an English shop, shared by all test processes of a session."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    reports = shared / "sample-reports"
    with (shared / "sample-reports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not reports.exists():
            command = [sys.executable, "-m", "sizhen.cli", "run", "linen-house", "tea-corner"]
            command += ["--data", str(sample_dir), "--period", PERIOD, "--reports", str(reports), "--jobs", "2"]
            done = subprocess.run(command, capture_output=True, text=True, cwd=shared, timeout=600, check=False)
            (shared / "sample-reports.log").write_text(done.stdout + done.stderr, encoding="utf-8")
            if done.returncode == 0:
                (reports / ".done").touch()
    assert (reports / ".done").exists(), (shared / "sample-reports.log").read_text(encoding="utf-8")
    return reports
