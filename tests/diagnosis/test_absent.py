"""Each table taken away in turn: the case stays whole, and what needs the table is unknown, saying so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from sizhen.diagnosis import open_case
from sizhen.tables import Period, Shop
from sizhen.vocab import load

from .test_case import SCHEMA

DERIVED = {"shop_daily.paid_amount", "shop_daily.paid_buyers", "shop_daily.returning_paid_buyers"}


@pytest.fixture(scope="module")
def copy(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_dir / "linen-house", tmp_path_factory.mktemp("absent") / "linen-house"))


@pytest.mark.parametrize("table", list(load().tables))
def test_without(table: str, copy: Path) -> None:
    path = copy / f"{table}.parquet"
    away = path.rename(path.with_suffix(".away"))
    try:
        case = open_case(Shop.open(copy.parent, copy.name), Period.parse("2026-10"))
        document = json.loads(json.dumps(dict(case.document()), allow_nan=False))
    finally:
        away.rename(path)
    jsonschema.validate(document, SCHEMA)
    assert document["data"]["missing"] == [table]
    unknown = {n["rule"]: n for n in document["not_concluded"]}
    asking = [r for r in load().rules.values() if any(n.partition(".")[0] == table for n in r.needs)]
    assert asking, f"no rule needs {table}"
    for rule in asking:
        if table == "shop_daily" and {n for n in rule.needs if n.startswith(table)} <= DERIVED:
            continue
        assert rule.id in unknown, rule.id
        assert any(need.partition(".")[0] == table for need in unknown[rule.id]["needs"])
        assert unknown[rule.id]["why"]
