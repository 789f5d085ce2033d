"""Shops whose shop.toml is wrong in every way, beside two good ones: each is named and stops no other."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bad_profiles import FILES, LINES, NAMES, write_all
from sizhen.cli import app


@pytest.fixture(scope="module")
def ran(data_dir: Path, healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, dict[str, str], Path]:
    folder = tmp_path_factory.mktemp("bad")
    said = write_all(folder / "data")
    for shop in ("alpha", "beta"):
        shutil.copytree(data_dir / shop, folder / "data" / shop)
    told = ["--period", "2026-10", "--data", str(folder / "data"), "--reports", str(folder / "reports")]
    result = CliRunner().invoke(app, ["run", *told, "--notebooks", str(healthy)])
    return result, said, folder / "reports" / "2026-10"


def test_good_shops_are_published_and_bad_ones_named_with_their_reasons(
    ran: tuple[Result, dict[str, str], Path],
) -> None:
    result, said, reports = ran
    assert len(said) == len(LINES) + len(FILES) + 1
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert all((reports / shop / "report.html").is_file() for shop in ("alpha", "beta"))
    errors = [line for line in result.output.splitlines() if line.startswith("error: ")]
    index = re.sub(r"\s+", " ", unescape((reports / "index.html").read_text(encoding="utf-8")))
    for shop, what in said.items():
        (line,) = [e for e in errors if e.startswith(f"error: {shop}: ")]
        assert what in line
        assert line.startswith(f"error: {shop}: shop.toml")
        assert line.removeprefix(f"error: {shop}: ") in index
    named = [e for e in errors if "cannot be a shop: the folder's name" in e]
    assert (len(named), len(errors)) == (len(NAMES), len(said) + len(NAMES))


def test_neither_terminal_nor_index_shows_control_characters(ran: tuple[Result, dict[str, str], Path]) -> None:
    result, _, reports = ran
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.output + (reports / "index.html").read_text("utf-8"))
