"""The reports as their owners open them: on a phone and on a desk, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from .page_checks import assert_page_ok

pytestmark = pytest.mark.browser

PERIOD = "2026-10"
PHONE, DESK = 375, 1280


@pytest.mark.parametrize(("shop_id", "width"), [("linen-house", PHONE), ("linen-house", DESK), ("tea-corner", PHONE)])
def test_report_is_fit_to_read(page: Page, sample_reports: Path, shop_id: str, width: int) -> None:
    assert_page_ok(page, sample_reports / PERIOD / shop_id / "report.html", width)


def test_folded_tables_lie_open_on_paper(page: Page, sample_reports: Path) -> None:
    page.goto((sample_reports / PERIOD / "tea-corner" / "report.html").as_uri())
    rows = page.locator("details.sz-fold tbody tr:first-child")
    seen = "rows => rows.filter(row => row.checkVisibility({contentVisibilityAuto: true})).length"
    assert rows.count() > 0
    assert rows.evaluate_all(seen) == 0
    page.emulate_media(media="print")
    assert rows.evaluate_all(seen) == rows.count()


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
