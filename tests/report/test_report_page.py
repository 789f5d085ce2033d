from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import nbformat.v4 as v4
import pytest
from bs4 import BeautifulSoup

from sizhen.report.page import build
from sizhen.report.prepare import ReportError
from sizhen.vocab import word

Write = Callable[..., list[Path]]
FAULTS = Path(__file__).parents[1] / "faults"


def page(paths: list[Path], language: str = "en", title: str = "Shop · 2026-10") -> BeautifulSoup:
    out = paths[0].parent / "report.html"
    build(paths, language=language, title=title, out=out)
    return BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")


def fault(name: str, tmp_path: Path) -> list[Path]:
    """A broken notebook in the place of the look."""
    path = tmp_path / "1_look.ipynb"
    path.write_bytes((FAULTS / f"{name}.ipynb").read_bytes())
    return [path]


def test_the_first_screen_is_the_page_and_the_examinations_wait_below_it(
    write: Write, full: dict[str, list[Any]]
) -> None:
    soup = page(write(**full))
    main = soup.main
    assert [tag.name for tag in main.find_all(True, recursive=False)] == ["h1", "table", *["section"] * 5]
    assert [h.text for h in soup.select("h1")] == ["Sold out"]
    assert soup.title.text == "Shop · 2026-10"
    assert [s.get("id") for s in main.select("section.sz-exam")] == ["look", "listen", "ask", "check", None]
    assert not main.select("details[open]")


def test_a_card_has_its_line_its_conclusions_and_behind_a_fold_its_subjects(
    write: Write, full: dict[str, list[Any]]
) -> None:
    card = page(write(**full)).select_one("#look > details")
    assert card.summary.select_one(".sz-pill").text == "1 to do"
    assert [tag.name for tag in card.select_one(".sz-in").find_all(True, recursive=False)] == ["section", "details"]
    fold = card.select_one("details.sz-all")
    assert fold.summary.text == word("report.numbers", "en").format(count=1)
    step = fold.select_one("details.sz-step")
    assert step.summary.text == "Where visitors come from"
    order = [tag["class"][0] for tag in step.select(".sz-prose, .sz-plot, .sz-scroll")]
    assert order == ["sz-prose", "sz-plot", "sz-scroll"], "the picture before the table that shows the same"


def test_a_subject_of_which_nothing_is_shown_is_left_out(write: Write, full: dict[str, list[Any]]) -> None:
    soup = page(write(**full))
    assert [s.text for s in soup.select("#ask .sz-step > summary")] == ["Desk"]
    assert "First words" not in soup.text


def test_a_report_of_some_notebooks_is_a_page(write: Write, full: dict[str, list[Any]]) -> None:
    soup = page(write(look=full["look"]))
    assert [h.text for h in soup.select("h1")] == ["Shop · 2026-10"]
    assert [a["href"] for a in soup.select("nav a")] == ["#look"]


def test_contents_lead_to_what_is_there_and_name_it(write: Write, full: dict[str, list[Any]]) -> None:
    soup = page(write(**full))
    links = [a["href"][1:] for a in soup.select("nav a, a.sz-skip")]
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(links) == 1 + 5
    assert set(links) <= set(ids)
    assert len(ids) == len(set(ids))
    assert [a.text for a in soup.select("nav a")] == ["To do", "Shop", "Reviews", "Desk, peers", "Figures"]


def test_nothing_runs_and_nothing_is_fetched(write: Write, full: dict[str, list[Any]]) -> None:
    soup = page(write(**full))
    html = str(soup)
    policy = soup.select_one('meta[http-equiv="Content-Security-Policy"]')
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert not soup.select("script, iframe, object, embed, form, input, link[rel=stylesheet]")
    assert {a["src"].partition(",")[0] for a in soup.select("[src]")} == {"data:image/png;base64"}
    assert not re.search(r"url\(|@import|https?://|\bon\w+=", html)


def test_no_code_no_prompts(write: Write, full: dict[str, list[Any]]) -> None:
    html = str(page(write(**full)))
    assert "secret_source" not in html
    assert not re.search(r"\b(In|Out)\s*(&nbsp;)?\[", html)


def test_every_figure_has_alternative_text_and_size(write: Write, full: dict[str, list[Any]]) -> None:
    images = page(write(**full)).select("img")
    assert [i["alt"] for i in images] == [
        "Where visitors come from",
        'visitors "a day"',
        "Only a sentence, no heading.",
    ]
    assert [(i["width"], i["height"]) for i in images] == [("40", "30"), ("2", "3"), ("4", "3")]


def test_tables_scroll_in_their_own_box(write: Write, full: dict[str, list[Any]]) -> None:
    signs, table = page(write(**full)).select("table")
    assert signs.parent.name == "main", "that of the first screen is made to fit"
    assert table.parent["class"] == ["sz-scroll"]
    assert (table.parent["tabindex"], table.parent["aria-label"]) == ("0", "Where visitors come from")


