"""The rows below the headings: which are data, which are sums, which stay out and why. Nothing is converted here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid, column
from sizhen.intake.headings import INVISIBLE, bare, heading
from sizhen.intake.joining import pasted
from sizhen.intake.layouts import SEARCHED_ROWS, Common, Match
from sizhen.intake.reports import Rejection
from sizhen.vocab import load

MAX_TOTAL = 12  # characters of the longest word for totals
FIGURES = "^[-0-9 .,:/]*$"  # no word
NAMING = ("id", "date", "datetime", "choice")  # kinds that say what a row is of
UNSEEN = INVISIBLE.pattern
WRAPPED = f"^[=`'\\x{{2018}}\\x{{2019}}]|^{UNSEEN}|{UNSEEN}$"  # what may have one of:
WRAPPERS = {
    rf"^({UNSEEN}|\s)+|({UNSEEN}|\s)+$": "",
    r'^="([^"]*)"$': r"\1",
    r"^['`\x{2018}\x{2019}]([-+]?[0-9][-0-9 .,:/%]*)$": r"\1",
}

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Coded:
    """A column: its distinct trimmed cells, and for each row which of them it holds."""

    words: pa.StringArray
    codes: NDArray[np.int32]

    def take(self, rows: NDArray[np.int64] | Mask) -> Coded:
        return Coded(self.words, self.codes[rows])

    def cells(self) -> list[str]:
        return self.words.take(pa.array(self.codes)).to_pylist()


@dataclass(frozen=True)
class Body:
    """`columns` and `numbers` of the rows to convert; `sums`: the cells of rows that hold totals; `read` rows came in,
    `rejected` of them stay out already; `notes` count what was passed over."""

    columns: tuple[Coded, ...]
    numbers: NDArray[np.int64]
    sums: tuple[tuple[str, ...], ...]
    read: int
    rejected: list[Rejection]
    notes: dict[str, int]


def body(grid: Grid, match: Match, common: Common, file: str) -> Body:
    """The rows below the headings, sorted out. Only rows as wide as the headings can be told into columns. Raises
    IntakeError where other headings follow."""
    columns, numbers, odd = _as_wide_as_headings(grid, match)
    _refuse_other_headings(grid, match, columns, numbers, file)
    rejected = [Rejection(n, None, reason) for n, reason in grid.broken.items() if n > match.row]
    rejected += [Rejection(n, None, "field_count") for n, blank in odd if not blank]
    blank_odd = sum(blank for _, blank in odd)

    empty = _all(columns, lambda _, word: word == "")
    spilled = ~empty & _beyond(columns, match)
    repeated = ~empty & _all(columns, lambda i, word: heading(word) == match.headings[i])
    sums = ~empty & _totals(columns, match, common, common.sums)
    totals = sums | (~empty & _totals(columns, match, common, common.means))
    totals |= ~empty & _wholes(columns, match, common)
    remarks = ~empty & ~totals & ~spilled & _remarks(columns, match)
    passed = _passed_over(columns, match) & ~empty & ~repeated & ~totals & ~remarks
    left = ~(empty | spilled | repeated | totals | remarks | passed)
    twice = np.zeros(len(numbers), dtype=bool)
    at = np.flatnonzero(left)
    twice[at] = duplicated([c.codes[at] for c in columns])
    equal = np.zeros(len(numbers), dtype=bool)
    if match.layout.adds and twice.any():
        equal[at] = twice[at] & ~pasted([c.codes[at] for c in columns], repeated.cumsum()[at])
    twice &= ~equal
    left &= ~twice
    for mask, reason in ((spilled, "field_count"), (repeated, "repeated_heading"), (twice, "exact_duplicate")):
        rejected += [Rejection(n, None, reason) for n in numbers[mask].tolist()]
    notes = {
        "empty_row": int(empty.sum()) + blank_odd,
        "summary_row": int(totals.sum()),
        "remark_row": int(remarks.sum()),
        "other_row": int(passed.sum()),
        "equal_line": int(equal.sum()),
    }
    told = tuple(zip(*(c.take(sums).cells() for c in columns), strict=True)) if sums.any() else ()
    kept = columns if left.all() else tuple(c.take(left) for c in columns)
    read = int(left.sum()) + len(rejected)
    return Body(kept, numbers[left], told, read, rejected, {k: n for k, n in notes.items() if n})


def _as_wide_as_headings(
    grid: Grid, match: Match
) -> tuple[tuple[Coded, ...], NDArray[np.int64], list[tuple[int, bool]]]:
    """(columns, numbers) of the rows below that have as many cells as the headings, and of every other whether it is
    blank."""
    width = len(match.headings)
    below = {n: cells for n, cells in grid.odd.items() if n > match.row}
    odd = [(n, not any(c.strip() for c in cells)) for n, cells in below.items() if len(cells) != width]
    if len(grid.columns) == width:
        first = int(np.searchsorted(grid.numbers, match.row, side="right"))
        return tuple(_coded(c.slice(first)) for c in grid.columns), grid.numbers[first:], odd
    usual = _all(tuple(_coded(c) for c in grid.columns), lambda _, word: word == "")
    odd += [(n, bool(b)) for n, b in zip(grid.numbers.tolist(), usual, strict=True) if n > match.row]
    rows = [(n, cells) for n, cells in below.items() if len(cells) == width]
    cells = tuple(zip(*(c for _, c in rows), strict=True)) if rows else ((),) * width
    return tuple(_coded(column(c)) for c in cells), np.array([n for n, _ in rows], dtype="int64"), odd


def _refuse_other_headings(
    grid: Grid, match: Match, columns: Sequence[Coded], numbers: NDArray[np.int64], file: str
) -> None:
    """Raises IntakeError where the headings come again in another order: what is below them is of other columns."""
    written = next(cells for number, cells in grid.head(SEARCHED_ROWS) if number == match.row)
    known = pa.array(sorted({c.strip() for c in written} - {""}))
    named, moved = np.zeros((2, len(numbers)), dtype="int64")
    for i, c in enumerate(columns):
        there = pc.is_in(c.words, known).to_numpy(zero_copy_only=False)
        if there.any():
            named += there[c.codes]
            moved += (there & pc.not_equal(c.words, written[i].strip()).to_numpy(zero_copy_only=False))[c.codes]
    other = numbers[(2 * named >= len(known)) & (moved > 0)]
    if len(other):
        raise IntakeError(file, f"has its headings again in row {other[0]}, in another order", "split it there")


def _coded(cells: pa.DictionaryArray) -> Coded:
    codes = cells.indices.to_numpy()
    trimmed = unwrapped(pc.utf8_trim_whitespace(cells.dictionary))
    if trimmed.equals(cells.dictionary):
        return Coded(cells.dictionary, codes)
    again = trimmed.dictionary_encode()
    return Coded(again.dictionary, again.indices.to_numpy()[codes])


def unwrapped(words: pa.StringArray) -> pa.StringArray:
    """Cells without what keeps a spreadsheet from counting them, such as ="12" and '12, and what nobody sees around."""
    if pc.any(pc.match_substring_regex(words, WRAPPED)).as_py():
        for wrapper, inside in WRAPPERS.items():
            words = pc.replace_substring_regex(words, wrapper, inside)
    return words


