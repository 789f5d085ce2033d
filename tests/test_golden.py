"""The findings of the sample shops as a person last read and accepted them; `make golden` rewrites them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sizhen.diagnosis import open_case
from sizhen.tables import Period, Shop

GOLDEN = Path(__file__).parent / "golden"
KEPT = ("cause", "subject", "state", "level", "since")


def digest(sample_dir: Path, shop: str) -> dict[str, object]:
    """What a reader would notice: sales, roots of the split, each finding with its rounded stake."""
    document = open_case(Shop.open(sample_dir, shop), Period.parse("2026-10")).document()
    return {
        "sales": {k: None if v is None else round(v) for k, v in document["sales"].items() if k != "band"},
        "split": {p["path"][0]: round(p["amount"]) for p in document["split"] if len(p["path"]) == 1},
        "findings": [{**{k: f[k] for k in KEPT}, "stake": round(f["stake"]["amount"])} for f in document["findings"]],
        "not_concluded": [n["rule"] for n in document["not_concluded"]],
    }


@pytest.mark.parametrize("shop", ["linen-house", pytest.param("tea-corner", marks=pytest.mark.slow), "orders-only"])
def test_findings_are_as_accepted(sample_dir: Path, shop: str) -> None:
    path, made = GOLDEN / f"{shop}.json", digest(sample_dir, shop)
    if os.environ.get("SIZHEN_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert made == json.loads(path.read_text(encoding="utf-8"))
