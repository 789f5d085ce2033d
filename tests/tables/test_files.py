"""What is written is read back, in both formats; a failed write leaves the old table."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.tables import DataError, Shop, read_table, write_table
from sizhen.tables.schema import conform
from sizhen.vocab import Column, load
from sizhen.vocab.plain import plain

DAY, MOMENT = date(2026, 1, 1), datetime(2026, 1, 1)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12).filter(
    lambda s: s == s.strip() and s not in ("NaN", "nan", "NULL", "null", "None", "<NA>")
)
AMOUNTS = st.floats(0, 1e9, allow_nan=False).map(lambda x: round(x, 2))
KINDS: dict[str, st.SearchStrategy[object]] = {
    "count": st.integers(0, 10**9),
    "money": AMOUNTS,
    "seconds": AMOUNTS,
    "rate": st.floats(0, 1),
    "score": st.floats(1, 5),
    "number": st.floats(-1e9, 1e9, allow_nan=False),
    "date": st.integers(0, 400).map(lambda n: pd.Timestamp(DAY + timedelta(days=n))),
    "datetime": st.integers(0, 10**7).map(lambda n: pd.Timestamp(MOMENT + timedelta(seconds=n))),
    "flag": st.booleans(),
    "text": TEXTS.filter(bool),
    "id": TEXTS.filter(lambda s: bool(s) and s == plain(s)),
}


def cells(column: Column) -> st.SearchStrategy[object]:
    known = st.sampled_from(column.allowed) if column.kind == "choice" else KINDS[column.kind]
    return known if column.key else st.none() | known


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, pd.DataFrame]:
    spec = draw(st.sampled_from(list(load().tables.values())))
    row = st.tuples(*map(cells, spec.columns))
    keys = [i for i, c in enumerate(spec.columns) if c.key]
    rows = draw(st.lists(row, min_size=1, max_size=5, unique_by=lambda r: tuple(str(r[i]) for i in keys)))
    return spec.name, pd.DataFrame(rows, columns=spec.names, dtype="object")


@pytest.mark.slow
@settings(max_examples=examples(25))
@given(tables())
def test_written_and_read_back_in_both_formats(made: tuple[str, pd.DataFrame]) -> None:
    table, frame = made
    wanted = conform(frame, table, "made")
    with tempfile.TemporaryDirectory() as folder:
        for format in ("parquet", "csv"):
            path = write_table(Path(folder), table, frame, format)  # type: ignore[arg-type]
            pd.testing.assert_frame_equal(read_table(path, table), wanted)
            pd.testing.assert_frame_equal(conform(wanted, table, "again"), wanted)


def test_a_refused_frame_leaves_the_old_table(tiny_shop: Shop) -> None:
    path = tiny_shop.path("shop_daily")
    assert path is not None
    before = path.read_bytes()
    with pytest.raises(DataError):
        write_table(tiny_shop.folder, "shop_daily", tiny_shop.daily().assign(visitors=-1))
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_old_table(tiny_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tiny_shop.path("shop_daily")
    assert path is not None
    before, names = path.read_bytes(), sorted(p.name for p in tiny_shop.folder.iterdir())
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_table(tiny_shop.folder, "shop_daily", tiny_shop.daily())
    assert path.read_bytes() == before
    assert sorted(p.name for p in tiny_shop.folder.iterdir()) == names


def test_a_table_is_one_file(tiny_shop: Shop) -> None:
    write_table(tiny_shop.folder, "shop_daily", tiny_shop.daily(), "csv")
    assert [p.name for p in tiny_shop.folder.glob("shop_daily.*")] == ["shop_daily.csv"]


def test_the_same_rows_make_the_same_bytes(tmp_path: Path, tiny_shop: Shop) -> None:
    frame = tiny_shop.daily()
    first = write_table(tmp_path / "a", "shop_daily", frame).read_bytes()
    second = write_table(tmp_path / "b", "shop_daily", frame.sample(frac=1, random_state=1)).read_bytes()
    assert first == second