def _all(columns: Sequence[Coded], wanted: Callable[[int, str], bool]) -> Mask:
    """The rows all of whose cells are wanted, by column and word. A column is looked at while a row is left, those of
    few words first."""
    rows = np.ones(len(columns[0].codes) if columns else 0, dtype=bool)
    for i, c in sorted(enumerate(columns), key=lambda x: len(x[1].words)):
        if rows.any():
            there = np.unique(c.codes[rows])
            words = zip(there.tolist(), c.words.take(pa.array(there)).to_pylist(), strict=True)
            good = np.zeros(len(c.words), dtype=bool)
            good[[code for code, word in words if wanted(i, word)]] = True
            rows &= good[c.codes]
    return rows


def _beyond(columns: Sequence[Coded], match: Match) -> Mask:
    """Rows with a cell to the right of the last heading: as in a row with one cell more, none can be told."""
    last = max(i for i, h in enumerate(match.headings) if h)
    rows = np.zeros(len(columns[0].codes), dtype=bool)
    for c in columns[last + 1 :]:
        rows |= pc.not_equal(c.words, "").to_numpy(zero_copy_only=False)[c.codes]
    return rows


def _totals(columns: Sequence[Coded], match: Match, common: Common, words: frozenset[str]) -> Mask:
    """Rows that begin with a word for totals, or have it where the main table's key is read. A word that the layout
    gives a meaning there, such as all devices, is none, nor is a text such as a review. One for all of something that
    nobody reads, such as carriers, tells a total only of a row that no key names: else the parts may be elsewhere."""
    keys = _key_places(match)
    rows = np.zeros(len(columns[0].codes), dtype=bool)
    for i in keys:
        rows |= _worded(columns[i], words - _meant(match, i), common)
    if 0 in keys | _texts(match):
        return rows
    rows |= _worded(columns[0], words - common.wholes - _meant(match, 0), common)
    unnamed = np.zeros(len(rows), dtype=bool)
    for i in keys:
        unnamed |= _holds(columns, i, common.missing)
    return rows | (unnamed & _worded(columns[0], words - _meant(match, 0), common))


def _wholes(columns: Sequence[Coded], match: Match, common: Common) -> Mask:
    """Rows that a column nobody reads, such as the one of carriers, says hold the whole of others of their key: where
    figures of a day add up, they would count twice."""
    rows = np.zeros(len(columns[0].codes), dtype=bool)
    read = {at for s in match.layout.sources for at in match.columns(s)}
    read |= {match.places[h] for h in match.layout.only if h in match.places}
    keys = _key_places(match)
    daily = keys and "date" in load().tables[match.layout.main].keys
    for i in set(range(len(columns))) - read if match.layout.adds and daily else ():
        whole = _worded(columns[i], common.sums, common)
        if whole.any():
            rows |= whole & _beside(columns, keys, ~whole)
    return rows


