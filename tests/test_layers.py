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


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(REPO / "lib" / "sizhen", tmp_path / "lib" / "sizhen", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPO / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_arrows_hold() -> None:
    done = lint(REPO)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("vocab/odd.py", "import sizhen.tables"),
        ("exam/odd.py", "import sizhen.diagnosis"),
        ("exam/odd.py", "import sizhen.view"),
        ("view/odd.py", "import sizhen.tables"),
        ("view/odd.py", "import sizhen.explore"),
        ("diagnosis/odd.py", "import sizhen.explore"),
        ("simulate/odd.py", "import sizhen.explore"),
        ("batch/odd.py", "import sizhen.exam"),
        ("report/odd.py", "import sizhen.batch"),
        ("report/odd.py", "import sizhen.delivery"),
        ("delivery/odd.py", "import sizhen.batch"),
        ("delivery/odd.py", "import sizhen.exam"),
        ("intake/odd.py", "import sizhen.diagnosis"),
        ("simulate/odd.py", "import sizhen.intake"),
        ("batch/odd.py", "import sizhen.cli"),
        ("leftovers/__init__.py", ""),
    ],
)
def test_an_arrow_the_other_way_is_refused(copy: Path, module: str, line: str) -> None:
    odd = copy / "lib" / "sizhen" / module
    odd.parent.mkdir(exist_ok=True)
    odd.write_text(f"{line}\n", encoding="utf-8")
    done = lint(copy)
    assert done.returncode != 0
    assert odd.parent.name in done.stdout
