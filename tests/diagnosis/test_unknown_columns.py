"""Tables whose figures are all unknown, or all zero: nothing fails, nothing warns, nothing is made up."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.tables import Period, Shop
from sizhen.vocab import load

from .test_case import SCHEMA


def with_table(sample_dir: Path, table: str, frame: pd.DataFrame) -> Shop:
    shop = Shop.open(sample_dir, "linen-house")
    shop._read[table] = frame
    return shop


def emptied(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    nowhere = pd.Series(False, index=frame.index)
    plain = [c.name for c in load().tables[table].columns if not c.key]
    return frame.assign(**{c: frame[c].where(nowhere) for c in plain})


def zeroed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    counted = [c.name for c in load().tables[table].columns if c.kind in ("count", "money")]
    return frame.assign(**dict.fromkeys(counted, 0.0))


@pytest.mark.slow
@pytest.mark.parametrize("change", [emptied, zeroed])
@pytest.mark.parametrize("table", list(load().tables))
def test_a_table_without_knowledge(table: str, change, sample_dir: Path) -> None:
    frame = Shop.open(sample_dir, "linen-house").table(table)
    shop = with_table(sample_dir, table, change(frame, table))
    document = json.loads(json.dumps(dict(open_case(shop, Period.parse("2026-W43")).document()), allow_nan=False))
    jsonschema.validate(document, SCHEMA)
