"""Whether a file is of the shop it is imported for: what it tells of rows that are known already never changes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sizhen.intake.body import Mask
from sizhen.intake.errors import IntakeError
from sizhen.intake.newer import Pairs
from sizhen.vocab.merging import merging

ROW = "\0row"  # a column of a file's frame: the number of each row in the file
REMEDY = (
    "check --shop: another shop needs an id of its own; where it is this one whose clock or buyers are written "
    "otherwise now, correct timezone in shop.toml or import all its files anew"
)


def facts(table: str) -> tuple[str, ...]:
    """The columns of a table that never change under one id."""
    return merging().of(table).facts


def refuse_other_rows(file: str, shop_id: str, pairs: Pairs, numbers: pd.Series) -> tuple[str, ...]:
    """A sentence where the file tells other facts of a known row or two, such as a corrected one. `numbers`: those of
    the new rows in the file.

    Raises IntakeError where it does of so many that they are another shop's rows under the same ids.
    """
    names = [c for c in facts(pairs.spec.name) if c in pairs.old and c in pairs.new]
    told = {c: pairs.cells(c) for c in names}
    other = {c: _differ(*cells) for c, cells in told.items()}
    differ = np.logical_or.reduce([np.zeros(len(pairs.at), dtype=bool), *other.values()])
    if not differ.any():
        return ()
    compared = np.logical_or.reduce([one.notna().to_numpy() & two.notna().to_numpy() for one, two in told.values()])
    named = ", ".join(f"{c} {rows.sum():,}" for c, rows in other.items() if rows.any())
    rows = numbers.to_numpy()[pairs.again]
    first = int(np.flatnonzero(differ)[rows[differ].argmin()])
    column = next(c for c in names if other[c][first])
    example = _example(column, *(cells.iloc[first] for cells in told[column]))
    place = f"row {rows[first]}, column {column}: {pairs.spec.keys[0]} {pairs.id_of(first)}"
    count, of = int(differ.sum()), int(compared.sum())
    problem = f"{count:,} of {of:,} rows known of {shop_id} ({named}), such as {place} {example}"
    if count >= max(merging().other_rows, merging().other_share * of):
        raise IntakeError(file, f"has other facts in {problem}", REMEDY)
    return (f"corrects facts in {problem}",)


def _example(column: str, given: object, known: object) -> str:
    if column == "buyer_id":  # pseudonyms tell nobody anything
        return "is of another buyer"
    return f"is {given} here and {known} there"


def _differ(given: pd.Series, known: pd.Series) -> Mask:
    """Where both are told and not the same. Times are the same within a minute, as some exports leave out the seconds;
    a day without a time is that of any time of it."""
    one, other = given.reset_index(drop=True), known.reset_index(drop=True)
    if not pd.api.types.is_datetime64_any_dtype(one):
        return np.asarray(one.notna() & other.notna() & one.ne(other).fillna(False), dtype=bool)
    apart = (one - other).abs() >= pd.Timedelta(minutes=1)
    days = one.dt.normalize(), other.dt.normalize()
    alike = (days[0] == days[1]) & ((one == days[0]) | (other == days[1]))
    return np.asarray(apart & ~alike, dtype=bool)
