"""Made shops on disk: one folder each, as a real shop has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sizhen.files import replacing
from sizhen.tables.files import put_table
from sizhen.tables.switch import PROFILE, alone

from .faults import CAUSES
from .plan import Fault, Made, Plan, Size
from .planting import DECOYS
from .run import simulate

TRUTH = "truth.json"


def toml(entry: dict[str, Any]) -> str:
    """TOML of plain values and one level of tables. Strings, numbers and booleans are written as JSON writes them."""
    plain = [f"{key} = {_value(value)}" for key, value in entry.items() if not isinstance(value, dict)]
    for key, table in entry.items():
        if isinstance(table, dict):
            plain += ["", f"[{key}]", *(f"{json.dumps(name)} = {_value(value)}" for name, value in table.items())]
    return "\n".join(plain) + "\n"


def _value(value: str | float | bool) -> str:
    return json.dumps(value, ensure_ascii=False)


def write(made: Made, data_dir: Path) -> Path:
    """Writes shop.toml and every table (parquet) into `data_dir`/<shop_id>; returns that folder."""
    folder: Path = Path(data_dir) / made.profile["shop_id"]
    with alone(folder) as change:
        for name, frame in made.tables.items():
            put_table(change, name, frame)
        change.put(PROFILE, toml(made.profile).encode())
        change.commit()
    return folder


def make_shops(
    data_dir: Path,
    count: int,
    base: Plan,
    faults: Sequence[str],
    *,
    size: Size | float = "medium",
    start: date | None = None,
    at_once: int = 1,
) -> dict[str, list[dict[str, Any]]]:
    """Writes `count` shops like `base`, each with `at_once` different causes drawn from `faults` (none of them: healthy
    shops), begun on `start` or 7 to 14 days before the end; writes `data_dir`/truth.json, shop_id -> truth entries, and
    returns it.

    A name with a leading `decoy:` is planted as a decoy. Raises ValueError for an unknown cause, and for more at once
    than are named.
    """
    for name in faults:
        cause = name.removeprefix("decoy:")
        if cause not in CAUSES or (cause != name and cause not in DECOYS):
            raise ValueError(f"{name!r} cannot be planted; known causes: {', '.join(CAUSES)}")
    if faults and at_once > len(faults):
        raise ValueError(f"{at_once} faults at once need as many names, not {len(faults)}")
    rng = np.random.default_rng(base.seed)
    truth: dict[str, list[dict[str, Any]]] = {}
    for number in range(count):
        chosen = rng.permutation(len(faults))[:at_once]
        begun = start or base.end - timedelta(days=int(rng.integers(6, min(14, base.days - 1))))
        planted = (faults[i] for i in chosen)
        plan = replace(
            base,
            seed=base.seed * 100_003 + number,
            shop_id=f"made-{number + 1:04d}",
            faults=tuple(Fault(n.removeprefix("decoy:"), begun, size, decoy=n.startswith("decoy:")) for n in planted),
        )
        made = simulate(plan)
        write(made, data_dir)
        truth[plan.shop_id] = made.truth
    Path(data_dir).mkdir(parents=True, exist_ok=True)
    with replacing(Path(data_dir) / TRUTH) as stream:
        stream.write(f"{json.dumps(truth, ensure_ascii=False, indent=1)}\n".encode())
    return truth
