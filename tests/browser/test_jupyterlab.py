"""The notebooks as an analyst uses them: JupyterLab in a browser, Run All, and the explorer's controls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sizhen.tables.files import read_table

from . import lab_server

pytestmark = pytest.mark.browser

TOLD = ("1_look", "5_prescribe")  # the longest, and the one that writes; a run's are looked at in tests/batch
PATIENCE = 60_000


@pytest.fixture(scope="module")
def workbench(chromium: Browser, lab: lab_server.Lab) -> Iterator[Page]:
    """JupyterLab in a browser, loaded once: each notebook is opened in it alone."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    lab_server.open_lab(page, lab)
    yield page
    context.close()


@pytest.mark.parametrize("name", TOLD)
def test_runs_unchanged(workbench: Page, lab: lab_server.Lab, name: str) -> None:
    lab_server.open_notebook(workbench, f"{name}.ipynb")
    done = lab_server.run_all(workbench, lab, f"{name}.ipynb")
    lab.rest(f"{name}.ipynb")
    assert lab_server.trouble(done) == []


@pytest.fixture(scope="module")
def explorer(workbench: Page, lab: lab_server.Lab) -> Iterator[Locator]:
    """The explorer, run once and shared: a test begins by choosing its shop."""
    lab_server.open_notebook(workbench, "explore.ipynb")
    assert lab_server.trouble(lab_server.run_all(workbench, lab, "explore.ipynb")) == []
    yield workbench.locator(".sz-explorer:not(.sz-form)")
    lab.rest("explore.ipynb")


def choose(explorer: Locator, control: str, option: str, told: str) -> None:
    """Chooses as a user does, until the line under the controls tells it."""
    explorer.get_by_label(control, exact=True).select_option(label=option)
    expect(explorer.locator(".sz-about")).to_contain_text(told, timeout=PATIENCE)


def first(explorer: Locator, mark: str) -> Locator:
    """The first chart (img) or table of the open tab."""
    return explorer.locator(f".sz-panel {mark}:visible").first


def test_explorer_follows_its_controls(explorer: Locator) -> None:
    expect(explorer.locator(".sz-about")).to_contain_text("2026-10-01", timeout=PATIENCE)
    seen = [(first(explorer, "img").get_attribute("src") or "", first(explorer, "table").inner_text())]
    for control, option, told in (("渠道", "搜索", "搜索"), ("店铺", "tea-corner", "Tea Corner")):
        choose(explorer, control, option, told)
        expect(first(explorer, "img")).not_to_have_attribute("src", seen[-1][0], timeout=PATIENCE)
        seen.append((first(explorer, "img").get_attribute("src") or "", first(explorer, "table").inner_text()))
    assert len({chart for chart, _ in seen}) == len({table for _, table in seen}) == len(seen)
    explorer.get_by_label("or own dates").fill("last week")
    explorer.page.keyboard.press("Enter")
    expect(explorer.get_by_role("status")).to_contain_text("last week", timeout=PATIENCE)
    choose(explorer, "Month or week", "2026-10", "2026-10-01")
    choose(explorer, "Shop", "linen-house", "亚麻小屋")
    assert explorer.page.locator(".jp-OutputArea-output[data-mime-type$='stderr']").count() == 0


def test_explorer_leads_from_a_finding_to_its_rows(explorer: Locator) -> None:
    explorer.get_by_role("tab", name="诊断发现").click()
    findings, rows = explorer.get_by_label("诊断发现", exact=True), explorer.locator(".sz-found table")
    expect(findings.locator("option").nth(1)).to_be_attached(timeout=PATIENCE)
    expect(rows).to_be_visible(timeout=PATIENCE)
    card, before = explorer.locator(".sz-found .sz-finding"), explorer.locator(".sz-found .sz-finding").inner_text()
    findings.select_option(index=1)
    expect(card).not_to_have_text(before, timeout=PATIENCE)
    expect(rows.locator("tbody tr").first).to_be_visible(timeout=PATIENCE)


def test_an_answer_is_saved_by_the_form(explorer: Locator, lab: lab_server.Lab) -> None:
    form = explorer.page.locator(".sz-form")
    form.get_by_label("店铺").select_option(label="tea-corner")
    form.get_by_label("问谁").select_option(index=1)
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_role("status")).to_contain_text("请写下回答", timeout=PATIENCE)
    form.get_by_label("回答").fill("Slow parcels since Monday")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_role("status")).to_contain_text("已存入 tea-corner", timeout=PATIENCE)
    expect(form.get_by_label("回答")).to_have_value("", timeout=PATIENCE)
    saved = read_table(lab.folder.parent / "data" / "sample" / "tea-corner" / "answers.parquet", "answers")
    assert saved["answer"].tolist().count("Slow parcels since Monday") == 1
