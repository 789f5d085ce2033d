"""A case worked out once for all notebooks of a run."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.diagnosis import Case, case, open_case
from sizhen.tables import Period, Shop, kept, write_table
from sizhen.texts import aspects
from sizhen.texts.clean import said

MONTH = Period.parse("2026-10")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(kept.FOLDER, f"{tmp_path}")
    return tmp_path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Shop]:
    """The shops whose chart was opened."""
    shops: list[Shop] = []
    real = case.open_chart

    def open_chart(shop: Shop, *given: Any) -> Any:
        shops.append(shop)
        return real(shop, *given)

    monkeypatch.setattr(case, "open_chart", open_chart)
    return shops


def copy(sample_dir: Path, into: Path, name: str = "orders-only") -> Path:
    """The folder of shops that holds the copy."""
    home = into / "shops" / name
    home.mkdir(parents=True)
    for path in (sample_dir / name).iterdir():
        (home / path.name).write_bytes(path.read_bytes())
    return home.parent


def of(data: Path, previous: dict[str, Any] | None = None, period: Period = MONTH) -> Case:
    return open_case(Shop.open(data, "orders-only"), period, previous)


def test_the_second_case_is_the_first_and_its_tables_are_read(
    sample_dir: Path, folder: Path, opened: list[Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy(sample_dir, folder)
    first = of(data)
    monkeypatch.setattr("sizhen.tables.files.read_table", None)
    shop = Shop.open(data, "orders-only")
    second = open_case(shop, MONTH)
    assert len(opened) == 1
    assert second.document() == first.document()
    assert repr(second.judgements) == repr(first.judgements)  # unknown numbers are nan
    pd.testing.assert_frame_equal(shop.table("orders"), first.chart.shop.table("orders"))
    monkeypatch.undo()
    assert of(data).document() == first.document()


@pytest.mark.slow
def test_reviews_are_read_once_for_all_notebooks(
    sample_dir: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aspects, "_read", {})
    first = open_case(Shop.open(sample_dir, "linen-house"), MONTH)
    texts = [text for text in said(first.chart.shop.table("reviews")).dropna() if text in aspects._read]
    before = aspects.opinions(texts)
    assert len(texts) > 100
    monkeypatch.setattr(aspects, "_read", {})
    monkeypatch.setattr(aspects, "_opinions_of", None)
    second = open_case(Shop.open(sample_dir, "linen-house"), MONTH)
    assert second is not first and second.document() == first.document()
    pd.testing.assert_frame_equal(aspects.opinions(texts), before)


def test_nothing_is_kept_for_an_analyst(sample_dir: Path, tmp_path: Path, opened: list[Shop]) -> None:
    data = copy(sample_dir, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    of(data), of(data)
    assert len(opened) == 2
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_another_question_is_another_case(sample_dir: Path, folder: Path, opened: list[Shop]) -> None:
    data = copy(sample_dir, folder)
    document = of(data).document()
    of(data, period=Period.parse("2026-W43"))
    assert len(opened) == 2
    of(data, document)
    assert len(opened) == 3
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    of(copy(sample_dir, elsewhere))
    assert len(opened) == 4


@pytest.mark.slow
def test_a_changed_table_is_seen(sample_dir: Path, folder: Path, opened: list[Shop]) -> None:
    data = copy(sample_dir, folder)
    sold = of(data).sales.observed
    orders = Shop.open(data, "orders-only").table("orders")
    write_table(data / "orders-only", "orders", orders.iloc[::2])
    assert of(data).sales.observed < sold
    assert len(opened) == 2


@pytest.mark.slow
def test_where_there_is_no_room_each_works_for_itself(
    sample_dir: Path, folder: Path, opened: list[Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy(sample_dir, folder)

    def full(made: object, stream: Any, *given: Any) -> None:
        stream.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sizhen.tables.kept.pickle.dump", full)
    before = sorted(folder.iterdir())
    assert of(data).document() == of(data).document()
    assert len(opened) == 2
    assert sorted(folder.iterdir()) == before
