"""A shop's notebooks as a plain function: their cells, what they show, the report. No kernel, no papermill."""

from __future__ import annotations

import ast
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["MPLBACKEND"] = "agg"

import sizhen.batch.kernels.quiet  # noqa: F401 I001  first, as in a run
import matplotlib.pyplot as plt
import nbformat
import nbformat.v4 as v4
from nbformat import NotebookNode

from sizhen.batch.kernels import forks, preload  # noqa: F401  what a run has warm is warm here too
from sizhen.diagnosis import open_case  # noqa: F401
from sizhen.exam import ask, check, ledger, listen, look, market, peers  # noqa: F401
from sizhen.report.page import build
from sizhen.tables import kept
from sizhen.view import cards, plots, style, tables, workbook  # noqa: F401


def examine(
    shop: str,
    *,
    data: Path,
    folder: Path,
    parameters: Callable[[str, Path, Path, str], dict[str, str]],
    notebooks: Path,
    rarely: bool,
) -> None:
    """Writes the executed notebooks and the report of `shop` below `folder`."""
    if rarely:
        forks.collect_rarely()
    else:
        gc.enable()
    (folder / shop).mkdir()
    os.environ[kept.FOLDER] = str(folder / shop)
    executed = []
    for path in sorted(notebooks.glob("[1-5]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        _run(notebook, parameters(shop, data, folder / shop, path.stem))
        executed.append(folder / shop / path.name)
        nbformat.write(notebook, executed[-1])
    build(executed, language="zh", title=shop, out=folder / shop / "report.html")


def _run(notebook: NotebookNode, given: dict[str, str]) -> None:
    names: dict[str, Any] = {}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        *most, last = ast.parse(cell.source).body
        shown = isinstance(last, ast.Expr) and not cell.source.rstrip().endswith(";")
        exec(compile(ast.Module(most if shown else [*most, last], []), cell.id, "exec"), names)
        value = eval(compile(ast.Expression(last.value), cell.id, "eval"), names) if shown else None
        if "parameters" in cell.metadata.get("tags", ()):
            names |= given
        cell.execution_count = 1
        cell.outputs = [*_value(value), *map(_figure, plt.get_fignums())]
        plt.close("all")


def _value(value: Any) -> list[NotebookNode]:
    if value is None:
        return []
    html = {"text/html": value._repr_html_()} if hasattr(value, "_repr_html_") else {}
    return [v4.new_output("execute_result", {"text/plain": repr(value), **html}, execution_count=1)]


def _figure(number: int) -> NotebookNode:
    import base64

    png, metadata = style._picture(plt.figure(number))
    return v4.new_output(
        "display_data", {"image/png": base64.b64encode(png).decode()}, metadata={"image/png": metadata}
    )
