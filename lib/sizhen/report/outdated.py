"""Published reports whose shop has failed since: they stay to be read, but are of an earlier run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sizhen.report.write import write_text

FILE = ".failed.json"  # in the folder .work of a period
UNKNOWN = "whether it failed since was in a file that cannot be read; examine the shop again"


def outdated(period_dir: Path) -> dict[str, str]:
    """Why the last run of each such shop failed. Raises ValueError where the file cannot be understood."""
    try:
        found = json.loads(_file(period_dir).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError:
        raise ValueError(f"{FILE} is nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError(f"{FILE} holds no table")
    return found


def note_outdated(period_dir: Path, ran: Mapping[str, str]) -> None:
    """Takes note of a run. `ran`: for each of its shops why it failed, empty where it did not."""
    stored: dict[str, str] | None = None
    try:
        before = stored = outdated(period_dir)
    except ValueError:
        before = {path.parent.name: UNKNOWN for path in period_dir.glob("*/findings.json")}
    both = {**before, **ran}
    left = {shop: why for shop, why in both.items() if why and (period_dir / shop / "findings.json").is_file()}
    if left != stored:
        write_text(_file(period_dir), json.dumps(left, ensure_ascii=False, indent=1))


def _file(period_dir: Path) -> Path:
    return period_dir / ".work" / FILE
