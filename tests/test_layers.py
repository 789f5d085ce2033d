"""The arrows between the folders hold, and the check that holds them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-cache", "--config", str(folder / "pyproject.toml")]
    environment = {"PYTHONPATH": str(folder / "lib"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


UPWARDS = [
    ("vocab", "tables"),
    ("exam", "diagnosis"),
    ("exam", "view"),
    ("view", "explore"),
    ("diagnosis", "explore"),
    ("simulate", "explore"),
    ("document", "tables"),
    ("view", "exam"),
    ("view", "tables"),
    ("batch", "exam"),
    ("report", "batch"),
    ("report", "delivery"),
    ("delivery", "batch"),
    ("delivery", "exam"),
    ("intake", "diagnosis"),
    ("simulate", "intake"),
    ("batch", "cli"),
]


def test_the_arrows_hold() -> None:
    done = lint(REPO)
    assert done.returncode == 0, done.stdout + done.stderr


def refusal(folder: Path, modules: dict[str, str]) -> str:
    """What the check says of a copy of the package in `folder` with these modules (path: text) beside its own."""
    package = folder / "lib" / "sizhen"
    shutil.copytree(REPO / "lib" / "sizhen", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPO / "pyproject.toml", folder)
    for module, text in modules.items():
        (package / module).parent.mkdir(exist_ok=True)
        (package / module).write_text(text, encoding="utf-8")
    done = lint(folder)
    assert done.returncode != 0
    return done.stdout


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> str:
    odd = {f"{lower}/odd_{upper}.py": f"import sizhen.{upper}\n" for lower, upper in UPWARDS}
    return refusal(tmp_path_factory.mktemp("odd"), odd)


@pytest.mark.parametrize(("lower", "upper"), UPWARDS)
def test_an_arrow_the_other_way_is_refused(lower: str, upper: str, refused: str) -> None:
    assert f"sizhen.{lower}.odd_{upper} -> sizhen.{upper} (l.1)" in refused


def test_a_folder_that_stands_nowhere_is_refused(tmp_path: Path) -> None:
    assert "leftovers" in refusal(tmp_path, {"leftovers/__init__.py": ""})
