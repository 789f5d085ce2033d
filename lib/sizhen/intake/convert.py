"""Rows of a recognised file to canonical frames. Pure: nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sizhen.intake import (
    dayorder,
    days,
    decimals,
    identity,
    origin,
    owner,
    privacy,
    returns,
    rules,
    scales,
    totals,
    values,
    zones,
)
from sizhen.intake.body import Body, Coded, Mask, body
from sizhen.intake.cells import Cells, read_cells
from sizhen.intake.grid import Grid
from sizhen.intake.joining import joined
from sizhen.intake.layouts import Source
from sizhen.intake.reports import Rejection
from sizhen.intake.rules import Context
from sizhen.tables.cells import kept
from sizhen.vocab import Column, load
from sizhen.vocab.plain import plain

LISTED, LISTED_CHARACTERS = 8, 60  # of words nobody has mapped


@dataclass(frozen=True)
class Converted:
    """Frames by table, the main one first; `read` rows came in, `rejected` stayed out; `notes` count kept rows.

    `absent`: columns of the layout the file lacks; `shop`: the platform's name of the shop; `currency`: that of its
    money, and `timezone`: the clock of its times, where it tells; `exported`: when it was made, in ISO; `places`: the
    row and column that tell its "shop" and "currency"; `remarks`: sums that do not agree with their rows; `shown`:
    where no row is kept, by row the cell a reason is about, of the first row of each reason and column.
    """

    frames: dict[str, pd.DataFrame]
    read: int
    rejected: tuple[Rejection, ...]
    notes: dict[str, int]
    absent: tuple[str, ...] = ()
    shop: str | None = None
    remarks: tuple[str, ...] = ()
    currency: str | None = None
    timezone: str | None = None
    exported: str | None = None
    places: dict[str, str] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        return self.read - len(self.rejected)


@dataclass
class _Findings:
    """What reading the columns brought up: for each row the first reason against it, the cells a reason is about, and
    rows a note is about."""

    against: NDArray[np.int16]
    reasons: list[tuple[str, str]] = field(default_factory=lambda: [("", "")])
    cells: dict[int, Coded] = field(default_factory=dict)
    noted: list[tuple[Mask, str]] = field(default_factory=list)
    unmapped: list[tuple[Source, NDArray[np.int32], dict[int, str]]] = field(default_factory=list)

    def refuse(self, rows: Mask, column: str, reason: str, cells: Coded | None = None) -> None:
        if rows.any():
            self.reasons.append((column, reason))
            self.against[rows & self.good] = len(self.reasons) - 1
            if cells is not None:
                self.cells[len(self.reasons) - 1] = cells

    @property
    def good(self) -> Mask:
        return self.against == 0

    def shown(self) -> Iterator[tuple[int, str]]:
        """Where the first row of each reason is, and the cell that it is about."""
        for reason, at in zip(*np.unique(self.against, return_index=True), strict=True):
            if (cells := self.cells.get(int(reason))) is not None:
                yield int(at), str(cells.words[int(cells.codes[at])].as_py())

    def strange(self) -> tuple[str, ...]:
        """For each column, the platform's words in its kept rows that nobody has mapped."""
        told = []
        for source, codes, words in self.unmapped:
            there = [words[code] for code in np.unique(codes[self.good]).tolist() if code in words]
            if there:
                told.append(
                    f"{source.column}: no meaning known of {_listed(there)}; read as {source.otherwise or 'unknown'}"
                )
        return tuple(told)


def _listed(words: list[str]) -> str:
    more = f" and {len(words) - LISTED} more" if len(words) > LISTED else ""
    return f"{', '.join(w[:LISTED_CHARACTERS] for w in words[:LISTED])}{more}"


