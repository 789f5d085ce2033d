"""Over many shops nothing grows: not the runner's memory, not its descriptors, not what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WARM_UP, MANY = 6, int(os.environ.get("SIZHEN_MANY", "26"))  # make bench-growth runs it with 500
ROOM = min(200_000 * MANY, 20_000_000)  # bytes that memory may grow by


@pytest.mark.slow
@pytest.mark.timeout(300 + 3 * MANY)
@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted on Linux only")
def test_many_shops_leave_nothing(data_dir: Path, healthy: Path, tmp_path: Path) -> None:
    data, reports = tmp_path / "data", tmp_path / "reports"
    shops = [f"shop{number:03d}" for number in range(WARM_UP + MANY)]
    for shop_id in shops:
        (data / shop_id).mkdir(parents=True)
        for name in ("shop.toml", "shop_daily.csv"):
            text = (data_dir / "beta" / name).read_text().replace('"beta"', f'"{shop_id}"')
            (data / shop_id / name).write_text(text)
    script = Path(__file__).with_name("many_shops.py")
    command = [sys.executable, str(script), str(data), str(reports), str(healthy), str(WARM_UP)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    assert told["states"] == dict.fromkeys(shops, "done")
    before, after = told["before"], told["after"]
    assert after.pop("memory") - before.pop("memory") < ROOM
    assert after == before
    assert (before["processes"], before["files"]) == (3, 0), "the runner, its fork server and the library's tracker"
    assert {f.name for f in (reports / "2026-10" / ".work").iterdir()} == {".lock", ".state"}
