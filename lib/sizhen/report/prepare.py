"""An executed notebook is checked and stripped to what a reader sees, before it becomes markup."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from nbformat import NotebookNode, from_dict

from sizhen.report.figure import NoPicture, slim
from sizhen.report.fold import fold, is_folded
from sizhen.vocab import LANGUAGES

_node: Any = from_dict  # nbformat.v4's makers check each cell by itself, which is most of their time
ANALYST_ONLY = "analyst-only"
_SHOWN = ("image/png", "text/html", "text/markdown", "text/plain")
_MARKS = re.compile(r"[*_`#>|]+|!?\[([^\[\]]*)\]\([^()]*\)")
_ALT_LENGTH = 160


class ReportError(ValueError):
    """A notebook that must not become a report; the message names the notebook and the reason."""


def prepare(notebook: NotebookNode, name: str, language: str) -> NotebookNode:
    """A copy of an executed notebook with only the cells and outputs a reader of `language` sees.

    Cells tagged with another language or `analyst-only` are left out, an opening h1 goes (the page has its own
    heading), each output keeps its best form, each figure carries its alternative text and size, long tables are folded
    and stand below the figure that shows the same.
    Raises ReportError on an error output, on anything written to stderr, on an output a static page cannot show, and on
    a figure without alternative text.
    """
    result: NotebookNode = _node({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    spoken = ""
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"{name}, cell {number}"
        if cell.cell_type == "code":
            _refuse_trouble(cell, where)
        if not _for_reader(cell, language):
            continue
        if cell.cell_type == "markdown":
            source = re.sub(r"\A\s*#[ \t][^\n]*\n?", "", cell.source) if not result.cells else cell.source
            spoken = _spoken(cell.source) or spoken
            metadata = {"anchor": f"{name}-{number}"}
            result.cells.append(_node({"cell_type": "markdown", "source": source, "metadata": metadata}))
        elif cell.cell_type == "code" and cell.outputs:
            alt = cell.metadata.get("alt") or spoken
            outputs = [_shown(output, alt, where, language) for output in cell.outputs]
            result.cells.append(_node({"cell_type": "code", "source": "", "metadata": {}, "outputs": outputs}))
    _figures_first(result.cells)
    return result


def _figures_first(cells: list[NotebookNode]) -> None:
    for here, (cell, following) in enumerate(pairwise(list(cells))):
        table = cell.get("outputs") and is_folded(cell.outputs[-1].get("data", {}).get("text/html", ""))
        if table and following.get("outputs") and "image/png" in following.outputs[0].get("data", {}):
            cells[here : here + 2] = [following, cell]


def _for_reader(cell: NotebookNode, language: str) -> bool:
    tags = set(cell.metadata.get("tags", ()))
    spoken = tags & set(LANGUAGES)
    return ANALYST_ONLY not in tags and (not spoken or language in spoken)


def _refuse_trouble(cell: NotebookNode, where: str) -> None:
    for output in cell.outputs:
        if output.output_type == "error":
            raise ReportError(f"{where}: {output.ename}: {output.evalue}".rstrip(": "))
        if output.output_type == "stream" and output.name == "stderr":
            lines = output.text.strip().splitlines()
            raise ReportError(f"{where}: wrote to stderr: {lines[0] if lines else ''}")


def _shown(output: NotebookNode, alt: str, where: str, language: str) -> dict[str, Any]:
    if output.output_type == "stream":
        return {"output_type": "stream", "name": "stdout", "text": output.text}
    foreign = sorted(set(output.data) - set(_SHOWN))
    if foreign:
        raise ReportError(f"{where}: a page without scripts cannot show {foreign[0]}")
    kind = next(kind for kind in _SHOWN if kind in output.data)
    data, metadata = output.data[kind], {}
    if kind == "image/png":
        data, metadata[kind] = _figure(output, alt, where)
    elif kind == "text/html":
        data = fold(data, language)
    return {"output_type": "display_data", "data": {kind: data}, "metadata": metadata}


def _figure(output: NotebookNode, alt: str, where: str) -> tuple[str, dict[str, str | int]]:
    own = output.metadata.get("image/png", {})
    alt = own.get("alt") or alt
    if not alt:
        raise ReportError(f"{where}: a figure without alternative text (a heading before it, or `alt` in its metadata)")
    try:
        png, width, height = slim(output.data["image/png"])
    except NoPicture:
        raise ReportError(f"{where}: image/png is not a PNG image") from None
    return png, {"alt": alt, "width": int(own.get("width", width)), "height": int(own.get("height", height))}


def _spoken(source: str) -> str:
    """What a Markdown cell says in one line: its last heading, else its first paragraph, without marks."""
    headings = re.findall(r"^#{1,6}[ \t]+(.+)$", source, flags=re.MULTILINE)
    said = headings[-1] if headings else source.strip().split("\n\n")[0]
    plain = " ".join(_MARKS.sub(r"\1", said).split())
    return plain if len(plain) <= _ALT_LENGTH else plain[: _ALT_LENGTH - 1] + "…"
