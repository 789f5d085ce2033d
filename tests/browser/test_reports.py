"""The reports as their owners open them: on a phone and on a desk, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

import small_page
from owner_page import measured, unfold, violations
from sizhen import view
from sizhen.document import Document
from sizhen.view.screen import screen

from .page_checks import assert_page_ok

pytestmark = pytest.mark.browser

PERIOD = "2026-10"
PHONE, DESK = 375, 1280


@pytest.mark.parametrize(("shop_id", "width"), [("linen-house", PHONE), ("linen-house", DESK), ("tea-corner", PHONE)])
def test_report_is_fit_to_read(page: Page, sample_reports: Path, shop_id: str, width: int) -> None:
    assert_page_ok(page, sample_reports / PERIOD / shop_id / "report.html", width)


@pytest.fixture(scope="session")
def typed(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """A page of each state in each language, made without a run."""
    return {
        (state, language): small_page.report(state, language, tmp_path_factory.mktemp(state))
        for state in small_page.STATES
        for language in ("zh", "en")
    }


def document(folder: Path) -> Document:
    return Document.parse((folder / "findings.json").read_bytes())


@pytest.mark.parametrize("shop_id", ["linen-house", "tea-corner"])
def test_a_page_keeps_its_limits(page: Page, sample_reports: Path, shop_id: str) -> None:
    folder = sample_reports / PERIOD / shop_id
    state = document(folder).verdict
    found = measured(page, folder / "report.html")
    assert found.over(fine=state is not None and state.state == "fine") == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", small_page.STATES)
def test_every_state_has_a_page_within_its_limits(
    page: Page, typed: dict[tuple[str, str], Path], state: str, language: str
) -> None:
    assert measured(page, typed[state, language]).over(fine=state == "fine") == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nobody_is_shut_out(
    page: Page, sample_reports: Path, typed: dict[tuple[str, str], Path], scheme: Literal["light", "dark"], width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in (sample_reports / PERIOD / "linen-house" / "report.html", *typed.values()):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path.as_uri())
        assert violations(page) == []
        unfold(page)
        assert violations(page) == []


def test_the_first_screen_holds_the_money_and_the_first_two_things_to_do(page: Page, sample_reports: Path) -> None:
    folder = sample_reports / PERIOD / "linen-house"
    view.use("zh", "CNY")
    told = screen(document(folder))
    first = "".join(measured(page, folder / "report.html").first.split())
    for words in (
        told.money,
        *(part for task in told.tasks[:2] for part in (task.title, task.who, task.by, task.sure)),
    ):
        assert words and "".join(words.split()) in first
    assert all(task.money is not None and "".join(task.money.text.split()) in first for task in told.tasks[:2])


def test_a_link_to_the_evidence_opens_its_card_and_leads_back(page: Page, typed: dict[tuple[str, str], Path]) -> None:
    page.goto(typed["act", "zh"].as_uri())
    page.locator("#sz-task-1 summary").click()
    page.locator("#sz-task-1 a").click()
    assert page.locator("#sz-seen-1").is_visible()
    page.locator("#sz-seen-1 a").click()
    assert page.evaluate("location.hash") == "#sz-task-1"


def test_every_link_leads_to_what_is_there(page: Page, sample_reports: Path) -> None:
    for shop_id in ("linen-house", "tea-corner"):
        page.goto((sample_reports / PERIOD / shop_id / "report.html").as_uri())
        places = page.locator("a[href^='#']").evaluate_all("links => links.map(a => a.hash)")
        assert [place for place in places if page.locator(place).count() != 1] == []


def test_the_first_thing_a_key_reaches_is_the_way_past_the_contents(
    page: Page, typed: dict[tuple[str, str], Path]
) -> None:
    page.goto(typed["act", "zh"].as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "sz-skip"
    assert page.locator(".sz-skip").bounding_box()["x"] >= 0  # type: ignore[index]


def test_on_paper_what_is_to_do_lies_open_and_no_table_is_printed(page: Page, sample_reports: Path) -> None:
    page.goto((sample_reports / PERIOD / "linen-house" / "report.html").as_uri())
    seen = "found => found.filter(e => e.checkVisibility({contentVisibilityAuto: true})).length"
    steps, tables = page.locator(".sz-steps"), page.locator(".sz-table")
    assert (steps.evaluate_all(seen), tables.evaluate_all(seen)) == (0, 0)
    page.emulate_media(media="print")
    assert steps.evaluate_all(seen) == steps.count() > 0
    assert tables.evaluate_all(seen) == 0 < tables.count()


def test_figures_of_one_name_read_alike_wherever_they_stand(page: Page, sample_reports: Path) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for figure in measured(page, sample_reports / PERIOD / "linen-house" / "report.html").figures:
        found.setdefault((figure.figure, figure.scope), set()).add(figure.text)
    assert len(found) > 60
    assert {key: texts for key, texts in found.items() if len(texts) > 1} == {}


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_index_is_fit_to_read(page: Page, sample_reports: Path, width: int) -> None:
    assert_page_ok(page, sample_reports / PERIOD / "index.html", width)


@pytest.mark.parametrize(
    ("flaw", "told"),
    [
        ("<p style='width:900px'>wide</p>", "scrolls sideways"),
        ("<p style='font-size:11px'>small</p>", "text too small"),
        ("<p>\U00031350</p>", "characters without a glyph"),
        ("<img alt='broken' src='data:image/png;base64,AAAA'>", "images broken"),
        ("<link rel='stylesheet' href='http://127.0.0.1:9/x.css'>", "asks for something"),
        ("<script>console.error('trouble')</script>", "console"),
    ],
)
def test_the_checks_see_a_flaw(page: Page, tmp_path: Path, flaw: str, told: str) -> None:
    head = "<!doctype html><html lang='zh'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    path = tmp_path / "page.html"
    path.write_text(f"{head}<body><p>望闻问切 ¥1,234 −8%</p></body></html>", encoding="utf-8")
    assert_page_ok(page, path, PHONE)
    path.write_text(f"{head}<body><p>望闻问切</p>{flaw}</body></html>", encoding="utf-8")
    with pytest.raises(AssertionError, match=told):
        assert_page_ok(page, path, PHONE)
