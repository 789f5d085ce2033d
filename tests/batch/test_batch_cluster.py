"""The same run on a real scheduler and real workers, each a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import fsspec
import psutil
import pytest
from networks import Networks, lacking

from sizhen.batch import cluster, fingerprint
from sizhen.batch.cluster import ClusterError, Task, examine_there
from sizhen.batch.examine import Order
from sizhen.batch.index_rows import index_page
from sizhen.batch.job import NOTEBOOKS
from sizhen.batch.mirror import Mirror
from sizhen.batch.shop_result import ShopResult
from sizhen.report import outdated
from sizhen.tables import Period

pytest.importorskip("distributed")
OCTOBER = Period.parse("2026-10")
NAMES = {"report.html", "findings.json", "tables.xlsx", *(f"notebooks/{name}.ipynb" for name in NOTEBOOKS)}


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


class Cluster:
    """A scheduler and its workers, each in a network of its own where there are some; all of it ends with the test."""

    def __init__(self, folder: Path, networks: Networks | None = None) -> None:
        self._folder = folder
        self._networks = networks
        self._temporary = Path(tempfile.mkdtemp(prefix="c"))  # a test's own folder has too long a name for sockets
        self._file = folder / "scheduler.json"
        self.scheduler = self._start(0, "scheduler", "--port", "0", "--scheduler-file", str(self._file))
        while not self._file.is_file() or not self._file.read_text():
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address: str = json.loads(self._file.read_text())["address"]
        self.workers = [self._worker(n) for n in range(2)]

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        own = ("--nthreads", "1", "--no-nanny", "--name", f"w{number}", "--local-directory", str(self._folder))
        return self._start(number + 1, "worker", self.address, *own)

    def _start(self, place: int, kind: str, *words: str) -> subprocess.Popen[bytes]:
        inside, host = [], "127.0.0.1"
        if self._networks:
            inside, host = self._networks.inside(place), self._networks.address(place)
        command = [*inside, sys.executable, "-m", f"distributed.cli.dask_{kind}", "--host", host, "--no-dashboard"]
        with (self._folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, *words],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
                env={
                    **os.environ,
                    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s",
                    "TMPDIR": str(self._temporary),
                },
            )

    def wait(self) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=120)

    def end(self) -> None:
        """Kills all; nothing that they started and nothing that they brought to themselves may be left."""
        started = [child for worker in self.workers if worker.poll() is None for child in children(worker)]
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
        _, alive = psutil.wait_procs(started, timeout=60)
        left = {path.name for path in self._temporary.glob("*")} - {"dask-scratch-space"}
        shutil.rmtree(self._temporary, ignore_errors=True)
        assert (alive, left) == ([], set())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.wait()
    yield made
    made.end()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    made.wait()
    yield made
    made.end()


@pytest.fixture
def order(healthy: Path) -> Order:
    return Order(Path(), OCTOBER, Path(), healthy)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_cluster_does_what_one_computer_does(shared: Cluster, order: Order, data_dir: Path, tmp_path: Path) -> None:
    mirror = Mirror.of(str(data_dir), str(tmp_path / "reports"))
    assert mirror.shops() == ["alpha", "beta", "empty", "wrong"]
    shops = ["alpha", "empty", "wrong", "nobody", "beta"]
    results = cluster.run(shops, order, scheduler=shared.address, mirror=mirror)
    assert [(r.shop_id, r.state) for r in results] == [
        ("alpha", "done"),
        ("empty", "no_data"),
        ("wrong", "failed"),
        ("nobody", "failed"),
        ("beta", "done"),
    ]
    assert "shop_daily.csv, row 2, column visitors" in results[2].reason
    assert (results[4].top_finding, results[4].lost) == ("sold out", 2000.0)
    period = tmp_path / "reports" / "2026-10"
    assert files(period / "alpha") == files(period / "beta") == NAMES
    index = (period / "index.html").read_text(encoding="utf-8")
    assert [index.count(f'href="{shop}/report.html"') for shop in ("alpha", "beta", "wrong")] == [1, 1, 0]
    assert {f.name for f in (period / ".work").iterdir()} == {".publishing", ".state"}
    before = {f: f.read_bytes() for f in period.glob("[!.]*/**/*") if f.is_file()}
    again = cluster.run(["alpha", "beta"], order, scheduler=shared.address, mirror=mirror)
    assert [(r.state, r.lost) for r in again] == [("skipped", 2000.0)] * 2
    assert {f: f.read_bytes() for f in period.glob("[!.]*/**/*") if f.is_file()} == before


def test_workers_of_another_version_are_refused(
    shared: Cluster, order: Order, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "program", lambda: "newer")
    mirror = Mirror.of(str(data_dir), str(tmp_path))
    (result,) = cluster.run(["alpha"], order, scheduler=shared.address, mirror=mirror)
    assert (result.state, result.reason) == ("failed", "the worker runs another version of sizhen; install the same")


def test_no_scheduler_and_no_worker(own: Cluster, order: Order, data_dir: Path, tmp_path: Path) -> None:
    mirror = Mirror.of(str(data_dir), str(tmp_path))
    for worker in own.workers:
        worker.terminate()
        worker.wait()
    with pytest.raises(ClusterError, match="no worker at tcp://"):
        cluster.run(["alpha"], order, scheduler=own.address, mirror=mirror)
    own.end()
    with pytest.raises(ClusterError, match="no scheduler at"):
        cluster.run(["alpha"], order, scheduler=own.address, mirror=mirror)


def test_two_who_ask_at_once_get_each_their_own(shared: Cluster, order: Order, data_dir: Path, tmp_path: Path) -> None:
    """Shops of two agencies may have one name, and one agency may want its reports in two places."""
    shutil.copytree(data_dir / "beta", tmp_path / "other" / "beta")
    mirrors = [
        Mirror.of(str(data_dir), str(tmp_path / "one")),
        Mirror.of(str(data_dir), str(tmp_path / "two")),
        Mirror.of(str(tmp_path / "other"), str(tmp_path / "three")),
    ]
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(cluster.run, ["beta"], order, scheduler=shared.address, mirror=each) for each in mirrors]
        assert [(r.shop_id, r.state) for each in asked for r in each.result()] == [("beta", "done")] * 3
    assert [files(tmp_path / name / "2026-10" / "beta") for name in ("one", "two", "three")] == [NAMES] * 3


@pytest.mark.parametrize("address", ["nonsense", "10.0.0.5", "foo://10.0.0.5:8786"])
def test_an_address_that_is_none(order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(cluster, "Client", None)  # it waits 20 s at its end and shows a traceback
    with pytest.raises(ClusterError, match=rf"no scheduler at {address}; .*(port|scheme)"):
        cluster.run(["alpha"], order, scheduler=address, mirror=Mirror.of(str(tmp_path), str(tmp_path)))


@pytest.mark.parametrize("shop_id", ["", ".", "..", "../data/beta", "/"])
def test_a_name_that_is_no_shops_brings_nothing(
    order: Order, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop_id: str
) -> None:
    brought: list[str] = []
    monkeypatch.setattr(Mirror, "fetch", lambda self, shop_id, order: brought.append(shop_id))
    task = Task(order, Mirror.of(str(data_dir), str(tmp_path / "reports")), {}, fingerprint.program())
    result = examine_there(shop_id, task)
    assert (result.state, brought, (tmp_path / "reports").exists()) == ("failed", [], False)


def test_places_that_cannot_be_reached(shared: Cluster, order: Order, data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="nowhere://agency/data: its shops cannot be listed: Protocol not known"):
        cluster.shops_of(Mirror.of("nowhere://agency/data", str(tmp_path)))
    here = Mirror.of(str(data_dir), str(tmp_path / "reports"))
    with pytest.raises(ClusterError, match=r"No such file or directory: .*1_look\.ipynb"):
        cluster.run(["beta"], replace(order, notebooks_dir=tmp_path), scheduler=shared.address, mirror=here)
    (tmp_path / "reports").touch()
    with pytest.raises(ClusterError, match=r"their index is not written: .*Not a directory"):
        cluster.run(["beta"], order, scheduler=shared.address, mirror=here)


@pytest.fixture
def many(data_dir: Path, tmp_path: Path) -> Path:
    """Six shops."""
    for n in range(6):
        folder = tmp_path / "data" / f"shop{n}"
        folder.mkdir(parents=True)
        for name in ("shop.toml", "shop_daily.csv"):
            text = (data_dir / "beta" / name).read_text().replace('"beta"', f'"shop{n}"')
            (folder / name).write_text(text)
    return tmp_path / "data"


def while_running(order: Order, own: Cluster, mirror: Mirror, act: Callable[[], None]) -> list[ShopResult]:
    """The results of six shops; `act` comes once the first is reported."""
    first = Path(mirror.reports) / "2026-10" / ".work" / ".state"

    def later() -> None:
        while not first.is_dir() or not list(first.iterdir()):
            time.sleep(0.05)
        act()

    actor = threading.Thread(target=later)
    actor.start()
    results = cluster.run(mirror.shops(), order, scheduler=own.address, mirror=mirror)
    actor.join()
    return results


def test_a_lost_worker_gives_its_shops_to_the_other(own: Cluster, order: Order, many: Path, tmp_path: Path) -> None:
    mirror = Mirror.of(str(many), str(tmp_path / "reports"))
    orphans: list[psutil.Process] = []

    def lose() -> None:
        orphans.extend(children(own.workers[0]))
        os.kill(own.workers[0].pid, signal.SIGKILL)

    results = while_running(order, own, mirror, lose)
    assert [r.shop_id for r in results] == [f"shop{n}" for n in range(6)]
    assert all(r.reported for r in results), "skipped: published by the lost worker, which could not say so any more"
    for n in range(6):
        assert files(tmp_path / "reports" / "2026-10" / f"shop{n}") == NAMES
    _, alive = psutil.wait_procs(orphans, timeout=60)
    assert alive == []


@pytest.fixture
def networks() -> Iterator[Networks]:
    made = Networks(3)
    yield made
    made.end()


@pytest.mark.skipif(bool(lacking()), reason=lacking() or "there are network namespaces")
def test_a_worker_cut_from_the_network_gives_its_shops_to_the_other(
    networks: Networks, order: Order, many: Path, tmp_path: Path
) -> None:
    """It runs on until it notices, and may publish what it had begun: the same report, whole, in the same place."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    apart = Cluster(folder, networks)
    try:
        apart.wait()
        mirror = Mirror.of(str(many), str(tmp_path / "reports"))
        results = while_running(order, apart, mirror, lambda: networks.cut(1))
        assert [r.shop_id for r in results] == [f"shop{n}" for n in range(6)]
        assert all(r.reported for r in results), "skipped: published by the worker that could not say so any more"
        for n in range(6):
            assert files(tmp_path / "reports" / "2026-10" / f"shop{n}") == NAMES
    finally:
        apart.end()


