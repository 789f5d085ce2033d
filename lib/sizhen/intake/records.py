"""What a shop's folder keeps beside its tables: shop.toml and the lineage of its imports."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sizhen.intake.errors import IntakeError
from sizhen.intake.layouts import Layout
from sizhen.intake.reports import FileReport

LINEAGE = "lineage.json"


def make_profile(folder: Path, layout: Layout) -> None:
    """Writes shop.toml for a new shop; one that is there stays as it is."""
    path = folder / "shop.toml"
    if path.exists():
        return
    entry = {
        "shop_id": folder.name,
        "name": folder.name,
        "platform": layout.platform,
        "category": "",
        "language": "zh",
        "currency": "CNY",
        "timezone": "Asia/Shanghai",
    }
    _replace(path, "".join(f"{k} = {json.dumps(v)}\n" for k, v in entry.items()))


def read_lineage(folder: Path) -> list[dict[str, Any]]:
    """The entries of lineage.json, oldest first; none for a new shop. Raises IntakeError when the file is damaged."""
    path = folder / LINEAGE
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [e for e in entries if e["sha256"]]
    except (ValueError, TypeError, KeyError):
        raise IntakeError(
            LINEAGE, "the shop's record of imports is damaged", "put back your copy or remove it"
        ) from None


def append_lineage(folder: Path, report: FileReport) -> None:
    """Notes in lineage.json which file gave what; a file imported again keeps its one entry. Raises IntakeError."""
    entry = {
        "file": report.file,
        "sha256": report.sha256,
        "layout": report.layout,
        "tables": report.tables,
        "read": report.read,
        "kept": report.kept,
        "rejected": report.rejected,
        "notes": report.notes,
        "first": report.first and report.first.isoformat(),
        "last": report.last and report.last.isoformat(),
    }
    entries = [e for e in read_lineage(folder) if e["sha256"] != report.sha256] + [entry]
    _replace(folder / LINEAGE, json.dumps(entries, ensure_ascii=False, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
