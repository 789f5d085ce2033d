"""A JupyterLab of its own: free port, token, settings and runtime files in a temporary folder, no news, no updates."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import Page, expect

START_SECONDS = 120
RUN_SECONDS = 120
SAVE_SECONDS = 10


@dataclass(frozen=True)
class Lab:
    """A running server; `folder` is what it shows."""

    url: str
    token: str
    folder: Path
    process: subprocess.Popen[bytes]

    def ask(self, path: str, method: str = "GET") -> Any:
        """The server's answer as JSON, None where it is empty."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/{path}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read() or "null")

    def idle(self, name: str) -> bool:
        """True when the kernel of notebook `name` has nothing left to do."""
        states = [s["kernel"]["execution_state"] for s in self.ask("sessions") if s["path"] == name]
        return states == ["idle"]

    def rest(self, name: str) -> None:
        """Ends the kernel of notebook `name`."""
        for session in self.ask("sessions"):
            if session["path"] == name:
                self.ask(f"sessions/{session['id']}", method="DELETE")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(folder: Path, private: Path) -> Lab:
    """Starts JupyterLab on `folder`; everything it writes besides goes below `private`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTERLAB_SETTINGS_DIR")
    own = {name: str(private / name.lower()) for name in (*homes, "JUPYTERLAB_WORKSPACES_DIR")}
    quiet = Path(own["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"),
        *("--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
        *("--LabApp.extension_manager=readonly", "--ServerApp.log_level=WARN", "--LabApp.expose_app_in_browser=True"),
    ]
    if os.geteuid() == 0:
        command.append("--allow-root")
    with (private / "lab.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log, cwd=folder)
    lab = Lab(f"http://127.0.0.1:{port}", token, folder, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            lab.ask("status")
        except OSError:
            time.sleep(0.1)
        else:
            return lab
    lab.stop()
    raise RuntimeError((private / "lab.log").read_text(encoding="utf-8", errors="replace")[-2000:])


def open_lab(page: Page, lab: Lab) -> None:
    """Shows JupyterLab with a fresh workspace and nothing open."""
    page.goto(f"{lab.url}/lab?token={lab.token}&reset")
    expect(page.locator("#jp-main-statusbar")).to_be_visible(timeout=START_SECONDS * 1000)


def open_notebook(page: Page, name: str) -> None:
    """Shows `name` alone, its kernel ready."""
    execute(page, "application:close-all", {})
    expect(page.locator(".jp-Notebook")).to_have_count(0, timeout=START_SECONDS * 1000)
    execute(page, "docmanager:open", {"path": name})
    expect(page.locator(".jp-Notebook-cell").first).to_be_visible(timeout=START_SECONDS * 1000)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=START_SECONDS * 1000)


def execute(page: Page, command: str, given: dict[str, str]) -> None:
    """Has JupyterLab do what one of its menus or its file browser asks of it."""
    page.evaluate("([name, given]) => { window.jupyterapp.commands.execute(name, given) }", [command, given])


def run_all(page: Page, lab: Lab, name: str) -> NotebookNode:
    """Run > Run All Cells, then save: the notebook as it now stands on disk, run to its end or for RUN_SECONDS."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    deadline = time.monotonic() + RUN_SECONDS
    notebook = _saved(page, lab, name)
    while not _finished(notebook) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        if lab.idle(name):
            notebook = _saved(page, lab, name)
    return notebook


def _finished(notebook: NotebookNode) -> bool:
    return all(cell.execution_count is not None for cell in code(notebook))


def _saved(page: Page, lab: Lab, name: str) -> NotebookNode:
    """Saves in the browser and reads the file, once it is written and whole."""
    path = lab.folder / name
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    deadline = time.monotonic() + SAVE_SECONDS
    while True:
        page.wait_for_timeout(100)
        try:
            notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        except ValueError:
            continue
        if path.stat().st_mtime_ns != before or time.monotonic() > deadline:
            return notebook


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def trouble(notebook: NotebookNode) -> list[str]:
    """What went wrong in an executed notebook: cells not run, error outputs, anything on stderr."""
    found = []
    for cell in code(notebook):
        if cell.execution_count is None:
            found.append(f"{cell.id}: not run")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{cell.id}: {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"{cell.id}: stderr: {output.text[:200]}")
    return found
