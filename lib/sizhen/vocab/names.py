"""Short names, of which no two are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from sizhen.vocab.plain import plain, width

LONGEST = 24  # columns: twelve Chinese characters
TAIL = 8  # columns of the end that stay where beginnings are alike
LEAST_OF_ID = 4  # characters of an id behind names that are alike to their end


def cut(text: str, columns: int = LONGEST) -> str:
    """At most `columns` wide, with … where cut."""
    kept = text[:columns]
    if len(text) <= columns and width(text) <= columns:
        return text
    while width(kept) > columns - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _both_ends(text: str, columns: int) -> str:
    """The beginning and the end of a long name."""
    if len(text) <= columns and width(text) <= columns:
        return text
    end = text[-TAIL:]
    while width(end) > TAIL:
        end = end[1:]
    return cut(text, columns - width(end)) + end


def _tagged(names: Mapping[str, str], columns: int) -> dict[str, str]:
    """Names that are alike throughout, told apart by the ends of their ids."""
    longest = max(map(len, names))
    size = next((n for n in range(LEAST_OF_ID, longest) if len({id[-n:] for id in names}) == len(names)), longest)
    return {id: f"{cut(name, columns - size - 1)} {id[-size:]}" for id, name in names.items()}


def short_names(names: Mapping[str, str], columns: int = LONGEST) -> dict[str, str]:
    """By id a name at most `columns` wide (wider only by a long id), no two of them alike."""
    whole = {id: " ".join(plain(name).split()) or id for id, name in names.items()}
    found: dict[str, str] = {}
    shapes: tuple[Callable[[str, int], str], ...] = (cut, _both_ends)
    for shape in shapes:
        tried = {id: shape(name, columns) for id, name in whole.items() if id not in found}
        count = Counter(tried.values())
        found |= {id: name for id, name in tried.items() if count[name] == 1 and name not in found.values()}
    alike: dict[str, dict[str, str]] = {}
    for id in names:
        if id not in found:
            alike.setdefault(_both_ends(whole[id], columns), {})[id] = whole[id]
    return found | {id: name for group in alike.values() for id, name in _tagged(group, columns).items()}
