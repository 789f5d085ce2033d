"""The currency of a file's money, by the signs at its amounts where no column tells it. A sign may be of several."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sizhen.intake.body import Body, Mask
from sizhen.intake.layouts import Match
from sizhen.intake.values import CURRENCY, SIGNS

SIGN = f"{CURRENCY}|[\uff04\uffe5\uffe1]"
HEADED = re.compile(rf"\(({SIGN})\)", re.IGNORECASE)


def signs(rows: Body, good: Mask, match: Match) -> set[str]:
    """The currency signs and codes at amounts of these rows and in brackets behind their headings."""
    money = {at for s in match.layout.sources if s.kind == "money" for at in match.columns(s)}
    found: set[str] = set()
    for at in money:
        words = rows.columns[at].words.take(pa.array(np.unique(rows.columns[at].codes[good])))
        marked = words.filter(pc.match_substring_regex(words, SIGN)).to_pylist()
        found |= {s for word in marked for s in re.findall(SIGN, unicodedata.normalize("NFKC", word))}
        found |= {s.upper() for s in HEADED.findall(match.headings[at])}
    return found


def narrowed(found: set[str]) -> set[str]:
    """Of signs and codes what says most, where they can be of one currency: that code where there is only one."""
    common = set.intersection(*(set(SIGNS.get(s, (s,))) for s in found)) if len(found) > 1 else set()
    if len(common) == 1:
        return common
    telling = min(sorted(found), key=lambda s: len(SIGNS.get(s, (s,))), default="")
    return {telling} if code(telling) in common else found


def agree(told: str, known: str) -> bool:
    """Whether a code or sign that a file tells can be of a shop's currency."""
    return known in SIGNS.get(told, (told,))


def code(told: str) -> str:
    """The code of what a file tells; of a sign, that of the currency it is most often."""
    return SIGNS.get(told, (told,))[0]
