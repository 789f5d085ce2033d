"""A second run does what has changed, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from html import unescape
from pathlib import Path

import psutil
import pytest

from sizhen.batch import examine, fingerprint
from sizhen.batch.examine import Order
from sizhen.batch.index_rows import index_page
from sizhen.batch.kernels import forks
from sizhen.batch.runner import run
from sizhen.batch.shop_result import ShopResult
from sizhen.batch.state import data_now
from sizhen.document import Document
from sizhen.report.outdated import UNKNOWN, outdated
from sizhen.tables import Period, Shop

OCTOBER = Period.parse("2026-10")


@pytest.fixture(scope="module")
def once(data_dir: Path, healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Data, notebooks and reports of one run of one shop."""
    folder = tmp_path_factory.mktemp("once")
    shutil.copytree(data_dir / "beta", folder / "data" / "beta")
    shutil.copytree(healthy, folder / "notebooks")
    order = Order(folder / "data", OCTOBER, folder / "reports", folder / "notebooks")
    assert run(["beta"], order, jobs=1)[0].state == "done"
    return order


@pytest.fixture
def order(once: Order, tmp_path: Path) -> Order:
    """The same, the test's own."""
    folder = tmp_path / "again"
    shutil.copytree(once.data_dir.parent, folder)
    return Order(folder / "data", OCTOBER, folder / "reports", folder / "notebooks")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shops whose notebooks were run."""
    asked: list[str] = []

    def run_worker(job: examine.Job, **given: object) -> int:
        asked.append(job.shop_id)
        return 1

    monkeypatch.setattr(examine, "run_worker", run_worker)
    return asked


def again(order: Order) -> ShopResult:
    return run(["beta"], order, jobs=1)[0]


def test_nothing_changed(order: Order, asked: list[str]) -> None:
    before = {f: f.read_bytes() for f in order.published.rglob("*") if f.is_file()}
    result = again(order)
    assert (result.state, result.top_finding, result.lost, asked) == ("skipped", "sold out", 2000.0, [])
    assert {f: f.read_bytes() for f in order.published.rglob("*") if f.is_file()} == before


def test_fresh_does_it_again(order: Order, asked: list[str]) -> None:
    result = again(Order(order.data_dir, OCTOBER, order.reports_dir, order.notebooks_dir, fresh=True))
    assert (result.state, asked) == ("failed", ["beta"])


def table(order: Order) -> Path:
    return order.data_dir / "beta" / "shop_daily.csv"


def more_data(order: Order) -> None:
    table(order).write_text(table(order).read_text().replace(",5.0", ",6.0"))


def another_owner(order: Order) -> None:
    with (order.data_dir / "beta" / "shop.toml").open("a") as profile:
        profile.write('[owner]\nname = "B"\n')


def another_notebook(order: Order) -> None:
    path = order.notebooks_dir / "3_ask.ipynb"
    path.write_text(path.read_text().replace("1 + 1", "1 + 2"))


def earlier_findings(order: Order) -> None:
    folder = order.reports_dir / "2026-09" / "beta"
    folder.mkdir(parents=True)
    told = '{"shop_id": "beta", "period": {"start": "2026-09-01", "end": "2026-09-30"}}'
    (folder / "findings.json").write_text(told)


def broken_report(order: Order) -> None:
    path = order.published / "beta" / "report.html"
    path.write_bytes(path.read_bytes()[:-10])


def lost_notebook(order: Order) -> None:
    (order.published / "beta" / "notebooks" / "4_check.ipynb").unlink()


def lost_state(order: Order) -> None:
    (order.work / ".state" / "beta.json").write_text("{")


def spoilt_state(order: Order) -> None:
    (order.work / ".state" / "beta.json").write_text(DEEP)


@pytest.mark.parametrize(
    "change",
    [
        more_data,
        another_owner,
        another_notebook,
        earlier_findings,
        broken_report,
        lost_notebook,
        lost_state,
        spoilt_state,
    ],
)
def test_what_has_changed_is_done_again(order: Order, asked: list[str], change: Callable[[Order], None]) -> None:
    change(order)
    assert (again(order).state, asked) == ("failed", ["beta"])


def test_another_program_does_it_again(order: Order, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "program", lambda: "newer")
    assert (again(order).state, asked) == ("failed", ["beta"])


def test_the_same_elsewhere_is_the_same(order: Order, once: Order) -> None:
    here, there = (fingerprint.of_folder(o.published / "beta") for o in (order, once))
    assert here == there
    assert len(fingerprint.program()) == 32


@pytest.mark.parametrize(
    ("codes", "attempts", "state"), [([-9, -9], 2, "failed"), ([255, 255], 2, "failed"), ([1], 1, "failed")]
)
def test_only_a_killed_process_is_tried_again(
    order: Order, monkeypatch: pytest.MonkeyPatch, codes: list[int], attempts: int, state: str
) -> None:
    tried: list[int] = []

    def run_worker(job: examine.Job, **given: object) -> int:
        tried.append(1)
        return codes[len(tried) - 1]

    monkeypatch.setattr(examine, "run_worker", run_worker)
    more_data(order)
    result = again(order)
    assert (result.state, len(tried)) == (state, attempts)
    ended = "its process ended with code {} and no result"
    killed = "its process was killed by signal 9, probably for want of memory"
    assert result.reason in (killed, ended.format(1), ended.format(forks.LOST))


def test_a_process_killed_once_still_brings_its_report(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    more_data(order)
    really, killed = examine.run_worker, []

    def run_worker(job: examine.Job, *, on_step: Callable[[str], None], **given: object) -> int:
        def heard(step: str) -> None:
            if not killed:
                worker = _group_of(Path(job.staging))
                killed.append(worker)
                os.killpg(worker, signal.SIGKILL)
            on_step(step)

        return really(job, on_step=heard, **given)

    monkeypatch.setattr(examine, "run_worker", run_worker)
    assert (again(order).state, len(killed)) == ("done", 1)


def _group_of(folder: Path) -> int:
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == folder:
                return os.getpgid(process.pid)
        except psutil.Error:
            continue
    raise AssertionError("no worker")


def test_a_shop_may_be_called_as_the_runner_calls_its_own_things(once: Order, tmp_path: Path) -> None:
    shops = ["lock", "publishing", "state"]
    for shop_id in shops:
        shutil.copytree(once.data_dir / "beta", tmp_path / "data" / shop_id)
        profile = tmp_path / "data" / shop_id / "shop.toml"
        profile.write_text(profile.read_text().replace('"beta"', f'"{shop_id}"'))
    order = Order(tmp_path / "data", OCTOBER, tmp_path / "reports", once.notebooks_dir)
    assert [r.state for r in run(shops, order, jobs=1)] == ["done"] * 3
    assert [r.state for r in run(shops, order, jobs=1)] == ["skipped"] * 3


def test_what_cannot_be_cleared_away_stops_no_other_shop(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older report of a shop that was not examined again lies aside and may not be removed."""
    (order.work / "alpha.old").mkdir()
    (order.published / "alpha").mkdir()

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(f"{path} may not be removed")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    assert again(order).state == "skipped"


