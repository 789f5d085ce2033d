"""The bar of a mail is as wide as its row and has its marks where the amounts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.delivery.bar import SLOTS, Cell, cells
from sizhen.view.screen import Gauge

AMOUNTS = st.floats(0, 1e9)
MAYBE = st.none() | AMOUNTS


def gauge(
    observed: float,
    expected: float | None = None,
    low: float | None = None,
    high: float | None = None,
    target: float | None = None,
) -> Gauge:
    return Gauge(observed, expected, low, high, target, ())


def middle(bar: tuple[Cell, ...], kind: str) -> float:
    """Where the cell of a kind lies, from 0 to SLOTS."""
    at = next(i for i, cell in enumerate(bar) if cell.kind == kind)
    return sum(cell.width for cell in bar[:at]) + bar[at].width / 2


def test_marks_lie_where_the_amounts_are() -> None:
    bar = cells(gauge(461.0, 580.0, 527.0, 638.0, 620.0))
    assert [cell.kind for cell in bar] == ["", "observed", "", "band", "expected", "band", "target", "band", ""]
    scale = (638 - 461) * 1.16 / SLOTS
    for kind, amount in (("observed", 461.0), ("expected", 580.0), ("target", 620.0)):
        assert middle(bar, kind) * scale + 461 - 0.08 * (638 - 461) == pytest.approx(amount, abs=scale)


def test_nothing_is_drawn_where_there_is_nothing_to_measure_by() -> None:
    assert cells(gauge(461.0)) == ()
    assert [cell.kind for cell in cells(gauge(461.0, target=500.0))] == ["", "observed", "", "target", ""]


@given(AMOUNTS, MAYBE, st.none() | st.tuples(AMOUNTS, AMOUNTS).map(sorted), MAYBE)
def test_every_mark_is_seen_and_the_row_is_full(
    observed: float, expected: float | None, band: list[float] | None, target: float | None
) -> None:
    low, high = band or (None, None)
    bar = cells(gauge(observed, expected, low, high, target))
    known = {"expected": expected, "target": target}
    if bar:
        assert sum(cell.width for cell in bar) == SLOTS and min(cell.width for cell in bar) > 0
        kinds = {cell.kind for cell in bar}
        assert {"observed", *(kind for kind, value in known.items() if value is not None)} <= kinds
    else:
        assert expected is low is target is None
