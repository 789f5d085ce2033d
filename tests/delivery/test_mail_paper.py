"""The report as a file: printed where it can be, else as it is."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pikepdf
import pytest
from matplotlib import font_manager
from PIL import Image

from sizhen.delivery import paper
from sizhen.delivery.row import digest

NAMES = ["NotoSansCJKsc-Bold", "NotoSansCJKsc-Regular"]
PAGE = "<!doctype html><meta charset='utf-8'><title>报告</title><p>报告 ¥1,234</p>"


@pytest.fixture
def report() -> bytes:
    return PAGE.encode()


@pytest.fixture
def no_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "weasyprint", None)


@pytest.mark.usefixtures("no_printer")
def test_without_a_printer_the_page_itself_is_attached(report: bytes) -> None:
    made = paper.attachment(report, "tiny-2026-10", form="pdf")
    assert made == paper.Attachment("tiny-2026-10.html", "html", PAGE.encode())


def test_html_on_request_starts_nothing(report: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("started something"))
    assert paper.attachment(report, "tiny", form="html").name == "tiny.html"


@pytest.mark.integration
@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        'for a; do case "$a" in --print-to-pdf=*) printf %s "%PDF-1.4 cut off" > "${a#*=}";; esac; done',
        "sleep 9",
    ],
    ids=["fails", "writes half", "hangs"],
)
@pytest.mark.usefixtures("no_printer")
def test_a_browser_that_fails_is_as_good_as_none(
    report: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    browser = tmp_path / "chromium"
    browser.write_text(f"#!/bin/sh\n{script.replace('sleep', 'exec sleep')}\n", encoding="utf-8")
    browser.chmod(0o755)
    monkeypatch.setattr(paper.shutil, "which", lambda name: str(browser))
    monkeypatch.setattr(paper, "PATIENCE", 0.5 if "sleep" in script else 10)
    assert paper.attachment(report, "tiny", form="pdf").kind == "html"


@pytest.mark.usefixtures("no_printer")
def test_a_report_is_printed_once_and_again_when_it_changed(
    report: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[bytes] = []

    def print_(page: bytes) -> bytes:
        printed.append(b"%PDF-1.7 " + page + b" %%EOF")
        return printed[-1]

    kept = tmp_path / "outbox" / "printed"
    monkeypatch.setattr(paper, "_by_browser", print_)
    first, second = (paper.attachment(report, stem, form="pdf", kept=kept) for stem in ("tiny", "other"))
    assert (first.name, second.name) == ("tiny.pdf", "other.pdf")
    assert [first.content] == [second.content] == printed
    changed = report + b"!"
    assert [first.content, paper.attachment(changed, "tiny", form="pdf", kept=kept).content] == printed
    assert len(printed) == 2
    for stored in kept.iterdir():
        stored.write_bytes(b"%PDF-1.7 cut off")
    assert paper.attachment(changed, "tiny", form="pdf", kept=kept).content == printed[1] == printed[2]
    assert paper.attachment(report, "tiny", form="html", kept=kept).content == report
    assert {path.suffix for path in kept.iterdir()} == {".pdf"}


def test_what_was_kept_passes_for_nothing_else(tmp_path: Path) -> None:
    """Two kept papers exchanged, one damaged, one of an earlier release, which did not know them apart."""
    pages = [b"first", b"second", b"third"]
    old = tmp_path / f"{digest(b'third')}.pdf"
    old.write_bytes(b"of who knows what")

    def all_kept(made: dict[bytes, bytes]) -> list[bytes | None]:
        return [paper.kept_or_made(tmp_path, page, lambda page=page: made.get(page)) for page in pages]

    right = {page: b"%PDF " + page for page in pages}
    assert all_kept(right) == all_kept({}) == list(right.values())
    first, second, third = ((tmp_path / f"{digest(page)}-{digest(right[page])}.pdf") for page in pages)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    third.write_bytes(third.read_bytes() + b" ")
    assert all_kept({}) == [None, None, None]
    assert all_kept(right) == all_kept({}) == list(right.values())


@pytest.mark.usefixtures("no_printer")
def test_a_page_that_could_not_be_printed_is_not_kept(report: bytes, tmp_path: Path) -> None:
    assert paper.attachment(report, "tiny", form="pdf", kept=tmp_path / "printed").kind == "html"
    assert not (tmp_path / "printed").exists()


def assert_printed(report: bytes) -> None:
    first, second = (paper.attachment(report, "tiny", form="pdf") for _ in range(2))
    assert (first.name, first.kind) == ("tiny.pdf", "pdf")
    assert first.content.startswith(b"%PDF-") and first.content == second.content
    assert b"(D:2" not in first.content


@pytest.mark.browser
def test_chromium_prints_the_same_bytes_each_time(report: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(map(paper.shutil.which, paper.BROWSERS)):
        pytest.skip(f"none of {', '.join(paper.BROWSERS)} is installed")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert_printed(report)


@pytest.mark.browser
def test_chromium_embeds_the_shipped_font_in_both_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(map(paper.shutil.which, paper.BROWSERS)):
        pytest.skip(f"none of {', '.join(paper.BROWSERS)} is installed")
    closed = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    look = "<style>body { font-family: var(--sz-font) }</style></head>"
    report = f"<!doctype html><head>{closed}{look}<p>报告 <b>a 报告</b>".encode()
    with pikepdf.open(io.BytesIO(paper.attachment(report, "tiny", form="pdf").content)) as document:
        fonts = [font.DescendantFonts[0] for font in document.pages[0].Resources.Font.values()]
        assert sorted(str(font.BaseFont).partition("+")[2] for font in fonts) == NAMES
        assert {str(font.Subtype) for font in fonts} == {"/CIDFontType2"}


def test_the_font_comes_in_at_the_end_of_the_head_and_nothing_else_changes() -> None:
    page = b"<head><meta content=\"default-src 'none'; img-src data:\"><title>a</title></head><p>default-src 'none'</p>"
    dressed = paper._with_font(page)
    start, style, end = re.split(rb"(<style>.*</style>)", dressed, flags=re.DOTALL)
    assert start == b"<head><meta content=\"default-src 'none'; font-src file:; img-src data:\"><title>a</title>"
    assert end == b"</head><p>default-src 'none'</p>"
    files = [Path(unquote(urlsplit(found).path)) for found in re.findall(r'url\("([^"]+)"\)', style.decode())]
    assert [font_manager.get_font(file).postscript_name for file in files] == NAMES[::-1]
    assert paper._with_font(PAGE.encode()) == PAGE.encode()


@pytest.mark.integration
def test_weasyprint_prints_and_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(str(error))
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red.png")
    page = PAGE.replace("<title>", "<head><style>body { font-family: var(--sz-font) }</style></head><title>")
    report = f"{page}<img src='{(tmp_path / 'red.png').as_uri()}'><img src='http://127.0.0.1:9/x.png'>".encode()
    asked: list[Any] = []
    monkeypatch.setattr("socket.socket.connect", lambda *args: asked.append(args))
    monkeypatch.setattr(paper.shutil, "which", lambda name: None)
    assert_printed(report)
    assert asked == []
    with pikepdf.open(io.BytesIO(paper.attachment(report, "tiny", form="pdf").content)) as document:
        assert not [part for part in document.objects if isinstance(part, pikepdf.Stream) and "/Width" in part]
        (font,) = document.pages[0].Resources.Font.values()
        assert "sizhen" in str(font.BaseFont)
