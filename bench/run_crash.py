"""Kills a run at 30 moments from its start to its end: no process, no temporary file and no report of two states may be
left that the next run does not clear.

`make faults`. Two sample shops; between two kills their data change, so that a report of two states would show.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from sizhen.tables import Shop

REPO = Path(__file__).resolve().parents[1]
SHOPS, PERIOD = ("orders-only", "tea-corner"), "2026-10"
GRACE = 10.0  # seconds for processes to be gone
KEPT = {".lock", ".state", ".failed.json"}


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sizhen.cli", "run", "--data", folder / "data", "--reports", folder / "reports"]
    return subprocess.Popen(
        [*map(str, command), "--period", PERIOD],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder / "t")},
        start_new_session=True,
    )


def living(folder: Path) -> list[str]:
    """What still runs of it, known by the folder of temporary files that its processes were started with."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if one.environ().get("TMPDIR", "").startswith(str(folder)) and one.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(one.cmdline())[:100])
    return found


def stated(report: Path) -> set[str]:
    """The states of the data that a published report says it is of."""
    found = {json.loads((report / "findings.json").read_text(encoding="utf-8"))["data"]["fingerprint"]}
    for path in (report / "notebooks").iterdir():
        found.add(json.loads(path.read_text(encoding="utf-8"))["metadata"]["sizhen"]["data"])
    return found


def change(folder: Path) -> None:
    for shop_id in SHOPS:
        with (folder / "data" / shop_id / "shop.toml").open("a") as profile:
            profile.write("# a remark\n")


def killed(folder: Path, after: float, seen: Counter[str]) -> bool:
    """False for a run that ended before."""
    process = start(folder)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    lived = process.poll() is None
    seen["killed"] += lived
    process.kill()
    process.wait()
    gone = time.monotonic() + GRACE
    while (left := living(folder)) and time.monotonic() < gone:
        time.sleep(0.1)
    seen["processes left"] += len(left)
    seen["folders of temporary files for the next run"] += len(list((folder / "t").iterdir()))
    for shop_id in SHOPS:
        report = folder / "reports" / PERIOD / shop_id
        seen["reports of two states"] += report.exists() and len(stated(report)) != 1
    return lived


def campaign(folder: Path, moments: int) -> Counter[str]:
    (folder / "t").mkdir()
    for shop_id in SHOPS:
        shutil.copytree(REPO / "data" / "sample" / shop_id, folder / "data" / shop_id)
    begun = time.monotonic()
    assert start(folder).wait() == 0
    whole = time.monotonic() - begun
    seen = Counter[str]()
    while seen["killed"] < moments:
        change(folder)
        after = whole * seen["killed"] / moments
        if not killed(folder, after, seen):  # it ended before: runs take less time now
            whole = after
    seen["runs that failed after it"] += start(folder).wait() != 0
    for shop_id in SHOPS:
        now = Shop.open(folder / "data", shop_id).fingerprint()
        seen["reports of other data"] += stated(folder / "reports" / PERIOD / shop_id) != {now}
    work = folder / "reports" / PERIOD / ".work"
    seen["files left"] += len(list((folder / "t").iterdir())) + len({path.name for path in work.iterdir()} - KEPT)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="f") as name:
        seen = campaign(Path(name), args.moments)
    print(", ".join(f"{name} {count}" for name, count in seen.items()))
    allowed = ("killed", "folders of temporary files for the next run")
    raise SystemExit(any(count for name, count in seen.items() if name not in allowed))


if __name__ == "__main__":
    main()
