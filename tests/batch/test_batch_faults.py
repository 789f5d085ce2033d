from __future__ import annotations

import json
from pathlib import Path

import pytest

from sizhen.batch.check import RunError
from sizhen.batch.job import PRESCRIBE, Job
from sizhen.batch.worker import examine
from sizhen.tables import Shop

FAULTS = Path(__file__).parents[1] / "faults"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job without notebooks."""
    staging = tmp_path / "reports" / "2026-10" / ".work" / "beta"
    (staging / "ready" / "notebooks").mkdir(parents=True)
    days = ("2026-10-01", "2026-10-31")
    folders = (str(tmp_path / "shops"), str(tmp_path / "reports"), str(staging))
    shop = tmp_path / "shops" / "beta"
    shop.mkdir(parents=True)
    (shop / "shop.toml").write_text('shop_id = "beta"\nname = "Beta"\nplatform = "other"\n')
    data = Shop.open(shop.parent, "beta").fingerprint()
    return Job("beta", "Beta · 2026-10", "en", days, *folders, {}, {}, data)


def run_fault(job: Job, fault: str, name: str) -> None:
    """The one notebook of the job is broken."""
    given = {"shop_id": "beta", "period": "2026-10", "data_dir": job.data_dir, "language": "", "previous": ""}
    if name == PRESCRIBE:
        given["output"] = str(job.ready)
    job.notebooks[name] = str(FAULTS / f"{fault}.ipynb")
    job.parameters[name] = given
    examine(job)


@pytest.mark.parametrize(
    ("fault", "name", "reason"),
    [
        ("error", "1_look", "1_look, cell 3: RuntimeError: the pot boils over"),
        ("data_error", "1_look", "shop_daily.csv, row 17, column visitors: -3 is below 0; correct the row"),
        ("exit", "1_look", "1_look, cell 3: SystemExit: 0"),
        ("died", "1_look", "1_look, cell 3: its kernel ended with code 1"),
        ("stderr", "1_look", "1_look, cell 3 wrote to stderr: "),
        ("wrong_shop", PRESCRIBE, "findings.json is of somebody-else 2026-10-01 2026-10-31, not of beta 2026-10-01 "),
        ("leaking_path", PRESCRIBE, "the report shows a folder of this computer: "),
    ],
)
def test_faults_have_a_reason(job: Job, fault: str, name: str, reason: str) -> None:
    with pytest.raises(RunError) as error:
        run_fault(job, fault, name)
    assert str(error.value).startswith(reason)
    assert "Traceback" not in str(error.value)


def test_a_traceback_on_stderr_is_told_by_its_end(job: Job, tmp_path: Path) -> None:
    notebook = json.loads((FAULTS / "data_error.ipynb").read_text())
    notebook["cells"][-1]["source"] = (
        "import threading\n\n\ndef work():\n    raise OSError('too many open files')\n\n\n"
        "thread = threading.Thread(target=work)\nthread.start()\nthread.join()"
    )
    job.notebooks["1_look"] = str(tmp_path / "thread.ipynb")
    Path(job.notebooks["1_look"]).write_text(json.dumps(notebook))
    job.parameters["1_look"] = {"shop_id": "beta"}
    with pytest.raises(RunError, match=r"wrote to stderr: OSError: too many open files$"):
        examine(job)


def test_an_unknown_parameter_is_refused_before_anything_runs(job: Job) -> None:
    with pytest.raises(ValueError, match="has no parameter language; its parameters cell has data_dir, langauge"):
        run_fault(job, "unknown_parameter", "1_look")
    assert not list(job.ready.rglob("*.ipynb"))


def test_a_notebook_that_is_not_there(job: Job) -> None:
    with pytest.raises(RunError, match=r"there is no notebook nowhere\.ipynb"):
        run_fault(job, "nowhere", "1_look")


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD\n{}", '{"cells": 1}'])
def test_a_notebook_that_is_none(job: Job, tmp_path: Path, text: str) -> None:
    job.notebooks["1_look"] = str(tmp_path / "1_look.ipynb")
    Path(job.notebooks["1_look"]).write_text(text)
    job.parameters["1_look"] = {"shop_id": "beta"}
    with pytest.raises(RunError, match=r"^1_look\.ipynb is not a notebook: "):
        examine(job)


def test_a_shop_without_the_table_has_no_data(job: Job, tmp_path: Path) -> None:
    notebook = json.loads((FAULTS / "data_error.ipynb").read_text())
    source = 'from sizhen.tables import MissingTable\n\nraise MissingTable(shop_id, "orders")'
    notebook["cells"][-1]["source"] = source
    job.notebooks["1_look"] = str(tmp_path / "{braces}.ipynb")
    Path(job.notebooks["1_look"]).write_text(json.dumps(notebook))
    job.parameters["1_look"] = {"shop_id": "beta"}
    with pytest.raises(RunError, match="beta has no table orders") as error:
        examine(job)
    assert error.value.state == "no_data"


def test_a_report_without_its_tables_is_refused(job: Job, healthy: Path, tmp_path: Path) -> None:
    notebook = (healthy / f"{PRESCRIBE}.ipynb").read_text(encoding="utf-8")
    job.notebooks[PRESCRIBE] = str(tmp_path / f"{PRESCRIBE}.ipynb")
    Path(job.notebooks[PRESCRIBE]).write_text(notebook.replace("tables.xlsx", "other.xlsx"), encoding="utf-8")
    given = {"shop_id": "beta", "period": "2026-10", "data_dir": job.data_dir, "output": str(job.ready)}
    job.parameters[PRESCRIBE] = given
    with pytest.raises(RunError, match=r"the prescription wrote no tables\.xlsx"):
        examine(job)
