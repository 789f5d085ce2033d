"""lineage.json: the record of what was imported into a shop's folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sizhen.tables.errors import DataError
from sizhen.tables.switch import LINEAGE

ENTRIES = {"file": str, "sha256": str, "tables": dict, "read": int, "kept": int, "rejected": dict}
MORE = {"notes": dict, "key": str} | dict.fromkeys(("first", "last", "sheet", "shop", "exported"), str | None)


def read_lineage(folder: Path) -> list[dict[str, Any]]:
    """The entries of a shop's lineage.json, oldest first; none where nothing was imported. Raises DataError."""
    path = folder / LINEAGE
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise _damaged(folder, "it cannot be read") from None
    if not isinstance(entries, list):
        raise _damaged(folder, "it is no list")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise _damaged(folder, f"entry {number} is no table")
        kinds = ENTRIES | {key: kind for key, kind in MORE.items() if key in entry}
        if wrong := [key for key, kind in kinds.items() if not isinstance(entry.get(key), kind)]:
            raise _damaged(folder, f"{wrong[0]} of entry {number} is missing or wrong")
    return entries


def _damaged(folder: Path, what: str) -> DataError:
    problem = f"the record of imports is damaged ({what})"
    return DataError(LINEAGE, problem, f"put back your copy into the folder of {folder.name}, or remove it")
