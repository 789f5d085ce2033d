"""The bar of a mail: sales beside what they are measured by, as neighbouring cells of one row of a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sizhen.view.screen import Gauge

SLOTS = 100
BESIDE = 0.08  # of the distance between the ends, kept free on either side


@dataclass(frozen=True)
class Cell:
    """`kind`: observed, expected, band, target, or empty for what is none of them; `width` in per cent of the row."""

    kind: str
    width: int


def cells(gauge: Gauge) -> tuple[Cell, ...]:
    """Together SLOTS wide; none where there is nothing to measure sales by."""
    beside = (gauge.expected, gauge.low, gauge.high, gauge.target)
    known = [gauge.observed, *(value for value in beside if value is not None)]
    if len(known) == 1:
        return ()
    low, high = min(known), max(known)
    free = BESIDE * (high - low) or 1.0

    def slot(value: float) -> int:
        return min(int((value - low + free) / (high - low + 2 * free) * SLOTS), SLOTS - 1)

    row = [""] * SLOTS
    if gauge.low is not None and gauge.high is not None:
        first, last = slot(gauge.low), slot(gauge.high)
        row[first : last + 1] = ["band"] * (last + 1 - first)
    at = slot(gauge.observed)
    row[at - 1 : at + 2] = ["observed"] * 3
    if gauge.expected is not None:
        row[slot(gauge.expected)] = "expected"
    if gauge.target is not None:
        at = slot(gauge.target)
        row[at + (row[at] == "expected")] = "target"
    return tuple(Cell(kind, len(list(same))) for kind, same in groupby(row))
