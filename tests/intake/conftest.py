from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.intake import FileReport, import_files


@pytest.fixture(scope="session", autouse=True)
def by_one_reader(one_reader: None) -> None:
    """Whatever is imported here."""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def bring(tmp_path: Path, data_dir: Path) -> Callable[..., FileReport]:
    """Writes the lines (or bytes) to a file and imports it for the shop `s1`, by the text of a mapping if given."""

    def run(
        *lines: str,
        data: bytes | None = None,
        encoding: str = "utf-8",
        name: str = "export.csv",
        map: str | None = None,
    ) -> FileReport:
        file = tmp_path / name
        file.write_bytes(("\n".join(lines) + "\n").encode(encoding) if data is None else data)
        by = None if map is None else tmp_path / "made.toml"
        if by is not None:
            by.write_text(str(map), encoding="utf-8")
        (report,) = import_files([file], shop_id="s1", data_dir=data_dir, map=by)
        return report

    return run
