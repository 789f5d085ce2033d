"""Benches run seldom; what they import of the library is there all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"


@pytest.mark.integration
def test_benches_find_all_that_they_import() -> None:
    names = sorted(path.stem for path in BENCH.glob("*.py"))
    ended = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(names)}"], cwd=BENCH, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    assert names