def convert(grid: Grid, context: Context) -> Converted:
    """The kept rows as one frame per table of the layout, and every other row with its reason.

    Raises IntakeError where the file is of several shops, of a part only, or of days other than it says, and for
    figures and days that can be two.
    """
    match = context.match
    dated = dayorder.settled(body(grid, match, context.common, context.file), context)
    figures = decimals.settled(dated, grid, context, lambda: owner.one_currency(dated, context))
    rows, signs = returns.unsigned(figures, match)
    origin.refuse_other_groups(grid, match, context.file)
    lines = origin.labelled(grid, match)
    times = zones.told(rows, match)
    timezone = context.timezone or zones.of_new_shop(times, context.common)
    context = replace(context, stated=dict(lines), timezone=timezone)
    origin.refuse_other_scope(lines, match, context.file)
    stated = origin.stated_period(lines)
    needs_day = any(s.period for s in match.layout.sources)
    period = origin.period(context.file, stated) if needs_day else None
    over_days = days.over_several(rows, period, context)
    findings = _Findings(np.zeros(len(rows.numbers), dtype="int16"))
    names = [days.table(name) if over_days else name for name in match.layout.tables]
    main = names[0]
    parts = {name: _read(rows, name, context, period, findings) for name in names}
    _refuse_other_days(parts[main], main, stated, findings)
    returned, mixed = returns.sides(signs, parts[main], len(rows.numbers))
    for column, negative in signs.items():
        findings.refuse(mixed & negative, column, "out_of_range")
    if identity.facts(main):
        parts[main][identity.ROW] = _Typed(pd.Series(rows.numbers), np.arange(len(rows.numbers), dtype="int32"))
    if not match.layout.adds:
        good = findings.good & ~returned
        twice = good & ~_once(parts[main], main, good, keep="first")
        findings.refuse(twice, load().table(main).keys[-1], "repeated_key")

    good = findings.good
    at = np.flatnonzero(~good)
    against = zip(rows.numbers[at].tolist(), findings.against[at].tolist(), strict=True)
    rejected = [*rows.rejected, *(Rejection(number, *findings.reasons[reason]) for number, reason in against)]
    notes = Counter(rows.notes)
    for mask, note in findings.noted:
        notes[note] += int((mask & good).sum())
    own = np.flatnonzero(good & ~returned)
    sentences = returns.told(parts[main], good & returned, mixed, rows.numbers)
    refunded = returns.refunds(parts[main], np.flatnonzero(good & returned), own)
    frames = {}
    for name, columns in parts.items():
        if name == main and match.layout.adds:
            rows_of_main = _in_order(columns, name, own)
            frames[name], told = joined(rows_of_main, load().table(name).keys, match.layout.adds)
            notes.update(told)
        else:
            frames[name] = _frame(columns, name, good & ~returned)
    days.refuse_ends(frames[main], stated, context.file)
    shops = owner.shops(rows, good, context) | origin.stated_shops(lines)
    moneys = owner.currencies(rows, good, context)
    shop, money = owner.one_of(shops, "shops", context), owner.one_of(moneys, "currencies", context)
    remarks = (
        *days.told(frames[main]),
        *zones.moved(times, context.zone),
        *findings.strange(),
        *totals.disagreements(rows.sums, frames[main], context),
        *sentences,
    )
    return Converted(
        returns.beside(frames, refunded),
        rows.read,
        tuple(sorted(rejected, key=lambda r: r.row)),
        dict(+notes),
        tuple(s.column for s in match.layout.sources if s.headings and not match.columns(s)),
        shop,
        remarks,
        money,
        timezone,
        origin.stated_export(grid, match),
        {k: place for k, place in (("shop", shops.get(shop or "")), ("currency", moneys.get(money or ""))) if place},
        {} if good.any() else {int(rows.numbers[at]): cell for at, cell in findings.shown()},
    )


