"""A shop with each table taken away in turn: every notebook still tells its story, in words, without an error; the
case stays whole, and what needs the table is unknown, saying so."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from tests.play import STEPS, play

from sizhen.diagnosis import open_case
from sizhen.document import json_schema
from sizhen.tables import Period, Shop
from sizhen.view import labels, plots
from sizhen.vocab import load

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_case")]

SHOP = "linen-house"
PERIOD = "2026-10"
DERIVED = {"shop_daily.paid_amount", "shop_daily.paid_buyers", "shop_daily.returning_paid_buyers"}


@pytest.fixture(scope="module")
def copy(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_dir / SHOP, tmp_path_factory.mktemp("absent") / SHOP))


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """A picture depends on its frame, its options and the language alone, so each is drawn once."""
    pictures: set[bytes] = set()

    def once(name: str) -> Callable[..., None]:
        draw = getattr(plots, name)

        @wraps(draw)
        def run(frame: pd.DataFrame, **options: Any) -> None:
            picture = pickle.dumps((name, labels.reader, frame, frame.attrs, options))
            if picture not in pictures:
                draw(frame, **options)
                pictures.add(picture)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in plots.__all__:
            patch.setattr(plots, name, once(name))
        yield


@pytest.mark.parametrize("table", list(load().tables))
def test_a_shop_without(table: str, copy: Path) -> None:
    path = copy / f"{table}.parquet"
    away = path.rename(path.with_suffix(".away"))
    try:
        told = {step: "".join(play(step, shop_id=SHOP, data_dir=str(copy.parent), period=PERIOD)) for step in STEPS}
        kept = open_case(Shop.open(copy.parent, SHOP), Period.parse(PERIOD))  # the one the notebooks shared
        document = json.loads(json.dumps(dict(kept.document()), allow_nan=False))
    finally:
        away.rename(path)
    gaps = told["5_prescribe"].partition(load().words["page.gaps"].zh)[2]
    assert [line for line in gaps.split("<li>") if load().tables[table].title.zh in line and "后能答" in line]
    jsonschema.validate(document, json_schema())
    assert document["data"]["missing"] == [table]
    what_asks_for_it_says_so(document, table)


def what_asks_for_it_says_so(document: dict[str, Any], table: str) -> None:
    unknown = {n["rule"]: n for n in document["not_concluded"]}
    asking = [r for r in load().rules.values() if any(n.partition(".")[0] == table for n in r.needs)]
    assert asking, f"no rule needs {table}"
    for rule in asking:
        if table == "shop_daily" and {n for n in rule.needs if n.startswith(table)} <= DERIVED:
            continue
        assert rule.id in unknown, rule.id
        assert any(need.partition(".")[0] == table for need in unknown[rule.id]["needs"])
        assert unknown[rule.id]["why"]


def test_nothing_but_a_profile_is_still_a_shop(sample_dir: Path, tmp_path: Path) -> None:
    (tmp_path / SHOP).mkdir()
    shutil.copy(sample_dir / SHOP / "shop.toml", tmp_path / SHOP)
    told = [play(step, shop_id=SHOP, data_dir=str(tmp_path)) for step in STEPS]
    assert all(told)
    assert load().words["page.imports"].zh in "".join(told[-1])
