"""One set of versions: pyproject.toml pins it, the lock holds it with hashes, conda users get the same."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((REPO / "environment.yml").read_text(encoding="utf-8"))
ASKED = [
    Requirement(line)
    for line in [*PROJECT["dependencies"], *(r for rs in PROJECT["optional-dependencies"].values() for r in rs)]
]

RUNTIME = {Requirement(line).name for line in PROJECT["dependencies"]}
EXTRAS = {extra: {Requirement(r).name for r in lines} for extra, lines in PROJECT["optional-dependencies"].items()}
DEV = EXTRAS.pop("dev")
OF_EXTRAS = set().union(*EXTRAS.values())
NOT_IMPORTED = {
    "jupyterlab": "a command",
    "s3fs": "fsspec finds it by the name of a URL",
    "hatchling": "builds the package",
    "editables": "builds the package",
    "import-linter": "a command",
    "mypy": "a command",
    "nbstripout": "a command",
    "ruff": "a command",
    "pandas-stubs": "types for mypy",
    "pytest-timeout": "pytest loads it",
    "pytest-xdist": "pytest loads it",
}


def code(path: Path) -> str:
    """The Python of a module or of a notebook's cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    return "\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "code")


def names(source: str) -> Iterator[str]:
    """The packages a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


@cache
def named(folder: str) -> tuple[set[str], set[str]]:
    """(the packages that the modules and notebooks of a folder import, the names of these themselves)."""
    paths = [p for kind in ("py", "ipynb") for p in (REPO / folder).rglob(f"*.{kind}")]
    return {name for path in paths for name in names(code(path))}, {p.stem for p in paths}


homes = cache(packages_distributions)


def imported(*folders: str) -> set[str]:
    """The distributions that the folders import; a name that nothing here installs stands for itself."""
    own = {"sizhen", "tests"}.union(*(named(folder)[1] for folder in folders if folder != "lib"))
    others = set().union(*(named(folder)[0] for folder in folders)) - own - sys.stdlib_module_names
    return {canonicalize_name(homes().get(name, [name])[0]) for name in others}


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


def test_what_the_program_imports_is_declared() -> None:
    assert imported("lib", "notebooks") - RUNTIME - OF_EXTRAS == set()


def test_what_tests_and_benches_import_is_declared() -> None:
    assert imported("tests", "bench") - RUNTIME - OF_EXTRAS - DEV == set()


@pytest.mark.parametrize(
    ("declared", "folders"),
    [(RUNTIME, ("lib", "notebooks")), (OF_EXTRAS, ("lib",)), (DEV, ("tests", "bench"))],
    ids=["runtime", "extras", "dev"],
)
def test_what_is_declared_is_imported_or_has_a_reason(declared: set[str], folders: tuple[str, ...]) -> None:
    assert declared - imported(*folders) - set(NOT_IMPORTED) == set()


def test_every_reason_is_of_a_declared_package_that_nothing_imports() -> None:
    assert set(NOT_IMPORTED) <= OF_EXTRAS | DEV
    assert set(NOT_IMPORTED) & imported("lib", "notebooks", "tests", "bench") == set()


def test_a_package_is_declared_once() -> None:
    assert not (RUNTIME & OF_EXTRAS) | (RUNTIME & DEV) | (OF_EXTRAS & DEV)


def test_imports_are_found_wherever_they_stand() -> None:
    assert list(names("import os.path, bs4\nfrom . import near\ndef f():\n    from PIL import Image")) == [
        "os",
        "bs4",
        "PIL",
    ]
