"""What notebooks will import, read from their cells: the server imports it once for all."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path


def own_modules(folder: Path, package: str) -> list[str]:
    """Modules of `package` that the notebooks in `folder` import, and names that may be modules. A notebook or cell
    that cannot be read imports nothing here: it will say so when it runs."""
    found = {name for path in sorted(folder.glob("*.ipynb")) for tree in _cells(path) for name in _imported(tree)}
    return sorted(name for name in found if name.partition(".")[0] == package)


def _cells(path: Path) -> Iterator[ast.Module]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for source in sources:
        try:
            yield ast.parse(source)
        except SyntaxError:
            continue


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)
