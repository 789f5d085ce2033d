"""Rows of a recognised file to canonical frames. Pure: nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from sizhen.intake import rules, values
from sizhen.intake.grid import Grid, Row
from sizhen.intake.layouts import Source, heading
from sizhen.intake.reports import Rejection
from sizhen.intake.rules import Context, Outcome
from sizhen.vocab import Column, load


@dataclass(frozen=True)
class Converted:
    """Frames by table, the main one first; `read` rows came in, `rejected` stayed out; `notes` count kept rows."""

    frames: dict[str, pd.DataFrame]
    read: int
    rejected: tuple[Rejection, ...]
    notes: dict[str, int]

    @property
    def kept(self) -> int:
        return self.read - len(self.rejected)


@dataclass
class _Findings:
    """What reading the columns brought up, by position of the row."""

    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    noted: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, at: int, column: str, reason: str) -> None:
        self.refused.setdefault(at, (column, reason))


def convert(grid: Grid, context: Context) -> Converted:
    """The kept rows as one frame per table of the layout, and every other row with its reason."""
    match = context.match
    below = grid[match.index + 1 :]
    filled = [row for row in below if not row.empty]
    rows, rejected = _whole(filled, match.headings)
    findings = _Findings()
    frames = {name: _frame(rows, name, context, findings) for name in match.layout.tables}
    _refuse_repeated_keys(frames[match.layout.main], match.layout.main, findings)

    keep = [i for i in range(len(rows)) if i not in findings.refused]
    rejected += [Rejection(rows[i].number, *findings.refused[i]) for i in findings.refused]
    notes = Counter(note for at, note in findings.noted if at not in findings.refused)
    notes["empty_row"] = len(below) - len(filled)
    kept = {n: f.iloc[keep].drop_duplicates(load().tables[n].keys, keep="last") for n, f in frames.items()}
    return Converted(kept, len(filled), tuple(sorted(rejected, key=lambda r: r.row)), dict(+notes))


def _whole(rows: Sequence[Row], headings: tuple[str, ...]) -> tuple[list[Row], list[Rejection]]:
    """Rows that can be told apart into cells and stand there for the first time."""
    kept: list[Row] = []
    rejected: list[Rejection] = []
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        cells = tuple(c.strip() for c in row.cells)
        reason = row.problem or _shape(cells, headings)
        if reason is None and cells in seen:
            reason = "exact_duplicate"
        if reason is None:
            seen.add(cells)
            kept.append(Row(row.number, cells))
        else:
            rejected.append(Rejection(row.number, None, reason))
    return kept, rejected


def _shape(cells: tuple[str, ...], headings: tuple[str, ...]) -> str | None:
    if len(cells) != len(headings):
        return "field_count"
    repeated = all(heading(cell) == name for cell, name in zip(cells, headings, strict=True))
    return "repeated_heading" if repeated else None


def _frame(rows: list[Row], table: str, context: Context, findings: _Findings) -> pd.DataFrame:
    """The columns of a table that this file has, all rows; rows that cannot be used go to `findings`."""
    contract = {c.name: c for c in load().tables[table].columns}
    columns = {}
    for source in context.match.layout.tables[table]:
        if source.after is None and all(h in context.match.headings for h in source.headings):
            columns[source.column] = _column(rows, source, contract.get(source.column), context, findings)
    for name, column in contract.items():
        if column.empty and name not in columns:
            columns[name] = pd.Series("", index=range(len(rows)), dtype="str")
    return pd.DataFrame(columns, index=range(len(rows)))


def _column(
    rows: list[Row], source: Source, contract: Column | None, context: Context, findings: _Findings
) -> pd.Series:
    outcomes = _outcomes(rows, source, context)
    findings.noted += [(at, note) for at, (_, note) in enumerate(outcomes) if note]
    read = values.parser(source.kind, context.match.layout.dates, contract.allowed if contract else ())
    typed, reasons = values.column([cell for cell, _ in outcomes], source.kind, read)
    key = contract is not None and contract.key
    for at, reason in reasons.items():
        if reason == "destroyed_id" and not key:
            findings.noted.append((at, reason))
        else:
            findings.refuse(at, source.column, reason)
    if contract is not None and contract.empty:
        return typed.fillna("")
    if key or source.needed:
        for at in typed.index[typed.isna()]:
            findings.refuse(at, source.column, "missing_key" if key else "unanswered")
    return typed


def _outcomes(rows: list[Row], source: Source, context: Context) -> list[Outcome]:
    """The cells of a column as its kind will read them: missing marks and rule applied."""
    if source.value is not None:
        return [(source.value, None)] * len(rows)
    places = [context.match.headings.index(h) for h in source.headings]
    rule, missing = rules.cell_rule(source), context.common.missing
    rows_cells = (tuple(row.cells[i] for i in places) for row in rows)
    return [(None, None) if all(c in missing for c in cells) else rule(cells, context) for cells in rows_cells]


def _refuse_repeated_keys(frame: pd.DataFrame, table: str, findings: _Findings) -> None:
    keys = load().tables[table].keys
    good = frame.drop(index=list(findings.refused))
    for at in good.index[good.duplicated(keys)]:
        findings.refuse(at, keys[-1], "repeated_key")
