"""The mail as its owner opens it: on a phone by day and by night, and with the report printed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from sizhen.delivery import Report, build
from sizhen.delivery.message import LARGEST
from sizhen.diagnosis import open_case
from sizhen.tables import Period, Shop
from small_mail import earlier

from .page_checks import assert_page_ok

pytestmark = pytest.mark.browser

PHONE, DESK = 375, 1280
PERIOD = "2026-10"
TOLD: dict[str, Any] = {
    "sender": "Sizhen <reports@agency.example>",
    "message_id": "<1@agency.example>",
    "date": datetime(2026, 11, 2, tzinfo=UTC),
    "unsubscribe": "stop@agency.example",
}


@pytest.fixture(scope="session")
def letters(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The HTML of the mail about each sample shop, its picture beside it; `long` has everything a mail can say."""
    folder = tmp_path_factory.mktemp("letters")
    shops = {path.parent.name: Shop.open(sample_dir, path.parent.name) for path in sample_dir.glob("*/shop.toml")}
    found = {shop_id: open_case(shop, Period.parse(PERIOD)).document().to_json() for shop_id, shop in shops.items()}
    pages = {}
    for shop_id, document in found.items():
        pages[shop_id] = _page(folder, document, shops[shop_id].profile)
    worst = found["linen-house"] | {"shop_id": "long", "previous": [earlier(o) for o in ("recovered", "worse") * 3]}
    english = replace(
        shops["linen-house"].profile, shop_id="long", language="en", name="The Linen House of Hangzhou Ltd"
    )
    pages["long"] = _page(folder, worst, english)
    return pages


def _page(folder: Path, document: dict[str, Any], profile: Any) -> Path:
    place = folder / PERIOD / profile.shop_id
    place.mkdir(parents=True)
    (place / "findings.json").write_text(json.dumps(document), encoding="utf-8")
    (place / "report.html").write_text("<!doctype html>", encoding="utf-8")
    message = build(Report.read(place), profile, attach="html", **TOLD)
    return _laid_out(message, place)


def _laid_out(message: EmailMessage, place: Path) -> Path:
    """The HTML part with its picture as a file beside it."""
    body = message.get_body(("html",))
    assert body is not None
    html = str(body.get_content())
    for part in message.walk():
        if cid := part["Content-ID"]:
            (place / str(part.get_filename())).write_bytes(part.get_content())
            html = html.replace(f"cid:{cid[1:-1]}", str(part.get_filename()))
    path = place / "mail.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shop_id", ["linen-house", "tea-corner", "orders-only", "long"])
def test_mail_is_fit_to_read(
    page: Page, letters: dict[str, Path], shop_id: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    for width in (PHONE, DESK, 320):
        assert_page_ok(page, letters[shop_id], width)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(250, 248, 244)", "dark": "rgb(22, 24, 27)"}[scheme]


def test_mail_is_a_column_and_its_picture_can_be_read_on_a_phone(page: Page, letters: dict[str, Path]) -> None:
    page.goto(letters["linen-house"].as_uri())
    assert page.locator("body > table").bounding_box()["width"] == 600  # type: ignore[index]
    page.set_viewport_size({"width": PHONE, "height": 812})
    shown = page.locator("img").bounding_box()
    assert shown is not None and shown["width"] >= 280  # of 300: its letters stay over 13 pixels


def test_mail_needs_no_style_sheet(page: Page, letters: dict[str, Path], tmp_path: Path) -> None:
    html = letters["linen-house"].read_text(encoding="utf-8")
    head, _, rest = html.partition("<style>")
    bare = letters["linen-house"].with_name("bare.html")
    bare.write_text(head + rest.partition("</style>")[2], encoding="utf-8")
    assert_page_ok(page, bare, PHONE)


def test_a_real_report_is_printed_and_small_enough(sample_dir: Path, sample_reports: Path) -> None:
    profile = Shop.open(sample_dir, "linen-house").profile
    message = build(Report.read(sample_reports / PERIOD / "linen-house"), profile, **TOLD)
    (printed,) = message.iter_attachments()
    assert printed.get_filename() == "linen-house-2026-10.pdf"
    assert printed.get_content().startswith(b"%PDF-")
    assert len(message.as_bytes()) < LARGEST
