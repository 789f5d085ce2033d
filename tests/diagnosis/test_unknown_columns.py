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


def emptied(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    nowhere = pd.Series(False, index=frame.index)
    plain = [c.name for c in load().tables[table].columns if not c.key]
    return frame.assign(**{c: frame[c].where(nowhere) for c in plain})


def zeroed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    counted = [c.name for c in load().tables[table].columns if c.kind in ("count", "money")]
    return frame.assign(**dict.fromkeys(counted, 0.0))


TABLES = list(load().tables)


@pytest.mark.slow
@pytest.mark.parametrize(("unknown", "zero"), list(zip(TABLES, [*TABLES[1:], TABLES[0]], strict=True)))
def test_tables_without_knowledge(unknown: str, zero: str, sample_dir: Path) -> None:
    shop = Shop.open(sample_dir, "linen-house")
    for table, change in ((unknown, emptied), (zero, zeroed)):
        shop._read[table] = change(shop.table(table), table)
    document = json.loads(json.dumps(dict(open_case(shop, Period.parse("2026-W43")).document()), allow_nan=False))
    jsonschema.validate(document, SCHEMA)
