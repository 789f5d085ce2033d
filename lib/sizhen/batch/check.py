"""Success is proved from what was written: papermill's word and a clean exit are not enough."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from sizhen.batch.shop_result import CHANGED, one_line
from sizhen.document import Document, Unreadable

_IMAGE = re.compile(r'src="data:[^"]*"')


class RunError(Exception):
    """A run whose result must not be published; the message is one line for the person who started it.

    `again`: nothing is wrong with the shop, and another attempt may go well.
    """

    def __init__(self, message: str, state: Literal["failed", "no_data"] = "failed", *, again: bool = False):
        super().__init__(message)
        self.state = state
        self.again = again


def refuse_unfinished(notebook: NotebookNode, name: str) -> None:
    """Every code cell has run, none ended in an error, nothing was written to stderr."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                raise RunError(f"{name}, cell {number}: {output.ename}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stderr":
                raise RunError(f"{name}, cell {number} wrote to stderr: {_said(output.text)}")
        if cell.execution_count is None:
            raise RunError(f"{name}, cell {number} was not run to its end")


def _said(text: str) -> str:
    """A traceback says last what has happened."""
    return one_line(text.strip().rpartition("\n")[2] if "Traceback (most recent call last)" in text else text)


def refuse_other_data(stated: object, data: str) -> None:
    """What a notebook or the findings say of the data they were made from: its fingerprint as it was at the start."""
    if stated != data:
        raise RunError(CHANGED, again=True)


def read_findings(path: Path, shop_id: str, period: tuple[str, str], data: str) -> Document:
    """The findings a run has just written, if they are of this shop, period (ISO days, both included) and data."""
    if not path.is_file():
        raise RunError("the prescription wrote no findings.json")
    try:
        document = Document.parse(path.read_bytes())
    except Unreadable as error:
        raise RunError(f"findings.json is {one_line(str(error))}") from None
    written = (document.shop_id, f"{document.period.start}", f"{document.period.end}")
    if written != (shop_id, *period):
        raise RunError(f"findings.json is of {' '.join(map(str, written))}, not of {shop_id} {' '.join(period)}")
    refuse_other_data(document.data.fingerprint, data)
    return document


def refuse_broken_workbook(path: Path) -> None:
    """The tables a run has just written open as a workbook and are whole."""
    if not path.is_file():
        raise RunError(f"the prescription wrote no {path.name}")
    try:
        with zipfile.ZipFile(path) as book:
            whole = "xl/workbook.xml" in book.namelist() and book.testzip() is None
    except zipfile.BadZipFile:
        whole = False
    if not whole:
        raise RunError(f"{path.name} is not a workbook")


def refuse_paths(html: str, paths: list[str]) -> None:
    """A report goes to other people: it must not name the folders of the computer it was made on."""
    text = _IMAGE.sub("", html)
    for path in paths:
        if re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w-])", text):
            raise RunError(f"the report shows a folder of this computer: {path}")
