"""Executed notebooks → one page that needs nothing else: no script, no font, no request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from sizhen.report import clean
from sizhen.report.frame import READING_ORDER, TEMPLATES, environment, style_sheet
from sizhen.report.prepare import ReportError, prepare
from sizhen.report.write import write_text
from sizhen.vocab import LANGUAGES, word

_UNIT = re.compile(r"(?<=\d) (?=[万亿])")  # before it no line may break
_CELL = '{"cell_type": "markdown", "id": "0", "metadata": {}, "source": "-"}'
_SMALL = f'{{"cells": [{_CELL}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'


@dataclass(frozen=True)
class Section:
    """What a notebook fills of the page, as markup. `count`: the subjects of `steps`; `about`: the shop and the period
    it was run for, and the fingerprint of the data, where it tells."""

    id: str
    parts: dict[str, str]
    steps: str
    count: int
    about: str


def build(notebooks: list[Path], *, language: str, title: str, out: Path) -> None:
    """Writes the report of one shop to `out` from its executed notebooks, named as in READING_ORDER, in any order.

    `language` (zh, en) chooses headings and the cells tagged with it; `title` is plain text. The file appears whole or
    not at all; it names the shop, the period and the data of the notebooks where no reader sees it. Raises ReportError
    on a notebook that failed, wrote to stderr, cannot be shown or is of another shop, period or state of the data than
    the rest; ValueError on an unknown language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    found = {path.stem: path for path in notebooks}
    strange = sorted(set(found) - set(READING_ORDER))
    if strange or not found:
        raise ReportError(f"no place in a report for {strange[0]}" if strange else "no notebooks, no report")
    sections = [_section(found[name], language) for name in READING_ORDER if name in found]
    about = sorted({section.about for section in sections})
    if len(about) > 1:
        raise ReportError(f"the notebooks are of {', '.join(about)}; a report is of one shop, period and data")
    template = environment().get_template("page.html.j2")
    html = template.render(
        language=language,
        title=title,
        about=about[0],
        first=next((section for section in sections if section.id == "prescribe"), None),
        exams=[section for section in sections if section.id != "prescribe"],
        word=lambda id, **values: word(f"report.{id}", language).format(**values),
        css=style_sheet(),
    )
    write_text(out, _UNIT.sub("\u00a0", html))


def _section(path: Path, language: str) -> Section:
    exam = path.stem.partition("_")[2]
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    prepared = prepare(notebook, exam, language)
    parts = {part: _markup(cells) for part, cells in prepared.parts.items()}
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    data = notebook.metadata.get("sizhen", {}).get("data", "")
    about = f"{given.get('shop_id', '')} {given.get('period', '')} {data}".strip()
    return Section(exam, parts, _markup(prepared.steps), prepared.count, about)


def _markup(notebook: Any) -> str:
    html, _ = _exporter().from_notebook_node(notebook)
    return str(html).strip()


@cache
def _exporter() -> Any:
    """Not nbconvert's exporter to HTML: what it adds is nothing of ours, and it reads the whole page again for it."""
    exporter: Any = TemplateExporter(  # type: ignore[no-untyped-call]
        file_extension=".html",
        template_name="sizhen",
        extra_template_basedirs=[str(TEMPLATES)],
        default_preprocessors=[],
    )
    exporter.register_filter("markdown2html", _markdown)
    exporter.register_filter("display", clean.display)
    exporter.register_filter("page_part", clean.page_part)
    exporter.register_filter("prose", clean.prose)
    return exporter


def _markdown(source: str) -> str:
    html: str = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source)
    return html


def warm() -> None:
    """Makes the exporter and reads the templates and style sheets, which every page needs."""
    _exporter().from_notebook_node(nbformat.reads(_SMALL, as_version=4))  # type: ignore[no-untyped-call]
    environment().get_template("page.html.j2")
    style_sheet()
