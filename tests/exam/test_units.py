"""Every column of every frame is in the unit it is printed in."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sizhen.exam import ask, check, ledger, listen, look
from sizhen.tables import Period, Shop
from sizhen.view import labels
from sizhen.view.tables import in_unit_of
from sizhen.vocab import load

pytestmark = pytest.mark.slow
MONTH, WEEK = Period.parse("2026-10"), Period.parse("2026-W42")
PACE = re.compile(r"^(日均|日销|每周上新|有货时日走)|（每天）$")
PACED = [id for id, text in load().labels.items() if PACE.search(text.zh) and not id.startswith("plot.")]
PARTS = (look, listen, ask, check, ledger)
LARGEST = 20.0  # no share, change or difference of shares is as large as this


def built(shop: Shop) -> Iterator[tuple[str, pd.DataFrame]]:
    """What each function of (shop, period) that an examination offers builds."""
    for part in PARTS:
        for name, build in vars(part).items():
            if name.startswith("_") or not inspect.isfunction(build):
                continue
            if list(inspect.signature(build).parameters)[:2] != ["shop", "period"]:
                continue
            made = build(shop, MONTH)
            sheets = made if isinstance(made, dict) else {"": made}
            yield from ((f"{part.__name__}.{name} {sheet}".strip(), frame) for sheet, frame in sheets.items())


@pytest.fixture(scope="module")
def frames(sample_dir: Path) -> dict[str, pd.DataFrame]:
    return dict(built(Shop.open(sample_dir, "linen-house")))


def cells(frame: pd.DataFrame) -> Iterator[tuple[str, str, dict[Any, Any]]]:
    """(column, unit, row) of each number."""
    columns = [c for c in frame if pd.api.types.is_float_dtype(frame[c])]
    for row in frame.to_dict("records"):
        yield from ((c, labels.unit(in_unit_of(c, str(row.get("metric", "")))), row) for c in columns)


def test_nothing_large_is_printed_as_a_share_or_a_change(frames: dict[str, pd.DataFrame]) -> None:
    shares = ("rate", "change", "points")
    wrong = {
        (name, column)
        for name, frame in frames.items()
        for column, unit, row in cells(frame)
        if unit in shares and abs(row[column]) >= LARGEST
    }
    assert len(frames) > 80 and not wrong


def test_what_is_told_a_day_or_a_week_is_no_sum(frames: dict[str, pd.DataFrame], sample_dir: Path) -> None:
    """It is about as much over a week as over a month."""
    shop, found = Shop.open(sample_dir, "linen-house"), {}
    for name, frame in frames.items():
        part, _, rest = name.rpartition(".")
        build, _, sheet = rest.partition(" ")
        for column in {*PACED} & set(frame):
            made = getattr(import_module(part), build)(shop, WEEK)
            week = made[sheet] if sheet else made
            found[column] = (week[column].median(), frame[column].median())
    assert {c for c, (week, month) in found.items() if week != pytest.approx(month, rel=0.6, abs=1.0)} == set()
    assert len(found) > 4, set(PACED) - set(found)


def test_a_change_is_what_its_unit_says(frames: dict[str, pd.DataFrame]) -> None:
    """Per cent of what it was before; of rates and scores the difference, in points and in score."""
    found = {"change": 0, "points": 0, "score": 0}
    for name, frame in frames.items():
        for column, unit, row in cells(frame):
            stem = column.removesuffix("_change")
            if not column.endswith("_change") or not {stem, f"{stem}_before"} <= set(frame):
                continue
            now, before = row[stem], row[f"{stem}_before"]
            if not np.isfinite(row[column]):
                continue
            told = now / before - 1 if unit == "change" else now - before
            assert told == pytest.approx(row[column], abs=1e-9), (name, column, unit)
            found[unit] += 1
    assert min(found.values()) > 2, found


def test_a_frame_without_rows_says_what_that_means(frames: dict[str, pd.DataFrame]) -> None:
    """Not that there is no data, where the tables were read and told that nothing happened."""
    silent = {n for n, f in frames.items() if f.empty and not f.attrs["needs"] and "empty" not in f.attrs}
    assert "sizhen.exam.check.penalties" in {n for n, f in frames.items() if f.empty} and not silent


def test_the_gap_to_the_tier_is_in_points_where_rates_are_compared(frames: dict[str, pd.DataFrame]) -> None:
    review = frames["sizhen.exam.check.platform_review"].set_index("metric")
    units = [labels.unit(in_unit_of("value_gap", metric)) for metric in review.index]
    assert units == ["points", "score", "score", "score"]
    assert labels.fmt(-0.0004, in_unit_of("value_gap", "conversion")) == "−0.04 个百分点"
