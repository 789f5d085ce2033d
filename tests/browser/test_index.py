"""The agency's index as it is opened, without a server: read, sorted, searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import made_agency
from owner_page import DESK, PHONE, measured, violations
from sizhen.report.index import GROUPS, write_index
from sizhen.view.labels import speak

from .page_checks import assert_page_ok

pytestmark = pytest.mark.browser

STATE = """() => [...document.querySelectorAll("main ul")].map(list =>
  [list.id, [...list.children].filter(row => row.checkVisibility()).map(row => row.firstChild.textContent)])"""


@pytest.fixture(scope="module", params=["zh", "en"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("index")
    rows = made_agency.publish(folder, 40, currencies=("CNY", "CNY", "USD"))
    write_index(folder, rows, language=request.param, title="2026-10")
    yield folder / "index.html"
    speak("zh")


def opened(page: Page, path: Path) -> None:
    page.goto(path.as_uri())


def shown(page: Page) -> dict[str, list[str]]:
    """The names of the shops one sees, by group."""
    return dict(page.evaluate(STATE))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_everybody_can_read_and_reach_it(page: Page, path: Path, tmp_path: Path, width: int, scheme: str) -> None:
    text = (
        path.read_text(encoding="utf-8").replace("content-visibility: auto;", "").replace("<details", "<details open")
    )
    (tmp_path / "open.html").write_text(text, encoding="utf-8")  # all of it is laid out
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert_page_ok(page, tmp_path / "open.html", width)
    assert violations(page) == []
    found = measured(page, tmp_path / "open.html", width)
    assert (found.small, found.low, found.wide) == ([], [], [])


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_counts_stay_in_sight_and_lead_to_their_group(page: Page, path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    opened(page, path)
    assert shown(page)["fine"] == []
    for group in GROUPS:
        page.locator(f"nav a[href='#{group}']").click()
        first = page.locator(f"#{group} > li").first
        assert first.is_visible()
        above = page.locator("nav").bounding_box()
        at = first.bounding_box()
        assert above is not None and at is not None
        assert 0 <= above["y"] < above["y"] + above["height"] <= at["y"] < 700


def test_it_is_searched_and_sorted(page: Page, path: Path) -> None:
    opened(page, path)
    before = shown(page)
    field, order = page.locator("search input"), page.locator("search select")
    field.fill("linen")
    assert {name.partition(" ")[0] for names in shown(page).values() for name in names} == {"Linen"}
    assert shown(page)["fine"], "what is found in a fold is seen"
    assert page.locator("search output").inner_text().split()[0] == str(sum(map(len, shown(page).values())))
    field.fill("linen nobody")
    assert not page.locator("main").inner_text().strip()
    field.fill("")
    assert shown(page) == before
    order.select_option("name")
    acts = shown(page)["act"]
    language = page.locator("html").get_attribute("lang")
    in_order = "([names, language]) => names.toSorted(new Intl.Collator(language).compare)"
    assert acts == page.evaluate(in_order, [acts, language]) != before["act"]
    assert sorted(acts) == sorted(before["act"])
    order.select_option("length")
    bars = page.locator("#act i").evaluate_all("bars => bars.map(bar => +bar.style.getPropertyValue('--o'))")
    assert bars == sorted(bars) and len(set(bars)) > 3
    order.select_option("periods")
    told = page.locator("#act > li").evaluate_all("rows => rows.map(row => +(row.dataset.periods || 1))")
    assert told == sorted(told, reverse=True) and len(set(told)) > 1
    order.select_option("money")
    assert shown(page) == before


def test_without_a_script_all_is_there_and_no_tool_that_does_nothing(chromium: Browser, path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("#act > li").count() == page.locator("#act > li:visible").count() > 0
    assert not page.locator("search").is_visible()
    page.locator("details.fine summary").click()
    assert page.locator("#fine > li").first.is_visible()
    context.close()


@pytest.mark.slow
def test_a_thousand_shops_are_searched(page: Page, tmp_path: Path) -> None:
    rows = made_agency.publish(tmp_path, 1000, made_agency.MIXED)
    write_index(tmp_path, rows, language="zh", title="2026-10")
    opened(page, tmp_path / "index.html")
    page.locator("search input").fill("shop-0777")
    assert [name for names in shown(page).values() for name in names] == [rows[777].name]
