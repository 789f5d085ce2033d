"""Texts as no shop has them: they are cut with a word, and the shop is examined like any other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.intake import import_files
from sizhen.tables import Shop, read_table
from sizhen.tables.cells import CUT, LONGEST
from sizhen.view import labels, tables

MEGABYTE = 1_000_000
PILE = "o" + "\u0301" * 10_000
BOMBS = ("质量太差，" * 200_000, "微信" + " " * MEGABYTE, "<" * MEGABYTE, "1," * 500_000, PILE, "不好" * 500_000)


@pytest.fixture
def bombed(sample_dir: Path, tmp_path: Path) -> Path:
    """A copy of a sample shop with such titles, names, reasons and reviews."""
    shutil.copytree(sample_dir / "linen-house", folder := tmp_path / "linen-house")

    def spoil(table: str, column: str, texts: list[str], after: str = "") -> None:
        frame = pd.read_parquet(folder / f"{table}.parquet")
        rows = frame.index[frame["reviewed_at"] >= after] if after else frame.index
        frame.loc[rows[: len(texts)], column] = texts
        frame.to_parquet(folder / f"{table}.parquet")

    spoil("products", "title", ["亚麻衬衫女" * 20_000, PILE, "<b>" * 30_000, "|*_[x](" * 15_000])
    spoil("reviews", "text", list(BOMBS), "2026-10-01")
    spoil("refunds", "reason", ["尺码不对" * 50_000])
    spoil("peers", "name", ["同行" * 50_000] * 2)
    return tmp_path


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    for each in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _texts(each)


def test_a_shop_with_endless_texts_is_diagnosed_like_any_other(bombed: Path, sample_dir: Path) -> None:
    done, usual = (
        CliRunner().invoke(app, ["diagnose", "linen-house", "--data", str(data), "--period", "2026-10", "--json"])
        for data in (bombed, sample_dir)
    )
    assert done.exit_code == 0, done.output
    document, other = json.loads(done.stdout), json.loads(usual.stdout)
    assert [f["id"] for f in document["findings"][:3]] == [f["id"] for f in other["findings"][:3]]
    assert max(map(len, _texts(document))) < 500
    assert any(CUT in text for text in _texts(document))


def test_a_table_with_endless_texts_is_cut_where_it_is_read(bombed: Path) -> None:
    shop = Shop.open(bombed, "linen-house")
    titles, reviews = shop.table("products")["title"], shop.table("reviews")["text"].dropna()
    assert titles[0] == "亚麻衬衫女" * 3_999 + "亚麻衬衫" + CUT
    assert titles[1] == PILE[:9]
    assert reviews.str.len().max() == LONGEST
    assert set(reviews[reviews.str.len() == LONGEST].str[-1]) == {CUT}


def test_long_cells_of_csv_are_read_and_cut_too(tmp_path: Path) -> None:
    lines = ("product_id,title", f"1,{'衬' * 200_000}", f"2,{'衬' * LONGEST}")
    (tmp_path / "products.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    titles = read_table(tmp_path / "products.csv", "products")["title"].tolist()
    assert titles == ["衬" * (LONGEST - 1) + CUT, "衬" * LONGEST]


def test_an_import_cuts_with_a_word(tmp_path: Path) -> None:
    rows = ("1,7,5,2026-10-20," + "不好" * 500_000, "2,7,5,2026-10-20," + "好" * LONGEST, "3,7,1,2026-10-20," + PILE)
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(["review_id,product_id,rating,reviewed_at,text", *rows]) + "\n", encoding="utf-8")
    (report,) = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert (report.error, report.kept, report.notes) == (None, 3, {"text_cut": 1})
    texts = Shop.open(tmp_path / "data", "s1").table("reviews")["text"].tolist()
    assert texts == ["不好" * (LONGEST // 2 - 1) + "不" + CUT, "好" * LONGEST, PILE[:9]]
    assert import_files([path], shop_id="s1", data_dir=tmp_path / "data")[0].changed == {}


def test_a_cell_shows_the_beginning_of_a_long_text() -> None:
    labels.use("zh")
    shown = tables.show(pd.DataFrame({"title": ["衬" * LONGEST, "短"]})).html
    assert "衬" * 149 + "…</td>" in shown and len(shown) < 1_000
