"""An executed notebook is checked and stripped to what a reader sees, before it becomes markup."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from typing import Any

import nbformat.v4
from nbformat import NotebookNode

from sizhen.vocab import LANGUAGES

_v4: Any = nbformat.v4
ANALYST_ONLY = "analyst-only"
_SHOWN = ("image/png", "text/html", "text/markdown", "text/plain")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MARKS = re.compile(r"[*_`#>|]+|!?\[([^\]]*)\]\([^)]*\)")
_ALT_LENGTH = 160


class ReportError(ValueError):
    """A notebook that must not become a report; the message names the notebook and the reason."""


def prepare(notebook: NotebookNode, name: str, language: str) -> NotebookNode:
    """A copy of an executed notebook with only the cells and outputs a reader of `language` sees.

    Cells tagged with another language or `analyst-only` are left out, an opening h1 goes (the page has its own
    heading), each output keeps its best form, each figure carries its alternative text and size.
    Raises ReportError on an error output, on anything written to stderr, on an output a static page cannot show, and on
    a figure without alternative text.
    """
    result: NotebookNode = _v4.new_notebook()
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
            result.cells.append(_v4.new_markdown_cell(source, metadata={"anchor": f"{name}-{number}"}))
        elif cell.cell_type == "code" and cell.outputs:
            alt = cell.metadata.get("alt") or spoken
            outputs = [_shown(output, alt, where) for output in cell.outputs]
            result.cells.append(_v4.new_code_cell(outputs=outputs))
    return result


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


def _shown(output: NotebookNode, alt: str, where: str) -> NotebookNode:
    if output.output_type == "stream":
        text: NotebookNode = _v4.new_output("stream", name="stdout", text=output.text)
        return text
    foreign = sorted(set(output.data) - set(_SHOWN))
    if foreign:
        raise ReportError(f"{where}: a page without scripts cannot show {foreign[0]}")
    kind = next(kind for kind in _SHOWN if kind in output.data)
    metadata = {}
    if kind == "image/png":
        metadata = {kind: _figure(output, alt, where)}
    shown: NotebookNode = _v4.new_output("display_data", data={kind: output.data[kind]}, metadata=metadata)
    return shown


def _figure(output: NotebookNode, alt: str, where: str) -> dict[str, str | int]:
    own = output.metadata.get("image/png", {})
    alt = own.get("alt") or alt
    if not alt:
        raise ReportError(f"{where}: a figure without alternative text (a heading before it, or `alt` in its metadata)")
    try:
        png = base64.b64decode(output.data["image/png"].replace("\n", ""), validate=True)
        width, height = struct.unpack(">II", png[16:24])
    except (binascii.Error, struct.error):
        png, width, height = b"", 0, 0
    if not png.startswith(_PNG_SIGNATURE):
        raise ReportError(f"{where}: image/png is not a PNG image")
    output.data["image/png"] = base64.b64encode(png).decode("ascii")
    return {"alt": alt, "width": int(own.get("width", width)), "height": int(own.get("height", height))}


def _spoken(source: str) -> str:
    """What a Markdown cell says in one line: its last heading, else its first paragraph, without marks."""
    headings = re.findall(r"^#{1,6}[ \t]+(.+)$", source, flags=re.MULTILINE)
    said = headings[-1] if headings else source.strip().split("\n\n")[0]
    plain = " ".join(_MARKS.sub(r"\1", said).split())
    return plain if len(plain) <= _ALT_LENGTH else plain[: _ALT_LENGTH - 1] + "…"
