"""The currency of a file's money, by the signs at its amounts where no column tells it. A sign may be of several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.body import Body, Mask
from sizhen.intake.layouts import Layout, Match
from sizhen.intake.values import CURRENCY, SIGNS

YUAN = "CNY"
IN_YUAN = ("taobao", "tmall", "jd", "douyin", "pinduoduo")
SIGN = f"{CURRENCY}|[\uff04\uffe5\uffe1]"
HEADED = re.compile(rf"\(({SIGN})\)", re.IGNORECASE)


def signs(rows: Body, good: Mask, match: Match) -> dict[str, str]:
    """The currency signs and codes at amounts of these rows and in brackets behind their headings, and where each
    stands first."""
    found: dict[str, str] = {}
    for at in sorted({at for s in match.layout.sources if s.kind == "money" for at in match.columns(s)}):
        column = rows.columns[at]
        words = column.words.take(pa.array(np.unique(column.codes[good])))
        marked = words.filter(pc.match_substring_regex(words, SIGN)).to_pylist()
        first: dict[str, str] = {}
        for word in marked:
            for sign in re.findall(SIGN, unicodedata.normalize("NFKC", word)):
                first.setdefault(sign, word)
        for sign, word in first.items():
            with_it = column.codes == pc.index(column.words, word).as_py()
            found.setdefault(sign, f"row {rows.numbers[with_it & good][0]}, column {match.headings[at]}")
        for sign in HEADED.findall(match.headings[at]):
            found.setdefault(sign.upper(), f"row {match.row}, column {match.headings[at]}")
    return found


def narrowed(found: dict[str, str]) -> dict[str, str]:
    """Of signs and codes, with their places, what says most, where they can be of one currency: that code where there
    is only one."""
    common = set.intersection(*(set(SIGNS.get(s, (s,))) for s in found)) if len(found) > 1 else set()
    telling = min(sorted(found), key=lambda s: len(SIGNS.get(s, (s,))), default="")
    if len(common) == 1:
        return {common.pop(): found[telling]}
    return {telling: found[telling]} if code(telling) in common else found


def agree(told: str, known: str) -> bool:
    """Whether a code or sign that a file tells can be of a shop's currency."""
    return known in SIGNS.get(told, (told,))


def code(told: str) -> str:
    """The code of what a file tells; of a sign, that of the currency it is most often."""
    return SIGNS.get(told, (told,))[0]


def by_contract(layout: Layout, frames: Iterable[pd.DataFrame]) -> str | None:
    """The currency of a platform whose files leave it out, as it has no other; None where a file holds no amount."""
    amounts = {s.column for s in layout.sources if s.kind == "money"} if layout.platform in IN_YUAN else set()
    return YUAN if any(frame[c].notna().any() for frame in frames for c in amounts.intersection(frame)) else None


def money(layout: Layout) -> list[str]:
    """The headings that a layout reads amounts of money from."""
    return list(dict.fromkeys(h for s in layout.sources if s.kind == "money" for h in s.headings))
