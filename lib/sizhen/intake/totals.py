"""Rows of sums: never data, but what they say must agree with the rows they sum up."""

from __future__ import annotations

import pandas as pd

from sizhen.intake import values
from sizhen.intake.errors import Refused
from sizhen.intake.rules import Context

SHARE = 1e-6  # of a sum, that rounding of its parts may hide
HALF_CENT = 0.005  # for each row summed up


def disagreements(sums: tuple[tuple[str, ...], ...], frame: pd.DataFrame, context: Context) -> tuple[str, ...]:
    """One sentence for each additive column whose sum by the platform is not that of the rows.

    Only a file with one row of sums is compared: several are sums of parts.
    """
    layout, places = context.match.layout, context.match.places
    told = []
    for source in layout.tables[layout.main] if len(sums) == 1 else ():
        if source.column in layout.additive and source.column in frame and source.headings[0] in places:
            said = _number(sums[0][places[source.headings[0]]], source.kind)
            added = float(frame[source.column].sum())
            if said is not None and abs(said - added) > max(SHARE * abs(said), HALF_CENT * len(frame)):
                told.append(f"{source.column}: the file's sum is {said:,.10g}, its rows add up to {added:,.10g}")
    return tuple(told)


def _number(cell: str, kind: str) -> float | None:
    try:
        return values.parse_quantity(cell, kind)
    except Refused:
        return None
