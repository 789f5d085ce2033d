"""Rows of orders with negative amounts: returns. They are no orders; what they give back goes to the refunds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from sizhen.intake.body import Body, Coded, Mask
from sizhen.intake.layouts import Match

TABLE, REFUNDS = "orders", "refunds"
SIGNED = ("paid_amount", "amount", "units")  # the amount given back is the first of them that is told
MINUS = (  # a sign before the digits, or brackets around them, also behind the sign of a currency
    "^([^0-9]*)[-\u2212\uff0d]([^0-9]*[0-9].*)$|^([^-+0-9()]*)[(\uff08]([^-+()]*[0-9][^-+()]*)[)\uff09]([^-+0-9()]*)$"
)


class Typed(Protocol):
    """A column read: its distinct values, and for each row which of them it holds."""

    @property
    def values(self) -> pd.Series: ...
    @property
    def codes(self) -> NDArray[np.int32]: ...


def unsigned(rows: Body, match: Match) -> tuple[Body, dict[str, Mask]]:
    """(the rows with amounts of orders as if none were negative, by column those that are)."""
    sources = match.layout.tables[match.layout.main] if match.layout.main == TABLE else ()
    signs: dict[str, Mask] = {}
    columns = list(rows.columns)
    for source in sources if REFUNDS not in match.layout.tables else ():
        at = match.columns(source)[:1] if source.column in SIGNED else []
        for i in at:
            negative = pc.match_substring_regex(rows.columns[i].words, MINUS).to_numpy(zero_copy_only=False)
            if negative.any():
                signs[source.column] = negative[rows.columns[i].codes]
                words = pc.replace_substring_regex(rows.columns[i].words, MINUS, r"\1\2\3\4\5")
                columns[i] = Coded(words, rows.columns[i].codes)
    return (replace(rows, columns=tuple(columns)) if signs else rows), signs


def sides(signs: Mapping[str, Mask], columns: Mapping[str, Typed], rows: int) -> tuple[Mask, Mask]:
    """(the rows that are returns: all they tell of SIGNED is negative, rows that tell some of it so and some not)."""
    down, up = np.zeros((2, rows), dtype=bool)
    for name in SIGNED if signs else ():
        if name in columns:
            some = columns[name].values.gt(0).to_numpy()[columns[name].codes]
            down |= some & signs.get(name, False)
            up |= some & ~np.asarray(signs.get(name, np.zeros(rows, dtype=bool)))
    return down & ~up, down & up


def refunds(columns: Mapping[str, Typed], at: NDArray[np.int64], orders: NDArray[np.int64]) -> pd.DataFrame:
    """The rows `at` as the table of refunds, one row per id; `orders`: the rows that are orders.

    The day is a part of the id: rows of several days under the id of one order are several returns."""
    if not len(at):
        return pd.DataFrame()

    ids, created = _cells(columns, "order_id", at), _cells(columns, "created_at", at)
    others = columns["order_id"].values.take(np.unique(columns["order_id"].codes[orders]))
    days = _cells(columns, "paid_at", at).fillna(created)
    frame = pd.DataFrame(
        {
            "refund_id": (ids + created.dt.strftime(" %Y-%m-%d")).fillna(ids),
            "order_id": ids.where(ids.isin(others)),
            "refunded_on": days.astype("datetime64[us]").dt.normalize(),
            "amount": _amounts(columns, at),
            "kind": pd.Series("return", index=ids.index, dtype="str").where(_cells(columns, "units", at) > 0),
        }
    )
    by_id = frame.groupby("refund_id", as_index=False)
    return by_id.first().assign(amount=by_id["amount"].sum(min_count=1)["amount"])


def beside(frames: dict[str, pd.DataFrame], refunded: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A file's frames with its refunds; a table of which it then has no row is left out."""
    if refunded.empty:
        return frames
    return {name: frame for name, frame in frames.items() if len(frame)} | {REFUNDS: refunded}


def told(columns: Mapping[str, Typed], returned: Mask, mixed: Mask, numbers: NDArray[np.int64]) -> tuple[str, ...]:
    """Sentences on what became of the rows that are returns, and of those that tell both. `numbers`: of all rows."""
    kept, left = "kept as refunds; orders and amounts paid are told without", "left out; correct"
    one_way, both = "rows with negative amounts are returns", "rows are negative in one figure and positive in another"
    said = []
    for rows, what, end in ((returned, one_way, kept), (mixed, both, left)):
        if rows.any():
            known = _amounts(columns, np.flatnonzero(rows)).dropna()
            amount = f"{known.sum():,.2f} in all" if len(known) else "of unknown amounts"
            said.append(f"{rows.sum():,} {what} (such as row {numbers[rows][0]}): {amount}, {end} them")
    return tuple(said)


def _amounts(columns: Mapping[str, Typed], at: NDArray[np.int64]) -> pd.Series:
    """Without signs, of the rows `at`; of a row what was paid, else what it was worth."""
    return _cells(columns, "paid_amount", at).fillna(_cells(columns, "amount", at)).astype("float64")


def _cells(columns: Mapping[str, Typed], name: str, at: NDArray[np.int64]) -> pd.Series:
    if name not in columns:
        kind = "datetime64[us]" if name.endswith("_at") else "float64"
        return pd.Series(index=range(len(at)), dtype=kind)
    return columns[name].values.take(columns[name].codes[at]).reset_index(drop=True)
