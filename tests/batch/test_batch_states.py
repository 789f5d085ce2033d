"""A report is of one state of its shop's data, or is none."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import fsspec
import nbformat
import pytest

from sizhen.batch.examine import Order
from sizhen.batch.job import NOTEBOOKS
from sizhen.batch.mirror import Changed, Mirror
from sizhen.batch.runner import run
from sizhen.batch.shop_result import CHANGED, ShopResult
from sizhen.tables import Period, Shop

# What another process does while the third notebook runs, and which file it is. It can be done again and again.
CHANGES = {
    "sed s/0$/00/ {table} > {table}.new && mv {table}.new {table}": "shop_daily.csv",
    "cp {table} {table}.old && sed -i s/0$/00/ {table} && mv {table}.old {table}": "shop_daily.csv",
    "printf 'product_id\\nP1\\n' > {folder}/products.csv": "products.csv",
    "echo '# a remark' >> {folder}/shop.toml": "shop.toml",
}
REPLACED = next(iter(CHANGES))


@pytest.fixture
def order(data_dir: Path, healthy: Path, tmp_path: Path) -> Order:
    for shop_id in ("alpha", "beta"):
        shutil.copytree(data_dir / shop_id, tmp_path / "data" / shop_id)
    return Order(tmp_path / "data", Period.parse("2026-10"), tmp_path / "reports", healthy)


def changing(order: Order, change: str) -> Order:
    """The order, but beta's data change while its third notebook runs."""
    folder, notebooks = order.data_dir / "beta", order.data_dir.parent / "notebooks"
    told = change.format(folder=folder, table=folder / "shop_daily.csv")
    shutil.copytree(order.notebooks_dir, notebooks)
    ask = nbformat.read(notebooks / "3_ask.ipynb", as_version=4)
    ask.cells[
        3
    ].source = f"import subprocess\nif shop_id == 'beta':\n    subprocess.run({told!r}, shell=True, check=True)"
    nbformat.write(ask, notebooks / "3_ask.ipynb")
    return replace(order, notebooks_dir=notebooks)


def stated(folder: Path) -> set[str]:
    """The states that a report's notebooks and findings say they are of."""
    notebooks = [nbformat.read(folder / "notebooks" / f"{name}.ipynb", as_version=4) for name in NOTEBOOKS]
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    return {findings["data"]["fingerprint"], *(each.metadata.sizhen.data for each in notebooks)}


@pytest.mark.parametrize("change", CHANGES)
def test_a_report_of_two_states_is_not_published(order: Order, change: str) -> None:
    (beta,) = run(["beta"], changing(order, change), jobs=1)
    assert replace(beta, seconds=0.0) == ShopResult("beta", "failed", 0.0, f"{CHANGED} ({CHANGES[change]})")
    assert not (order.published / "beta").exists()
    assert not (order.work / ".state").exists()


def test_the_next_run_does_it_again_and_states_one(order: Order) -> None:
    assert [r.state for r in run(["alpha", "beta"], order, jobs=1)] == ["done", "done"]
    before = stated(order.published / "beta")
    assert before == {Shop.open(order.data_dir, "beta").fingerprint()}
    (order.data_dir / "beta" / "events.csv").write_text("starts_on,name\n2026-10-01,Day\n")
    alpha, beta = run(["alpha", "beta"], changing(replace(order, fresh=True), REPLACED), jobs=1)
    assert (alpha.state, beta.state) == ("done", "failed")
    assert stated(order.published / "beta") == before, "the report made before stays"
    assert CHANGED in (order.published / "index.html").read_text(encoding="utf-8")
    assert run(["beta"], order, jobs=1)[0].state == "done"
    assert stated(order.published / "beta") == {Shop.open(order.data_dir, "beta").fingerprint()} != before
    assert run(["beta"], order, jobs=1)[0].state == "skipped"


def test_data_that_change_once_are_examined_again_at_once(order: Order) -> None:
    once = f"test -e {{folder}}/.changed || {{{{ touch {{folder}}/.changed; {REPLACED}; }}}}"
    (beta,) = run(["beta"], changing(order, once), jobs=1)
    assert beta.state == "done"
    assert stated(order.published / "beta") == {Shop.open(order.data_dir, "beta").fingerprint()}


def test_what_is_being_written_and_what_analysts_say_is_no_data(order: Order) -> None:
    beside = "touch {folder}/.part {folder}/decisions.csv"
    assert run(["beta"], changing(order, beside), jobs=1)[0].state == "done"
    (order.data_dir / "beta" / "decisions.csv").write_text("decided_at\n2026-11-01\n")
    (order.data_dir / "beta" / ".part").write_text("more")
    assert (
        run(["beta"], replace(order, notebooks_dir=order.data_dir.parent / "notebooks"), jobs=1)[0].state == "skipped"
    )


KILLED = """import os
from pathlib import Path

tried = Path(data_dir) / shop_id / "tried"
tried.touch(exist_ok=True)
times = tried.write_text(tried.read_text() + "x")
if times <= {often}:
    os.kill(os.getpid(), 9)"""


@pytest.mark.parametrize(("often", "state"), [(1, "done"), (2, "failed")])
def test_a_shop_whose_kernel_was_killed_is_tried_once_more(order: Order, often: int, state: str) -> None:
    told = changing(order, "true")
    ask = nbformat.read(told.notebooks_dir / "3_ask.ipynb", as_version=4)
    ask.cells[3].source = KILLED.format(often=often)
    nbformat.write(ask, told.notebooks_dir / "3_ask.ipynb")
    (beta,) = run(["beta"], told, jobs=1)
    why = "" if state == "done" else "3_ask, cell 5: its kernel was killed by signal 9, probably for want of memory"
    assert (beta.state, beta.reason) == (state, why)
    assert (order.data_dir / "beta" / "tried").read_text() == "xx"


class Moving:
    """A store in which a table is replaced while the first `times` copies are made."""

    def __init__(self, files: fsspec.AbstractFileSystem, times: int) -> None:
        self._files, self._left = files, times

    def get_file(self, path: str, to: str) -> None:
        self._files.get_file(path, to)
        if path.endswith("shop.toml") and self._left:
            self._left -= 1
            table = Path(path).with_name("shop_daily.csv")
            table.write_text(table.read_text() + f"2026-10-{10 + self._left},1,1.0\n")

    def __getattr__(self, name: str) -> object:
        return getattr(self._files, name)


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    times = {"times": 0}
    find = fsspec.core.url_to_fs
    made: dict[str, Moving] = {}

    def url_to_fs(place: str) -> tuple[object, str]:
        files, root = find(place)
        return made.setdefault(place, Moving(files, times["times"])), root

    monkeypatch.setattr(fsspec.core, "url_to_fs", url_to_fs)
    return times


@pytest.mark.parametrize("times", [1, 9])
def test_a_copy_for_a_cluster_is_of_one_state(order: Order, tmp_path: Path, moving: dict[str, int], times: int) -> None:
    moving["times"] = times
    here = replace(order, data_dir=tmp_path / "here" / "data", reports_dir=tmp_path / "here" / "reports")
    mirror = Mirror.of(str(order.data_dir), str(order.reports_dir))
    if times > 1:
        with pytest.raises(Changed, match=CHANGED):
            mirror.fetch("beta", here)
        assert not (here.data_dir / "beta").exists()
        return
    mirror.fetch("beta", here)
    states = [Shop.open(each.data_dir, "beta").fingerprint() for each in (order, here)]
    assert states[0] == states[1]
