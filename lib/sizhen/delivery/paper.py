"""The whole report as a file to attach: a PDF where this computer can make one, else the page itself."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sizhen.delivery.slim import slim

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120  # seconds
_QUIET = (
    *("--headless", "--disable-gpu", "--disable-extensions", "--disable-sync", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
_MADE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")
_NO_DAY = rb"\g<1>19800101000000"  # the same report gives the same bytes


@dataclass(frozen=True)
class Attachment:
    name: str
    kind: str  # of application/pdf or text/html, what follows the slash
    content: bytes


def attachment(report: Path, stem: str, *, form: Literal["pdf", "html"], kept: Path | None = None) -> Attachment:
    """The report at `report`, named after `stem`. A PDF is not to be had everywhere: then it is the HTML.

    What was printed is put into the folder `kept`, and taken from there as long as the report is the same.
    """
    page = report.read_bytes()
    content = _printed(report, page, kept) if form == "pdf" else None
    if content is not None:
        return Attachment(f"{stem}.pdf", "pdf", content)
    return Attachment(f"{stem}.html", "html", page)


def _printed(report: Path, page: bytes, kept: Path | None) -> bytes | None:
    stored = None if kept is None else kept / f"{hashlib.sha256(page).hexdigest()}.pdf"
    if stored is not None and stored.is_file() and (content := _whole(stored.read_bytes())):
        return content
    if (content := _by_browser(report) or _by_weasyprint(report)) is None:
        return None
    content = slim(_MADE.sub(_NO_DAY, content))
    if stored is not None:
        stored.parent.mkdir(parents=True, exist_ok=True)
        beside = stored.with_suffix(f".{os.getpid()}")
        beside.write_bytes(content)
        beside.replace(stored)
    return content


def _by_browser(report: Path) -> bytes | None:
    """Printed by Chromium or Chrome, without a network."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        return None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "report.pdf"
        told = [*_QUIET, f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={out}"]
        if os.geteuid() == 0:  # as root it starts in no other way
            told.append("--no-sandbox")
        try:
            command = [path, *told, report.resolve().as_uri()]
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return _whole(out.read_bytes()) if out.is_file() else None


def _by_weasyprint(report: Path) -> bytes | None:
    """Printed by WeasyPrint, where it and the libraries it needs are installed."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return None
    fetcher = URLFetcher(allowed_protocols={"data"})
    return _whole(HTML(string=report.read_text(encoding="utf-8"), url_fetcher=fetcher).write_pdf())


def _whole(content: bytes) -> bytes | None:
    return content if content.startswith(b"%PDF-") and b"%%EOF" in content[-32:] else None
