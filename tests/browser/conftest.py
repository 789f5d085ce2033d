"""Chromium and JupyterLab for the browser tests; each is skipped with a reason where it is not installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from . import lab_server

REPO = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The installed Chromium or Chrome, headless."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of its own: no cookies, cache or storage of another test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def desk(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks beside one of the sample shops, so that the repository is never written."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(REPO / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(sample_dir, folder / "data" / "sample")
    return folder


@pytest.fixture(scope="session")
def lab(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab_server.Lab]:
    """JupyterLab showing the copied notebooks."""
    pytest.importorskip("jupyterlab")
    server = lab_server.start(desk / "notebooks", tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()
