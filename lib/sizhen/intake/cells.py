"""The cells of one column of a table, each distinct one once: as their kind will read them, persons covered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sizhen.intake import rules, scales, values
from sizhen.intake.body import Body, Coded, Mask
from sizhen.intake.headings import bare
from sizhen.intake.layouts import Match, Source
from sizhen.intake.rules import Context, Outcome
from sizhen.tables.cells import MISSING
from sizhen.vocab.plain import LINES, UNSEEN

UNCHANGED = ("row_id", "pseudonym", "pseudonym_once")  # rules whose ids would be others


@dataclass(frozen=True)
class Cells:
    """The columns a source is made of, told by the same codes: rows alike in all of them have one code. `own` are those
    of its headings, `where` those that say which count, `names` those of people's names in its row."""

    source: Source
    rule: Callable[[tuple[str, ...], Context], Outcome]
    own: tuple[Coded, ...]
    where: tuple[Coded, ...] = ()
    names: tuple[Coded, ...] = ()

    @property
    def codes(self) -> NDArray[np.int32]:
        return self.own[0].codes

    def rows(self, at: Sequence[int]) -> Mask:
        """The rows that hold one of these distinct cells."""
        words = np.zeros(len(self.own[0].words), dtype=bool)
        words[list(at)] = True
        return words[self.codes]

    def outcomes(self, context: Context) -> tuple[pa.StringArray, dict[str, list[int]]]:
        """The distinct cells, missing marks and rule applied, and which of them got a note."""
        textual = self.source.kind in values.TEXTUAL
        whole = [_in_one_line(c.words) if textual and self.source.rule not in UNCHANGED else c.words for c in self.own]
        unknown = context.common.missing.union(MISSING if textual else context.common.missing_figures)
        missing = pa.array(sorted(unknown))
        gone = pc.is_in(whole[0], missing)
        for other in whole[1:]:
            gone = pc.and_(gone, pc.is_in(other, missing))
        for other, wanted in zip(self.where, self.source.where.values(), strict=True):
            gone = pc.or_(gone, pc.invert(pc.is_in(other.words, pa.array(sorted(wanted)))))
        if self.rule is rules.as_it_stands or self.source.value is not None:
            return pc.if_else(gone, pa.scalar(None, pa.string()), whole[0]), {}
        told: list[str | None] = []
        noted: dict[str, list[int]] = {}
        for at, (each, names, absent) in enumerate(
            zip(_rows(whole), self._names(context), gone.to_pylist(), strict=True)
        ):
            text, note = (None, None) if absent else self.rule((each[0], *names) if names else each, context)
            told.append(text)
            if note:
                noted.setdefault(note, []).append(at)
        return pa.array(told, pa.string()), noted

    def _names(self, context: Context) -> Sequence[tuple[str, ...]]:
        if not self.names:
            return [()] * len(self.own[0].words)
        known = _rows([c.words for c in self.names])
        return [tuple(n for n in dict.fromkeys(row) if n not in context.common.missing) for row in known]


def read_cells(rows: Body, source: Source, table: str, context: Context) -> Cells:
    rule = rules.cell_rule(source, table)
    told = context.stated.get(source.label, "") if source.label else source.value
    if told is not None:
        return Cells(source, rule, (Coded(pa.array([told]), np.zeros(len(rows.numbers), dtype="int32")),))
    match = context.match
    places = match.columns(source)
    parts = [scales.as_headed(rows.columns[at], match.headings[at]) for at in places]
    end = len(places) - len(source.where)
    if rule in rules.NAMED:
        parts += [rows.columns[at] for at in _persons(match, context) if at not in places]
    parts = _alike(parts)
    return Cells(source, rule, tuple(parts[:end]), tuple(parts[end : len(places)]), tuple(parts[len(places) :]))


def _persons(match: Match, context: Context) -> list[int]:
    """The columns of people's names, read or not."""
    read = {at for s in match.layout.sources if s.rule in rules.PERSONS for at in match.columns(s)}
    common = context.common
    return sorted(read | {at for at, h in enumerate(match.headings) if bare(h, common.suffixes) in common.persons})


def _alike(parts: list[Coded]) -> list[Coded]:
    if len(parts) == 1:
        return parts
    both = pd.DataFrame({i: c.codes for i, c in enumerate(parts)})
    codes = both.groupby(list(both), sort=False).ngroup().to_numpy().astype("int32")
    first = np.unique(codes, return_index=True)[1]
    return [Coded(c.words.take(pa.array(c.codes[first])), codes) for c in parts]


def _rows(words: list[pa.StringArray]) -> list[tuple[str, ...]]:
    return list(zip(*(w.to_pylist() for w in words), strict=True))


def _in_one_line(words: pa.StringArray) -> pa.StringArray:
    """Without control and direction characters."""
    if not pc.any(pc.match_substring_regex(words, f"{UNSEEN}|{LINES}")).as_py():
        return words
    seen = pc.replace_substring_regex(words, UNSEEN, "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(seen, LINES, " "))
