from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.intake import FileReport, import_files


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def bring(tmp_path: Path, data_dir: Path) -> Callable[..., FileReport]:
    """Writes the lines (or bytes) to a file and imports it for the shop `s1`."""

    def run(*lines: str, data: bytes | None = None, encoding: str = "utf-8", name: str = "export.csv") -> FileReport:
        file = tmp_path / name
        file.write_bytes(("\n".join(lines) + "\n").encode(encoding) if data is None else data)
        (report,) = import_files([file], shop_id="s1", data_dir=data_dir)
        return report

    return run
