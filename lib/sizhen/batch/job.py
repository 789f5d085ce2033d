"""One shop's work: its notebooks, their parameters, its folders. Light to import: every worker process does."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sizhen.report import READING_ORDER

NOTEBOOKS = tuple(sorted(READING_ORDER))
PRESCRIBE = READING_ORDER[0]
TABLES = "tables.xlsx"


@dataclass(frozen=True)
class Job:
    """One shop, as its worker process is told. Paths are absolute; `staging` is thrown away, `ready` is published.
    `data` is the fingerprint of the shop's data."""

    shop_id: str
    title: str
    language: str
    period: tuple[str, str]
    data_dir: str
    reports_dir: str
    staging: str
    notebooks: dict[str, str]
    parameters: dict[str, dict[str, Any]]
    data: str

    @property
    def ready(self) -> Path:
        return Path(self.staging) / "ready"

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        entry = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**entry, "period": tuple(entry["period"])})


def check_parameters(given: dict[str, Any], known: set[str], notebook: str) -> None:
    """Refuses, as ValueError, a name the parameters cell does not have and a value that is not plain JSON.

    papermill would run the default for the one, and turn the other into code.
    """
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{notebook} has no parameter {name}; its parameters cell has {', '.join(sorted(known))}")
        if not _plain(value):
            raise ValueError(f"{notebook}: the value of {name} is not plain JSON")


def _plain(value: object) -> bool:
    if type(value) is list:
        return all(map(_plain, value))
    if type(value) is dict:
        return all(type(key) is str and _plain(item) for key, item in value.items())
    return type(value) in (str, int, bool, type(None)) or (type(value) is float and math.isfinite(value))
