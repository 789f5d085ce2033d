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

    def column(name: str, missing: object) -> pd.Series:
        if name not in columns:
            return pd.Series([missing] * len(at))
        return columns[name].values.take(columns[name].codes[at]).reset_index(drop=True)

    ids = column("order_id", None)
    others = columns["order_id"].values.take(columns["order_id"].codes[orders])
    created = column("created_at", pd.NaT)
    days = column("paid_at", pd.NaT).fillna(created)
    frame = pd.DataFrame(
        {
            "refund_id": (ids + created.dt.strftime(" %Y-%m-%d")).fillna(ids),
            "order_id": ids.where(ids.isin(others)),
            "refunded_on": days.astype("datetime64[us]").dt.normalize(),
            "amount": column("paid_amount", np.nan).fillna(column("amount", np.nan)).astype("float64"),
            "kind": pd.Series("return", index=ids.index, dtype="str").where(column("units", np.nan) > 0),
        }
    )
    by_id = frame.groupby("refund_id", as_index=False)
    return by_id.first().assign(amount=by_id["amount"].sum(min_count=1)["amount"])


def beside(frames: dict[str, pd.DataFrame], refunded: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A file's frames with its refunds; a table of which it then has no row is left out."""
    if refunded.empty:
        return frames
    return {name: frame for name, frame in frames.items() if len(frame)} | {REFUNDS: refunded}


def told(refunded: pd.DataFrame, numbers: NDArray[np.int64]) -> tuple[str, ...]:
    """A sentence on what became of the rows with these numbers."""
    if refunded.empty:
        return ()
    known = refunded["amount"].dropna()
    amount = f"{known.sum():,.2f} in all" if len(known) else "of unknown amounts"
    rows = f"{len(numbers):,} rows with negative amounts are returns (such as row {numbers[0]})"
    return (f"{rows}: {amount}, kept as refunds; orders and amounts paid are told without them",)
