"""The terminal and the notebooks come to the same findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sizhen.cli import app


@pytest.mark.slow
@pytest.mark.parametrize("shop", ["linen-house", "tea-corner"])
def test_diagnose_prints_what_the_run_wrote(shop: str, sample_reports: Path, sample_dir: Path) -> None:
    written = json.loads((sample_reports / "2026-10" / shop / "findings.json").read_text(encoding="utf-8"))
    said = CliRunner().invoke(app, ["diagnose", shop, "--data", str(sample_dir), "--period", "2026-10", "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout) == written
