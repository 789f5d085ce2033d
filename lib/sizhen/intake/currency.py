"""The currency of a file's money, by the signs at its amounts where no column tells it. A sign may be of several."""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.body import Body, Mask
from sizhen.intake.layouts import Match

# The first of each is what a new shop gets.
SIGNS = {
    "$": ("USD", "AUD", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "\u00a5": ("CNY", "JPY"),
    "\u20ac": ("EUR",),
    "\u00a3": ("GBP",),
}
SIGN = f"[{''.join(SIGNS)}\uff04\uffe5\uffe1]"


def signs(rows: Body, good: Mask, match: Match) -> set[str]:
    """The currency signs at amounts of these rows."""
    money = {at for s in match.layout.sources if s.kind == "money" for at in match.columns(s)}
    found: set[str] = set()
    for at in money:
        words = rows.columns[at].words.take(pa.array(np.unique(rows.columns[at].codes[good])))
        marked = words.filter(pc.match_substring_regex(words, SIGN)).to_pylist()
        found |= {c for word in marked for c in unicodedata.normalize("NFKC", word) if c in SIGNS}
    return found


def agree(told: str, known: str) -> bool:
    """Whether a code or sign that a file tells can be of a shop's currency."""
    return known in SIGNS.get(told, (told,))


def code(told: str) -> str:
    """The code of what a file tells; of a sign, that of the currency it is most often."""
    return SIGNS.get(told, (told,))[0]
