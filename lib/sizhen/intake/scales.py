"""What figures are counted in where the cells alone do not tell: per cent by the heading, scores out of 10 or 100."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.body import Coded
from sizhen.intake.errors import IntakeError
from sizhen.intake.values import PLAIN, parse_number

PER_CENT = "(%)"
SLIPS = 0.05  # of the scores, or one, may lie above the scale by mistake
LOWEST, HIGHEST = 1, 5  # of the kind score


def as_headed(cells: Coded, heading: str) -> Coded:
    """The column with the sign of its heading (as compared) at every number that lacks it."""
    if PER_CENT not in heading:
        return cells
    bare = pc.match_substring_regex(cells.words, PLAIN)
    signed = pc.binary_join_element_wise(cells.words, pa.scalar("%"), "")
    return Coded(pc.if_else(bare, signed, cells.words), cells.codes)


def refuse_other(column: str, coded: Coded, read: pd.Series, outside: list[int], file: str) -> None:
    """Raises IntakeError where scores are of another scale, such as yes and no as 1 and 0: those in both would pass.

    `coded`: the cells; `read`: the values of the distinct ones; `outside`: which of these lie outside 1 to 5.
    """
    rows = np.bincount(coded.codes, minlength=len(coded.words))
    told = {at: parse_number(coded.words[at].as_py()) for at in outside if rows[at]}
    above = sum([int(rows[at]) for at, value in told.items() if value > HIGHEST])
    known = int(rows[read.notna().to_numpy()].sum())
    if told and (above > max(1, SLIPS * (above + known)) or read.max() <= LOWEST):
        problem = (
            f"has {column} such as {next(iter(told.values())):g}: not out of 5, so that the others would be misread"
        )
        raise IntakeError(file, problem, "turn it into 1 to 5, or leave it out")
