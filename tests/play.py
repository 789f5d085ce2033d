"""Runs a notebook's code cells in this process: quick, and every warning is an error."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
STEPS = ("1_look", "2_listen", "3_ask", "4_check", "5_prescribe")


def play(step: str, **parameters: Any) -> list[str]:
    """The HTML that the notebook's cells display, one text per display, with `parameters` in place of its own."""
    shown: list[str] = []
    space: dict[str, Any] = {}
    for cell in nbformat.read(NOTEBOOKS / f"{step}.ipynb", 4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, step, "exec"), space)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), step, "eval"), space)
            if not cell.source.rstrip().endswith(";"):
                shown.append(value._repr_html_() if hasattr(value, "_repr_html_") else str(value))
        if "parameters" in cell.metadata.get("tags", ()):
            space.update(parameters)
        plt.close("all")
    return shown