def test_a_lost_scheduler_is_said_and_the_rest_goes_on_later(
    own: Cluster, shared: Cluster, order: Order, many: Path, tmp_path: Path
) -> None:
    mirror = Mirror.of(str(many), str(tmp_path / "reports"))
    results = while_running(order, own, mirror, own.scheduler.kill)
    assert cluster.LOST in {r.reason for r in results}
    assert {(r.state, r.reason) for r in results} <= {("done", ""), ("failed", cluster.LOST)}
    for result in results:
        folder = tmp_path / "reports" / "2026-10" / result.shop_id
        assert not folder.exists() or files(folder) == NAMES
    again = cluster.run(mirror.shops(), order, scheduler=shared.address, mirror=mirror)
    assert {r.state for r in again} == {"done", "skipped"}
    assert all(a.state == "skipped" for a, r in zip(again, results, strict=True) if r.state == "done")


def test_reports_in_a_store_without_folders(data_dir: Path, healthy: Path, order: Order, tmp_path: Path) -> None:
    store = fsspec.filesystem("memory")
    for name in ("shop.toml", "shop_daily.csv"):
        store.pipe_file(f"/agency/data/beta/{name}", (data_dir / "beta" / name).read_bytes())
    store.pipe_file("/agency/reports/2026-10/beta/notebooks/old.ipynb", b"{}")
    mirror = Mirror.of("memory://agency/data", "memory://agency/reports")
    assert mirror.shops() == ["beta"]
    notebooks = {name: (healthy / f"{name}.ipynb").read_text(encoding="utf-8") for name in NOTEBOOKS}
    task = Task(replace(order, language="en"), mirror, notebooks, fingerprint.program())
    assert examine_there("beta", task).state == "done"
    there = "/agency/reports/2026-10/beta"
    assert {path.removeprefix(f"{there}/") for path in store.find(there)} == NAMES
    assert examine_there("beta", task).state == "skipped"
    store.pipe_file(f"{there}/report.html", b"cut off")
    assert examine_there("beta", task).state == "done"
    assert store.cat_file(f"{there}/report.html").endswith(b"</html>\n")
    first, second = (replace(order, data_dir=tmp_path / n / "d", reports_dir=tmp_path / n / "r") for n in ("1", "2"))
    mirror.fetch_for_index(first)
    index_page([ShopResult("beta", "failed", 0.0, "it boiled over")], first)
    mirror.store_index(first)
    mirror.fetch_for_index(second)
    assert outdated(second.published) == {"beta": "it boiled over"}
    assert "it boiled over" in store.cat_file("/agency/reports/2026-10/index.html").decode()