def test_cards_stand_below_the_page_s_own_headings(write: Write, cells: SimpleNamespace) -> None:
    card = '<section class="sz-note sz-ok"><h2>Nothing to do</h2><p>October</p></section>'
    soup = page(write(look=[cells.markdown("## Step"), cells.shown(html=card)]))
    assert soup.select_one("section.sz-note.sz-ok > h3").text == "Nothing to do"
    assert not soup.select("h2")


def test_text_is_escaped(write: Write, full: dict[str, list[Any]]) -> None:
    soup = page(write(ask=full["ask"]), title="A <b>& B</b>")
    assert soup.select_one("#ask pre").text == "1 < 2 & 3"
    assert soup.h1.text == soup.title.text == "A <b>& B</b>"


@pytest.mark.parametrize(("language", "seen"), [("zh", "中文"), ("en", "English")])
def test_cells_of_the_other_language_stay_out(write: Write, cells: SimpleNamespace, language: str, seen: str) -> None:
    words = [("## 中文", "zh"), ("## English", "en"), ("for us", "analyst-only")]
    hidden = cells.shown("analyst-only", html="<p>for us</p>")
    soup = page(
        write(look=[*(cells.markdown(*each) for each in words), hidden, cells.shown(png=cells.png())]), language
    )
    assert soup.html["lang"] == language
    assert [h.text for h in soup.select(".sz-step > summary")] == [seen]
    assert soup.img["alt"] == seen
    assert "for us" not in soup.text


def test_display_outputs_are_cleaned(tmp_path: Path) -> None:
    soup = page(fault("script", tmp_path))
    main = soup.select_one(".sz-step")
    assert not main.select("script, iframe, svg *, form, input, style, img, [onclick], [onerror]")
    assert [p["class"] for p in main.select("p.sz-note")] == [["sz-note"]]
    assert [a.get("href") for a in main.select("a")] == [None, None, "#look"]
    assert [s["style"] for s in main.select("[style]")] == ["width:40%"]
    assert main.strong.text == "bold"
    assert [p.text for p in main.select("pre")] == ["<script>steal()</script>"] * 2
    assert not [script for div in main.select("div.sz-display") for script in re.findall("steal", str(div))]


def test_a_figure_without_alternative_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="look, cell 2: a figure without alternative text"):
        page(fault("no_alt", tmp_path))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[]), "look, cell 1: KeyError: 'x'"),
        (v4.new_output("stream", name="stderr", text="\nUserWarning: glyph"), "wrote to stderr: UserWarning: glyph"),
        (v4.new_output("display_data", data={"image/svg+xml": "<svg/>", "text/plain": ""}), "cannot show image/svg"),
        (v4.new_output("display_data", data={"application/javascript": "1"}), "cannot show application/javascript"),
        (v4.new_output("display_data", data={"image/png": "AAAA"}), "without alternative text"),
    ],
)
def test_what_cannot_be_shown_is_refused(write: Write, output: Any, reason: str) -> None:
    paths = write(look=[v4.new_code_cell("x", outputs=[output], execution_count=1)])
    with pytest.raises(ReportError, match=re.escape(reason)):
        page(paths)
    assert not (paths[0].parent / "report.html").exists()


def test_a_picture_that_is_none_is_refused(write: Write, cells: SimpleNamespace) -> None:
    with pytest.raises(ReportError, match="not a PNG"):
        page(write(look=[cells.markdown("## Here"), cells.shown(png="PHN2Zz4=" * 10)]))


def test_same_notebooks_same_bytes_and_the_old_page_survives_an_error(
    write: Write, full: dict[str, list[Any]], cells: SimpleNamespace, tmp_path: Path
) -> None:
    paths = write(**full)
    page(paths)
    before = (tmp_path / "report.html").read_bytes()
    page(paths)
    assert (tmp_path / "report.html").read_bytes() == before
    nbformat.write(v4.new_notebook(cells=[cells.shown(svg="<svg/>")]), paths[0])
    with pytest.raises(ReportError):
        page(paths)
    assert (tmp_path / "report.html").read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_the_page_names_the_shop_and_the_period_of_its_notebooks_and_no_two(
    write: Write, full: dict[str, list[Any]]
) -> None:
    paths = write(**full)
    for path in paths:
        run_for(path, "tiny")
    about = page(paths).select_one('meta[name="sizhen"]')
    assert about["content"] == "tiny 2026-10"
    run_for(paths[1], "large")
    with pytest.raises(ReportError, match="large 2026-10, tiny 2026-10"):
        page(paths)


def run_for(path: Path, shop: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.papermill = {"parameters": {"shop_id": shop, "period": "2026-10"}}
    nbformat.write(notebook, path)


def test_wrong_arguments(write: Write, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    with pytest.raises(ReportError, match="no notebooks"):
        build([], language="zh", title="", out=out)
    with pytest.raises(ReportError, match="no place in a report for explore"):
        build([tmp_path / "explore.ipynb"], language="zh", title="", out=out)
    with pytest.raises(ValueError, match="language 'fr'"):
        build(write(look=[]), language="fr", title="", out=out)
