"""How headings are compared, so that a drifted file still finds its columns and another's never passes for one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

DASHES = re.compile("[\u2010-\u2015\u2212]")
BESIDE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LONGEST = 1_000  # characters of a heading that are compared


def heading(text: str) -> str:
    """A heading as it is compared: NFKC (full-width brackets become plain), one kind of dash, single spaces, no
    case, nothing invisible, no space or line break beside Chinese."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
    return BESIDE.sub("", " ".join(DASHES.sub("-", text).split())).casefold()


def places(cells: Iterable[str], aliases: Mapping[str, tuple[str, ...]], suffixes: tuple[str, ...]) -> dict[str, int]:
    """Column by heading as a layout names it. `cells`: the file's headings as compared; `aliases`: other names.

    A heading that is there as named counts first, then one with a suffix that changes nothing, such as the unit, where
    not two could be meant; then its aliases in their order.
    """
    given = list(cells)
    found = {cell: i for i, cell in enumerate(given) if cell}
    shorter: dict[str, list[int]] = {}
    for i, cell in enumerate(given):
        if (short := bare(cell, suffixes)) != cell:
            shorter.setdefault(short, []).append(i)
    found |= {h: at[0] for h, at in shorter.items() if len(at) == 1 and h not in found}
    for name, others in aliases.items():
        if name not in found and (there := [o for o in others if o in found]):
            found[name] = found[there[0]]
    return found


def bare(cell: str, suffixes: tuple[str, ...]) -> str:
    """A heading as compared, without the suffixes that change nothing."""
    while cell.endswith(suffixes):
        cell = next(cell.removesuffix(s) for s in suffixes if cell.endswith(s)).rstrip()
    return cell
