"""The report as it comes out of a printer: the first page holds what there is to do, headings stay with their text."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page

from sizhen.delivery import paper

from .page_checks import BROKEN_AMOUNTS

pytestmark = pytest.mark.browser

PERIOD = "2026-10"
MOST_PAGES, LARGEST = 4, 500_000
LOWEST = 85.0  # points from the lower edge: the margin, a heading and two lines
SEEN = "all => all.filter(e => e.checkVisibility({contentVisibilityAuto: true})).map(e => e.className)"
MILLIMETRE = 96 / 25.4  # CSS pixels


@pytest.fixture(params=["linen-house", "tea-corner"])
def report(request: pytest.FixtureRequest, sample_reports: Path) -> Path:
    return sample_reports / PERIOD / request.param / "report.html"


def headings(document: pikepdf.Pdf) -> Iterator[tuple[int, float]]:
    """The page of each heading, and how many points it lies over the lower edge."""

    def told(items: list[pikepdf.OutlineItem]) -> Iterator[tuple[int, float]]:
        for item in items:
            page, _, _, top, _ = item.destination  # type: ignore[misc]
            yield document.pages.index(pikepdf.Page(page)), float(top)  # type: ignore[arg-type]
            yield from told(item.children)

    with document.open_outline() as outline:
        yield from told(outline.root)


def test_a_report_is_few_pages_and_no_heading_ends_one(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(map(shutil.which, paper.BROWSERS)):
        pytest.skip(f"none of {', '.join(paper.BROWSERS)} is installed")
    monkeypatch.setattr(paper, "_QUIET", (*paper._QUIET, "--generate-pdf-document-outline"))
    printed = paper.attachment(report.read_bytes(), "report", form="pdf")
    assert printed.kind == "pdf" and len(printed.content) < LARGEST
    with pikepdf.open(io.BytesIO(printed.content)) as document:
        assert len(document.pages) <= MOST_PAGES
        found = list(headings(document))
    assert len(found) > 3 and min(top for _, top in found) > LOWEST
    assert [at for at, _ in found] == sorted(at for at, _ in found) and [at for at, _ in found][:2] == [0, 0]


@pytest.fixture
def on_paper(page: Page, report: Path) -> Page:
    """The report as it is laid out for a page of A4."""
    page.set_viewport_size({"width": round(182 * MILLIMETRE), "height": round(273 * MILLIMETRE)})
    page.emulate_media(media="print")
    page.goto(report.as_uri())
    page.add_style_tag(content=paper._sheet("print.css"))
    return page


def test_the_first_page_holds_all_there_is_to_do_with_its_folds_open(on_paper: Page) -> None:
    tasks = on_paper.locator(".sz-tasks > li")
    last = tasks.count() - 1
    if last >= 0:
        box = tasks.nth(last).bounding_box()
        assert box is not None and box["y"] + box["height"] < 273 * MILLIMETRE
    for part in (".sz-does", ".sz-steps", ".sz-check"):
        shown = tasks.locator(part).evaluate_all(
            "all => all.map(e => e.checkVisibility({contentVisibilityAuto: true}))"
        )
        assert shown == [True] * (last + 1)


def test_tables_and_charts_behind_folds_are_not_printed(on_paper: Page) -> None:
    assert on_paper.locator("table").evaluate_all(SEEN) == ["sz-signs"]
    assert on_paper.locator("img").evaluate_all(SEEN) == []
    assert on_paper.locator(".sz-exam:not(.sz-ending) > details > summary").count() == 4
    assert on_paper.locator(".sz-conclusion").evaluate_all(SEEN) != []


def test_no_amount_is_broken_on_paper(on_paper: Page) -> None:
    assert on_paper.evaluate(BROKEN_AMOUNTS) == []
