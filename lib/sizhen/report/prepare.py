"""An executed notebook is checked and stripped to what a reader sees, before it becomes markup."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from nbformat import NotebookNode, from_dict

from sizhen.report.figure import NoPicture, slim
from sizhen.vocab import LANGUAGES

_node: Any = from_dict  # nbformat.v4's makers check each cell by itself, which is most of their time
ANALYST_ONLY = {"analyst-only", "setup"}
PARTS = ("screen", "head", "conclusions", "ending")  # tagged `page-…`: outputs with a place of their own on the page
_SHOWN = ("image/png", "text/html", "text/markdown", "text/plain")
_HEADING = re.compile(r"\A\s*#{1,6}[ \t]+([^\n]+)\n?")
_MARKS = re.compile(r"[*_`#>|]+|!?\[([^\[\]]*)\]\([^()]*\)")
_ALT_LENGTH = 160


class ReportError(ValueError):
    """A notebook that must not become a report; the message names the notebook and the reason."""


@dataclass(frozen=True)
class Prepared:
    """`parts`: a notebook of the outputs of each part; `steps`: the rest, each subject behind its heading; `count`: how
    many subjects."""

    parts: dict[str, NotebookNode]
    steps: NotebookNode
    count: int


@dataclass
class _Step:
    """A heading, what is said below it and what is shown."""

    heading: str
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def shows(self) -> bool:
        return any(cell.cell_type == "code" for cell in self.cells)


def prepare(notebook: NotebookNode, name: str, language: str) -> Prepared:
    """The cells and outputs of an executed notebook that a reader of `language` sees, in the form that suits a page.

    Cells tagged with another language, `analyst-only` or `setup` are left out, and so is a subject of which nothing is
    shown. Each output keeps its best form, each figure carries its alternative text and size and stands before the
    table that shows the same.
    Raises ReportError on an error output, on anything written to stderr, on an output a static page cannot show, and on
    a figure without alternative text.
    """
    parts: dict[str, list[NotebookNode]] = {part: [] for part in PARTS}
    steps, spoken = [_Step("")], ""
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"{name}, cell {number}"
        if cell.cell_type == "code":
            _refuse_trouble(cell, where)
        if not _for_reader(cell, language):
            continue
        if cell.cell_type == "markdown":
            spoken = _spoken(cell.source) or spoken
            if _HEADING.match(cell.source):
                steps.append(_Step(spoken))
            source = _HEADING.sub("", cell.source).strip()
            steps[-1].cells += [_node({"cell_type": "markdown", "source": source, "metadata": {}})] if source else []
        elif cell.cell_type == "code" and cell.outputs:
            part = next((part for part in PARTS if f"page-{part}" in cell.metadata.get("tags", ())), "")
            outputs = [_shown(output, cell.metadata.get("alt") or spoken, where) for output in cell.outputs]
            shown = {"cell_type": "code", "source": "", "metadata": {"part": part}, "outputs": outputs}
            (parts[part] if part else steps[-1].cells).append(_node(shown))
    shown_steps = [step for step in steps if step.shows]
    made = {part: _notebook(cells) for part, cells in parts.items() if cells}
    return Prepared(made, _notebook([cell for step in shown_steps for cell in _folded(step)]), len(shown_steps))


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    return _node({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def _folded(step: _Step) -> list[NotebookNode]:
    """The cells of a step, each with the heading behind which they wait."""
    _figures_first(step.cells)
    if step.heading:
        for cell in step.cells:
            cell.metadata["about"] = step.heading
        step.cells[0].metadata["begins"] = step.heading
        step.cells[-1].metadata["ends"] = True
    return step.cells


def _figures_first(cells: list[NotebookNode]) -> None:
    for here, (cell, following) in enumerate(pairwise(list(cells))):
        table = cell.get("outputs") and "<table" in cell.outputs[-1].get("data", {}).get("text/html", "")
        if table and following.get("outputs") and "image/png" in following.outputs[0].get("data", {}):
            cells[here : here + 2] = [following, cell]


def _for_reader(cell: NotebookNode, language: str) -> bool:
    tags = set(cell.metadata.get("tags", ()))
    spoken = tags & set(LANGUAGES)
    return not ANALYST_ONLY & tags and (not spoken or language in spoken)


def _refuse_trouble(cell: NotebookNode, where: str) -> None:
    for output in cell.outputs:
        if output.output_type == "error":
            raise ReportError(f"{where}: {output.ename}: {output.evalue}".rstrip(": "))
        if output.output_type == "stream" and output.name == "stderr":
            lines = output.text.strip().splitlines()
            raise ReportError(f"{where}: wrote to stderr: {lines[0] if lines else ''}")


def _shown(output: NotebookNode, alt: str, where: str) -> dict[str, Any]:
    if output.output_type == "stream":
        return {"output_type": "stream", "name": "stdout", "text": output.text}
    foreign = sorted(set(output.data) - set(_SHOWN))
    if foreign:
        raise ReportError(f"{where}: a page without scripts cannot show {foreign[0]}")
    kind = next(kind for kind in _SHOWN if kind in output.data)
    data, metadata = output.data[kind], {}
    if kind == "image/png":
        data, metadata[kind] = _figure(output, alt, where)
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