DEEP = "[" * 100_000
NO_TEXT = '{"shop_id": "alpha", "findings": [{"state": "act", "says": {"en": "\\ud800", "zh": "\\ud800"}}]}'


@pytest.mark.parametrize("spoilt", ["{", "{}", "[]", '{"shop_id": "alpha", "findings": 1}', DEEP])
def test_a_spoilt_report_costs_no_other_its_line(order: Order, spoilt: str) -> None:
    for name in ("alpha", "copy of beta"):
        shutil.copytree(order.published / "beta", order.published / name)
    (order.published / "alpha" / "findings.json").write_text(spoilt)
    assert again(order).state == "skipped"
    html = (order.published / "index.html").read_text(encoding="utf-8")
    assert [html.count(f'href="{name}/report.html"') for name in ("alpha", "beta", "copy of beta")] == [1, 1, 0]
    assert "its findings.json cannot be read" in html


def test_what_no_page_can_hold_costs_no_other_its_line(order: Order) -> None:
    shutil.copytree(order.published / "beta", order.published / "alpha")
    (order.published / "alpha" / "findings.json").write_text(NO_TEXT)
    assert again(order).state == "skipped"
    assert 'href="beta/report.html"' in (order.published / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("spoilt", ["{", "[]", DEEP])
def test_of_a_spoilt_note_of_failures_each_report_is_in_doubt(order: Order, spoilt: str) -> None:
    shutil.copytree(order.published / "beta", order.published / "alpha")
    (order.work / ".failed.json").write_text(spoilt)
    assert again(order).state == "skipped"
    assert outdated(order.published) == {"alpha": UNKNOWN}
    (order.published / "alpha" / "findings.json").unlink()
    (order.work / ".failed.json").write_text(spoilt)
    assert again(order).state == "skipped"
    assert outdated(order.published) == {}


@pytest.mark.parametrize("spoilt", [b'name = "\xff"', b"targets = " + b"[" * 5000, b'timezone = "Asia"', b""])
def test_a_spoilt_profile_costs_its_own_shop_only(order: Order, spoilt: bytes) -> None:
    (order.data_dir / "bad").mkdir()
    (order.data_dir / "bad" / "shop.toml").write_bytes(spoilt)
    bad, beta = run(["bad", "beta"], order, jobs=1)
    assert (bad.state, beta.state) == ("failed", "skipped")
    assert bad.reason
    html = (order.published / "index.html").read_text(encoding="utf-8")
    assert 'href="beta/report.html"' in html and bad.reason[:20] in unescape(html)


def stale(order: Order, **given: bool) -> bool:
    """Whether the index of a run of other shops says that the data of this one have changed."""
    index_page([], order, **given)
    return "shops:stale" in (order.published / "index.html").read_text(encoding="utf-8")


def test_the_index_says_where_data_changed_since_the_report(order: Order) -> None:
    assert not stale(order)
    os.utime(table(order))
    assert not stale(order), "written again, it holds the same"
    more_data(order)
    assert stale(order)
    assert not stale(order, compare=False), "where only profiles are at hand nothing is said"
    index_page([ShopResult("beta", "failed", 0.0, "it boiled over")], order)
    html = (order.published / "index.html").read_text(encoding="utf-8")
    assert "it boiled over" in html and "shops:stale" not in html


def test_files_that_lie_as_they_were_are_not_read(once: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop, "fingerprint", lambda shop: pytest.fail("it was read"))
    shop = Shop.open(once.data_dir, "beta")
    told = Document.parse((once.published / "beta" / "findings.json").read_bytes())
    assert data_now(once.work, shop) == told.data.fingerprint
