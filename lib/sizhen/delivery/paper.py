"""The whole report as a file to attach: a PDF where this computer can make one, else the page itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sizhen.delivery import private
from sizhen.delivery.row import digest
from sizhen.delivery.slim import slim
from sizhen.view.style import FONT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120  # seconds
_QUIET = (
    *("--headless", "--disable-gpu", "--disable-extensions", "--disable-sync", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
_MADE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")
_CLOSED = b"default-src 'none'"
_NO_DAY = rb"\g<1>19800101000000"  # the same report gives the same bytes


@dataclass(frozen=True)
class Attachment:
    name: str
    kind: str  # of application/pdf or text/html, what follows the slash
    content: bytes


def attachment(page: bytes, stem: str, *, form: Literal["pdf", "html"], kept: Path | None = None) -> Attachment:
    """A report's page, named after `stem`. A PDF is not to be had everywhere: then it is the HTML.

    What was printed is put into the folder `kept`, and taken from there as long as the page is the same.
    """
    content = kept_or_made(kept, page, lambda: _printed(page)) if form == "pdf" else None
    if content is not None:
        return Attachment(f"{stem}.pdf", "pdf", content)
    return Attachment(f"{stem}.html", "html", page)


def kept_or_made(kept: Path | None, page: bytes, make: Callable[[], bytes | None]) -> bytes | None:
    """What `make` gives, kept in a folder; None is not kept."""
    content = None if kept is None else _kept(kept, page)
    if content is None:
        content = make()
        if content is not None and kept is not None:
            keep(kept, page, content)
    return content


def keep(kept: Path, page: bytes, content: bytes) -> None:
    """Named after the hash of the page and its own: nothing else passes for it."""
    private.folder(kept)
    private.write(kept / f"{digest(page)}-{digest(content)}.pdf", content)


def _kept(kept: Path, page: bytes) -> bytes | None:
    """What was printed of a page; what was changed or exchanged since is thrown away."""
    for path in sorted(kept.glob(f"{digest(page)}-*.pdf")):
        content = private.read(path)
        if path.stem.endswith(f"-{digest(content)}"):
            return content
        path.unlink(missing_ok=True)
    return None


def _printed(page: bytes) -> bytes | None:
    page = _with_sheet(page, _sheet("print.css"))
    content = _by_browser(page) or _by_weasyprint(page)
    return None if content is None else slim(_MADE.sub(_NO_DAY, content))


def _by_browser(page: bytes) -> bytes | None:
    """Printed by Chromium or Chrome, without a network."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        return None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source, out = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_bytes(_with_font(page))
        told = [*_QUIET, f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={out}"]
        if os.geteuid() == 0:  # as root it starts in no other way
            told.append("--no-sandbox")
        try:
            command = [path, *told, source.as_uri()]
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return _whole(out.read_bytes()) if out.is_file() else None


def _with_font(page: bytes) -> bytes:
    """The page in the shipped font: a browser embeds the installed one glyph by glyph where it is no TrueType, in a
    third more bytes, and there may be none with Chinese."""
    return _with_sheet(page.replace(_CLOSED, _CLOSED + b"; font-src file:", 1), _font())


def _font() -> str:
    return _sheet("font.css").replace("FOLDER", FONT.parent.as_uri())


def _with_sheet(page: bytes, css: str) -> bytes:
    return page.replace(b"</head>", f"<style>{css}</style></head>".encode(), 1)


def _sheet(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _by_weasyprint(page: bytes) -> bytes | None:
    """Printed by WeasyPrint, where it and the libraries it needs are installed. Of files it reads the shipped font."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return None
    fonts = FontConfiguration()
    font = CSS(string=_font(), font_config=fonts, url_fetcher=URLFetcher(allowed_protocols={"file"}))
    html = HTML(string=page.decode("utf-8"), url_fetcher=URLFetcher(allowed_protocols={"data"}))
    return _whole(html.write_pdf(stylesheets=[font], font_config=fonts))


def _whole(content: bytes) -> bytes | None:
    return content if content.startswith(b"%PDF-") and b"%%EOF" in content[-32:] else None