def _key_places(match: Match) -> set[int]:
    """The columns of the main table's key but those that tell parts from the whole."""
    return {match.places[h] for h in _key_headings(match) - match.layout.only.keys() if h in match.places}


def _texts(match: Match) -> set[int]:
    return {i for s in match.layout.tables[match.layout.main] if s.kind == "text" for i in match.columns(s)}


def _worded(c: Coded, words: frozenset[str], common: Common) -> Mask:
    """The rows that have one of these words in the column."""
    short = pc.less_equal(pc.utf8_length(c.words), MAX_TOTAL)
    at = np.flatnonzero(pc.and_not(short, pc.match_substring_regex(c.words, FIGURES)))
    good = np.zeros(len(c.words), dtype=bool)
    good[at] = [bare(heading(w).rstrip(" :"), common.suffixes) in words for w in c.words.take(pa.array(at)).to_pylist()]
    return good[c.codes]


def _meant(match: Match, place: int) -> set[str]:
    """The words of a column that the layout takes rows by or reads as something."""
    only = {w for h, wanted in match.layout.only.items() if match.places.get(h) == place for w in wanted}
    words = only.union(*(s.map for s in match.layout.sources if len(s.headings) == 1 and match.columns(s) == [place]))
    return {heading(w) for w in words}


def _remarks(columns: Sequence[Coded], match: Match) -> Mask:
    """Rows of one cell that tells nothing, such as a remark below the data: where no figure and no text is read."""
    cells = np.zeros(len(columns[0].codes), dtype="int16")
    telling = _telling(match)
    for i, c in enumerate(columns):
        there = pc.not_equal(c.words, "").to_numpy(zero_copy_only=False)[c.codes]
        cells += np.where(there, 2 if i in telling else 1, 0).astype("int16")
    return cells == 1


def _telling(match: Match) -> set[int]:
    """The columns of figures and texts that are no part of a key."""
    keys: set[int] = set()
    told: set[int] = set()
    for table, sources in match.layout.tables.items():
        for s in sources:
            key = s.column in load().tables[table].keys and s.rule != "row_id"
            (keys if key else told if s.kind not in NAMING else set()).update(match.columns(s))
    return told - keys


def _passed_over(columns: Sequence[Coded], match: Match) -> Mask:
    """Rows the layout does not want, such as those of a part of what another row holds whole."""
    rows = np.zeros(len(columns[0].codes), dtype=bool)
    for name, wanted in match.layout.only.items():
        rows |= ~_holds(columns, match.places.get(name), wanted)
    for name, mixed in match.layout.parts.items():
        inside = _holds(columns, match.places.get(name), mixed)
        rows = np.where(inside, ~rows & _with_parts(columns, match, rows), rows)
    return rows


def _with_parts(columns: Sequence[Coded], match: Match, parts: Mask) -> Mask:
    """The rows that have parts: rows alike in all names of the key but the one that tells them from the whole."""
    named = {*match.layout.parts, *_key_headings(match)} - match.layout.only.keys()
    return _beside(columns, {match.places[h] for h in named if h in match.places}, parts)


def _beside(columns: Sequence[Coded], places: set[int], marked: Mask) -> Mask:
    """The rows that are alike in these columns with one that is marked, or are marked."""
    alike = pd.DataFrame({i: columns[i].codes for i in places})
    return np.asarray(pd.Series(marked).groupby([alike[i] for i in alike]).transform("any"), dtype=bool)


def _key_headings(match: Match) -> set[str]:
    """The headings the main table's key is read from; an id made of a whole row names nothing."""
    keys = load().tables[match.layout.main].keys
    sources = [s for s in match.layout.tables[match.layout.main] if s.column in keys and s.rule != "row_id"]
    return {h for s in sources for h in s.headings}


def _holds(columns: Sequence[Coded], place: int | None, words: frozenset[str]) -> Mask:
    """The rows with one of these words in the column; of a column that is not there, all."""
    if place is None:
        return np.ones(len(columns[0].codes), dtype=bool)
    c = columns[place]
    return np.asarray(pc.is_in(c.words, pa.array(sorted(words))).to_numpy(zero_copy_only=False)[c.codes], dtype=bool)


def duplicated(codes: list[NDArray[np.int32]]) -> Mask:
    """Rows that stand there before, cell for cell. Hashes find those that may; the cells themselves decide."""
    mixed = np.zeros(len(codes[0]), dtype="uint64")
    for column_codes in codes:
        mixed = (mixed ^ column_codes.astype("uint64")) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    at = np.flatnonzero(pd.Series(mixed).duplicated(keep=False))
    twice = np.zeros(len(mixed), dtype=bool)
    if len(at):
        twice[at] = pd.DataFrame({i: c[at] for i, c in enumerate(codes)}).duplicated()
    return twice