@dataclass(frozen=True)
class _Typed:
    """A column read: its distinct values, and for each row which of them it holds."""

    values: pd.Series
    codes: NDArray[np.int32]

    def take(self, rows: NDArray[np.int64]) -> pd.Series:
        return self.values.take(self.codes[rows]).reset_index(drop=True)

    def ranks(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """The values as whole numbers in their order, missing ones -1."""
        return self._order[self.codes[rows]]

    @cached_property
    def _order(self) -> NDArray[np.int32]:
        return pd.factorize(self.values, sort=True)[0].astype("int32")


def _read(
    rows: Body, table: str, context: Context, period: origin.Period | None, findings: _Findings
) -> dict[str, _Typed]:
    """The columns of a table that this file has, all rows; rows that cannot be used go to `findings`."""
    contract = {c.name: c for c in load().table(table).columns}
    all_alike = np.zeros(len(rows.numbers), dtype="int32")
    columns = {}
    for source in days.sources(table, context.match.layout):
        if source.period and period is not None:
            end = period[source.column == "last_day"]
            columns[source.column] = _Typed(pd.Series([end], dtype="datetime64[us]"), all_alike)
        elif source.after is None and (told := context.match.given(source)):
            cells = read_cells(rows, told, table, context)
            columns[source.column] = _column(cells, told, contract.get(source.column), context, findings)
    for name, column in contract.items():
        if column.empty and name not in columns:
            columns[name] = _Typed(pd.Series([""], dtype="str"), all_alike)
    return columns


def _once(columns: dict[str, _Typed], table: str, rows: Mask, keep: Literal["first", "last"]) -> Mask:
    """Of these rows the first or last of each key."""
    at = np.flatnonzero(rows)
    keys = pd.DataFrame({k: columns[k].ranks(at) for k in load().table(table).keys})
    out = np.zeros(len(rows), dtype=bool)
    out[at[~keys.duplicated(keep=keep)]] = True
    return out


def _frame(columns: dict[str, _Typed], table: str, rows: Mask) -> pd.DataFrame:
    """These rows, the last of each key, in the order of the keys."""
    return _in_order(columns, table, np.flatnonzero(_once(columns, table, rows, "last")))


def _in_order(columns: dict[str, _Typed], table: str, at: NDArray[np.int64]) -> pd.DataFrame:
    """These rows in the order of the keys; those of one key as in the file. Takes the columns out of `columns`: both
    at once would be the most memory an import needs."""
    order = np.lexsort([columns[k].ranks(at) for k in reversed(load().table(table).keys)])
    return pd.DataFrame({name: columns.pop(name).take(at[order]) for name in list(columns)})


def _column(cells: Cells, source: Source, contract: Column | None, context: Context, findings: _Findings) -> _Typed:
    """The column by its distinct cells: each is read once."""
    words, noted = cells.outcomes(context)
    if source.kind == "text":
        words, cut = kept(words)
        noted |= {"text_cut": np.flatnonzero(cut).tolist()}
    findings.noted += [(cells.rows(at), note) for note, at in noted.items()]
    if strange := noted.get("unmapped"):
        names = {at: rules.innermost(tuple(c.words[at].as_py() for c in cells.own), context)[0] for at in strange}
        findings.unmapped.append((source, cells.codes, {at: privacy.clean(plain(str(n))) for at, n in names.items()}))
    formats, allowed = context.match.layout.dates, contract.allowed if contract else ()
    read: Callable[[str], object] = values.parser(source.kind, formats, allowed, context.zone)
    if source.column in days.ENDS:
        read = days.reader(source.column, formats, context.zone)
    typed, reasons = values.column(words, source.kind, read, formats, context.zone)
    if source.kind == "score":
        outside = [at for at, reason in reasons.items() if reason == "out_of_range"]
        scales.refuse_other(source.column, cells.own[0], typed, outside, context.file)
    key = contract is not None and contract.key
    for reason in dict.fromkeys(reasons.values()):
        rows_of = cells.rows([at for at, r in reasons.items() if r == reason])
        if reason == "destroyed_id" and not key:
            findings.noted.append((rows_of, reason))
        else:
            findings.refuse(rows_of, source.column, reason, cells.own[0])
    if contract is not None and contract.empty and not source.needed:
        typed = typed.fillna("")
    elif key or source.needed:
        refused = np.zeros(len(typed), dtype=bool)
        refused[list(reasons)] = True
        missing = (typed.isna().to_numpy() & ~refused)[cells.codes]
        findings.refuse(missing, source.column, "missing_key" if key else "unanswered")
    return _Typed(typed, cells.codes)


def _refuse_other_days(
    columns: dict[str, _Typed], table: str, stated: origin.Period | None, findings: _Findings
) -> None:
    """A row of a day outside those the file says it covers."""
    dates = [c.name for c in load().table(table).columns if c.kind == "date" and c.key and c.name in columns]
    for name in dates if stated else ():
        told = columns[name]
        first, last = (pd.Timestamp(d) for d in stated or ())
        outside = (told.values.notna() & ~told.values.between(first, last)).to_numpy()
        findings.refuse(outside[told.codes], name, "outside_period")
