"""The mail as its owner opens it: on a phone by day and by night, and with the report printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from owner_page import measured, violations
from sizhen.delivery import Report, build
from sizhen.diagnosis import open_case
from sizhen.tables import Period, Profile, Shop
from small_mail import ENGLISH, OWNER, finding, html_of, judged

from .page_checks import BROKEN_AMOUNTS, assert_page_ok

pytestmark = pytest.mark.browser

NARROW, PHONE, COLUMN, DESK = 320, 375, 600, 1280
LARGEST = 1_000_000
PERIOD = "2026-10"
TOLD: dict[str, Any] = {
    "sender": "Sizhen <reports@agency.example>",
    "message_id": "<1@agency.example>",
    "date": datetime(2026, 11, 2, tzinfo=UTC),
    "unsubscribe": "stop@agency.example",
}


LONG = "High-waisted washed linen trench coat with a removable belt, undyed"
TASKS = [
    finding(says="M, XL and XXL of the trench coat", amount=40_000.0)
    | {
        "id": f"stock.sold_out:p{n}",
        "task": {"zh": f"补「{LONG}」M、XL、XXL", "en": f"Restock M, XL, XXL of “{LONG}”"},
        "sizes": [
            {"sku": f"undyed-linen-{n}", "on_hand": n, "gone_since": None if n else "2026-10-16"} for n in range(9)
        ],
        "where": {"menu": ["万相台 › 关键词推广"]},
        "stake": {"kind": kind, "amount": 40_000.0, "low": 21_000.0, "high": 62_000.0, "per": "period"},
        "periods": 3,
    }
    for n, kind in enumerate(("loss", "cost", "opportunity", "loss", "cost", "loss"))
]
SUMS = "还花了 ¥1.8 万推它，比平时多 ¥1.2 万，两月一共 ¥30.2 万。" * 3
MADE = {
    "money": (
        judged("act", "少卖了 ¥11.9 万，另外推广多花 ¥3.0 万。", SUMS, finding(says=SUMS, amount=44_518.0)),
        OWNER,
    ),
    "long": (
        judged("act", "少卖了 ¥2,000，原因找到了 4 个，都能办。", "$2.0k of sales lost; 4 causes found.", *TASKS),
        ENGLISH,
    ),
    "fine": (judged("fine", "一切正常，卖得和该有的一样。", "All as usual."), OWNER),
}
SHOPS = ("linen-house", "tea-corner", "orders-only", *MADE)


@pytest.fixture(scope="session")
def letters(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The HTML of the mail about each sample shop, of a `long` one that has everything a mail can say and a `fine` one;
    beside each, as `bare.html`, what a program makes of it that takes its style sheet away."""
    folder = tmp_path_factory.mktemp("letters")
    told = dict(MADE)
    for path in sample_dir.glob("*/shop.toml"):
        shop = Shop.open(sample_dir, path.parent.name)
        told[shop.profile.shop_id] = (open_case(shop, Period.parse(PERIOD)).document().to_json(), shop.profile)
    return {name: _page(folder / name, *written) for name, written in told.items()}


def _page(folder: Path, document: dict[str, Any], profile: Profile) -> Path:
    place = folder / PERIOD / profile.shop_id
    place.mkdir(parents=True)
    (place / "findings.json").write_text(json.dumps(document), encoding="utf-8")
    (place / "report.html").write_text("<!doctype html>", encoding="utf-8")
    html = html_of(build(Report.read(place), profile, attach="html", **TOLD))
    head, _, rest = html.partition("<style>")
    (folder / "bare.html").write_text(head + rest.partition("</style>")[2], encoding="utf-8")
    (folder / "mail.html").write_text(html, encoding="utf-8")
    return folder / "mail.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shop_id", SHOPS)
def test_mail_is_fit_to_read(
    page: Page, letters: dict[str, Path], shop_id: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    for width in (DESK, COLUMN, NARROW, PHONE):
        assert_page_ok(page, letters[shop_id], width)
    assert violations(page) == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(250, 249, 245)", "dark": "rgb(21, 23, 26)"}[scheme]


@pytest.mark.parametrize("shop_id", SHOPS)
def test_mail_needs_no_style_sheet(page: Page, letters: dict[str, Path], shop_id: str) -> None:
    bare = letters[shop_id].with_name("bare.html")
    for width in (COLUMN, NARROW, PHONE):
        assert_page_ok(page, bare, width)
    assert violations(page) == []
    assert page.locator("h1").inner_text() and "<style" not in page.content()


def test_nothing_is_cut_or_drawn(page: Page, letters: dict[str, Path]) -> None:
    for shop_id in SHOPS:
        for width in (NARROW, PHONE, COLUMN):
            found = measured(page, letters[shop_id], width)
            assert (found.cut, found.wide, found.svg, found.png) == ([], [], 0, 0)


def test_no_number_is_broken(page: Page, letters: dict[str, Path]) -> None:
    page.goto(letters["money"].as_uri())
    for width in range(NARROW, COLUMN, 10):
        page.set_viewport_size({"width": width, "height": 812})
        assert page.evaluate(BROKEN_AMOUNTS) == []


def test_mail_is_a_column(page: Page, letters: dict[str, Path]) -> None:
    page.goto(letters["linen-house"].as_uri())
    assert page.locator("[role=main] > table").bounding_box()["width"] == 600  # type: ignore[index]


@pytest.mark.parametrize("shop_id", ["linen-house", "tea-corner"])
def test_a_real_report_is_printed_and_the_whole_mail_is_small(
    sample_dir: Path, sample_reports: Path, shop_id: str
) -> None:
    profile = Shop.open(sample_dir, shop_id).profile
    message = build(Report.read(sample_reports / PERIOD / shop_id), profile, **TOLD)
    (printed,) = message.iter_attachments()
    assert printed.get_filename() == f"{shop_id}-2026-10.pdf"
    assert printed.get_content().startswith(b"%PDF-")
    assert len(message.as_bytes()) < LARGEST
