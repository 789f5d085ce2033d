"""The process of one shop. It runs the notebooks, checks them and builds the report; its parent publishes."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import papermill  # type: ignore[import-untyped]
from nbformat import NotebookNode, v4
from papermill.exceptions import PapermillExecutionError  # type: ignore[import-untyped]
from papermill.translators import PythonTranslator  # type: ignore[import-untyped]

from sizhen.batch import engine
from sizhen.batch.check import (
    RunError,
    read_findings,
    refuse_broken_workbook,
    refuse_other_data,
    refuse_paths,
    refuse_unfinished,
)
from sizhen.batch.job import PRESCRIBE, TABLES, Job, check_parameters
from sizhen.batch.kernels import forks
from sizhen.batch.kernels.manager import ForkedKernel, NotReady, OrdinaryKernel
from sizhen.batch.limits import limit
from sizhen.batch.shop_result import one_line
from sizhen.document import Document
from sizhen.document.money import lost
from sizhen.report.page import build
from sizhen.report.prepare import ReportError
from sizhen.report.write import sync, write_text
from sizhen.tables import Period, Shop
from sizhen.tables.coverage import refuse_empty
from sizhen.tables.errors import NoDays
from sizhen.vocab.persons import MARKS, REACHING, cover
from sizhen.vocab.plain import visible

RESULT = "result.json"
STEP = "step"
PAGE_STEP = "report"


def main(job_path: str) -> None:
    """Does the job in the file `job_path` and writes what came of it beside, as `result.json`."""
    limit()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    job = Job.read(Path(job_path))
    try:
        refuse_empty(Shop.open(job.data_dir, job.shop_id), Period.parse(job.parameters[PRESCRIBE]["period"]))
        result = {"state": "done", "reason": "", **examine(job)}
    except NoDays as error:
        result = {"state": "no_data", "reason": one_line(str(error))}
    except RunError as error:
        result = {"state": error.state, "reason": one_line(str(error)), "again": error.again}
    except (ReportError, ValueError, OSError) as error:
        result = {"state": "failed", "reason": one_line(str(error))}
    except Exception as error:  # noqa: BLE001 - the parent must hear of it
        sys.stderr.write(cover(visible(traceback.format_exc()), MARKS, kinds=REACHING))
        result = {"state": "failed", "reason": one_line(f"{type(error).__name__}: {error}")}
    write_text(Path(job.staging) / RESULT, json.dumps({"shop_id": job.shop_id, **result}, ensure_ascii=False))


def main_alone(job_path: str) -> None:
    """`main` in a process with a pipe at its standard input, which ends when its parent does."""
    forks.collect_rarely()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    main(job_path)


def examine(job: Job) -> dict[str, Any]:
    """Runs the notebooks and builds the report into `job.ready`; returns `lost` and `top_finding`.

    Raises RunError or ReportError, whose messages are for the person who started it.
    """
    staging = Path(job.staging)
    shop = Shop.open(job.data_dir, job.shop_id)
    executed = []
    for name, path in job.notebooks.items():
        write_text(staging / STEP, name)
        _check_known(Path(path), job.parameters[name])
        out = job.ready / "notebooks" / f"{name}.ipynb"
        made = _execute(Path(path), out, job.parameters[name], staging, shop.fingerprint)
        refuse_other_data(made.metadata.sizhen.data, job.data)
        executed.append(out)
    write_text(staging / STEP, PAGE_STEP)
    findings = read_findings(job.ready / "findings.json", job.shop_id, job.period, job.data)
    out = job.ready / "report.html"
    build(executed, language=job.language, title=job.title, out=out)
    refuse_paths(out.read_text(encoding="utf-8"), [job.data_dir, job.reports_dir, sys.prefix])
    refuse_broken_workbook(job.ready / TABLES)
    sync(job.ready)
    return {"lost": lost(findings), "top_finding": _top_finding(findings, job.language)}


def _top_finding(document: Document, language: str) -> str:
    """The sentence of the first finding that asks for something, or nothing."""
    return next((f.says[language] for f in document.findings if f.state in ("act", "watch")), "")


def _check_known(path: Path, given: dict[str, Any]) -> None:
    if not path.is_file():
        raise RunError(f"there is no notebook {path.name}")
    try:
        cells = v4.reads(path.read_text(encoding="utf-8")).cells  # type: ignore[no-untyped-call]
        tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", ())]
        known = {each.name for cell in tagged[:1] for each in PythonTranslator.inspect(cell)}
    except Exception as error:
        raise RunError(f"{path.name} is not a notebook: {one_line(str(error))}") from error
    check_parameters(given, known, path.stem)


def _execute(path: Path, out: Path, parameters: dict[str, Any], cwd: Path, state: Callable[[], str]) -> NotebookNode:
    """The executed notebook, proved complete. Saved as `out` once, at the end or at the error; it tells the data's
    `state` and no times."""
    try:
        try:
            _papermill(path, out, parameters, cwd, state, ForkedKernel)
        except NotReady:
            _papermill(path, out, parameters, cwd, state, OrdinaryKernel)
    except PapermillExecutionError as error:
        raise _in_words(error, out.stem) from None
    except RunError as error:
        raise RunError(f"{out.stem}, {error}", again=error.again) from None
    except Exception as error:
        raise RunError(f"{out.stem}: {one_line(str(error)) or type(error).__name__}") from error
    made: NotebookNode = v4.reads(out.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    refuse_unfinished(made, out.stem)
    return made


def _papermill(
    path: Path,
    out: Path,
    parameters: dict[str, Any],
    cwd: Path,
    state: Callable[[], str],
    kernel: type[OrdinaryKernel],
) -> None:
    papermill.execute_notebook(
        _unformatted(path),
        _unformatted(out),
        parameters=parameters,
        engine_name=engine.NAME,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
        cwd=cwd,
        kernel_manager_class=kernel,
        shutdown_kernel="immediate",
        record_timing=False,
        state=state,
    )


def _unformatted(path: Path) -> str:
    """papermill formats paths as templates; braces in a folder's name are meant as they are."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _in_words(error: PapermillExecutionError, notebook: str) -> RunError:
    """Errors that were written for people stand alone; others say where they came from."""
    if error.ename in ("DataError", "MissingTable", "UnknownShop"):
        return RunError(error.evalue, "no_data" if error.ename == "MissingTable" else "failed")
    return RunError(f"{notebook}, cell {error.cell_index + 1}: {error.ename}: {error.evalue}")


def _die_with_parent() -> None:
    """Waits at standard input, which ends when the parent does; the kernel then misses its own parent."""
    os.read(0, 1)
    os._exit(1)
