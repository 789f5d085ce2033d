"""One set of versions: pyproject.toml pins it, the lock holds it with hashes, conda users get the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement

REPO = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((REPO / "environment.yml").read_text(encoding="utf-8"))
ASKED = [
    Requirement(line)
    for line in [*PROJECT["dependencies"], *(r for rs in PROJECT["optional-dependencies"].values() for r in rs)]
]


def locked() -> dict[str, Requirement]:
    """What the lock installs here, by name."""
    text = (REPO / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [
        re.split(r"\s+--hash|\s+#", line)[0].strip() for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)
    ]
    wanted = [Requirement(line) for line in lines]
    here = dict(default_environment())
    return {r.name.lower(): r for r in wanted if r.marker is None or r.marker.evaluate(here)}


def test_every_dependency_is_pinned_to_one_version() -> None:
    assert [str(r) for r in ASKED if not re.fullmatch(r"==[^*,]+", str(r.specifier))] == []


@pytest.mark.parametrize("asked", ASKED, ids=lambda r: r.name)
def test_the_lock_holds_the_version_asked_for(asked: Requirement) -> None:
    assert locked()[asked.name.lower()].specifier == asked.specifier


def test_the_lock_has_a_hash_for_everything_and_names_no_index() -> None:
    text = (REPO / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert [b.splitlines()[0] for b in blocks if re.match(r"[A-Za-z0-9]", b) and "--hash=sha256:" not in b] == []
    assert not re.search(r"--(extra-)?index-url|https?://", text)


def test_conda_brings_python_and_pip_and_the_lock_the_rest() -> None:
    assert "conda-forge" in ENVIRONMENT["channels"]
    *conda, pip = ENVIRONMENT["dependencies"]
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert pip == {"pip": ["--require-hashes", "-r requirements.lock"]}
