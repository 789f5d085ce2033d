"""Frames as HTML tables in the reader's language, every cell escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from sizhen.view import labels

LEFT = ("text", "label", "date", "flag", "path")
# columns of a row that names its metric
OF_METRIC = ("value", "observed", "expected", "desktop", "mobile", "all", "tier_value")
DIFFERENCES = ("value_gap", "moved_low", "moved_high")  # of two values of the metric
FEW = 2
LONG = 18  # columns a text may take before its cell wraps
LONGEST = 300  # columns of a text that are shown


@dataclass(frozen=True)
class Table:
    """What a notebook shows; `html` is complete and escaped."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Table({len(self.html)} characters of HTML)"


def note(frame: pd.DataFrame) -> str:
    """Why an exam frame is empty: which tables it would need, what its `empty` says, or that the period has no rows."""
    absent = [labels.name(table) for table in frame.attrs.get("needs", [])]
    if not absent:
        return labels.name(frame.attrs.get("empty", "table.no_rows"))
    return labels.say("table.needs", tables=labels.listing(absent))


def in_unit_of(column: str, metric: str) -> str:
    """The id whose unit a cell has: that of the `metric` its row names (empty: none), where the column holds its values
    or their change or difference."""
    if not metric:
        return column
    if column in DIFFERENCES or (column.endswith("_change") and column.removesuffix("_change") in OF_METRIC):
        return f"{metric}_change"
    return metric if column.removesuffix("_before") in OF_METRIC else column


def _cell(column: str, value: object, row: dict[Any, Any]) -> str:
    shown = labels.fmt(value, in_unit_of(column, str(row.get("metric", ""))))
    kind = labels.unit(column)
    if kind in ("text", "label") and labels.width(shown[:LONGEST]) > LONG:
        return f'<td class="sz-words">{escape(labels.shorten(shown, LONGEST))}</td>'
    return f'<td style="text-align:left">{escape(shown)}</td>' if kind in LEFT else f"<td>{escape(shown)}</td>"


def _head(column: str, word: str) -> str:
    side = ' style="text-align:left"' if labels.unit(column) in LEFT else ""
    return f"<th{side}>{escape(labels.name(word))}</th>"


def _tells(values: pd.Series) -> bool:
    """False where every row says the same. Counts stay, unless all are 0: a share is read with them."""
    return values.nunique(dropna=False) > 1 or (labels.unit(str(values.name)) == "count" and bool(values.iloc[0]))


def _columns(frame: pd.DataFrame, wanted: Sequence[str]) -> list[str]:
    known = [c for c in wanted if frame[c].notna().any()]
    return known if len(frame) <= FEW else [*known[:1], *(c for c in known[1:] if _tells(frame[c]))]


def show(frame: pd.DataFrame, limit: int = 12, *, columns: Sequence[str] | None = None) -> Table:
    """The first `limit` rows; all columns, or `columns` in their order, without those that are unknown in every row.

    In a frame of more than FEW rows those that say the same in every row are left out too.

    Headings are the columns' labels, or those of the words that `frame.attrs["heads"]` names; values formatted by the
    columns' units, coded values labelled.
    KeyError for a column the vocabulary has no wording for.
    """
    if frame.empty:
        return Table(f'<p class="sz-note sz-unknown">{escape(note(frame))}</p>')
    chosen = _columns(frame, list(columns or frame.columns))
    heads = frame.attrs.get("heads", {})
    head = "".join(_head(c, heads.get(c, c)) for c in chosen)
    rows = "".join(
        f"<tr>{''.join(_cell(c, row[c], row) for c in chosen)}</tr>"
        for row in frame[chosen].head(limit).to_dict("records")
    )
    rest = len(frame) - limit
    more = f'<p class="sz-note">{escape(labels.say("table.more", count=rest))}</p>' if rest > 0 else ""
    table = f'<table class="sz-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return Table(table + more)
