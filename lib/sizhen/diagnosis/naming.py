"""Short names of products, peers and plans, of which no two of a shop are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pandas as pd

from sizhen.tables import Shop
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


def _both_ends(text: str) -> str:
    """The beginning and the end of a long name."""
    if len(text) <= LONGEST and width(text) <= LONGEST:
        return text
    end = text[-TAIL:]
    while width(end) > TAIL:
        end = end[1:]
    return cut(text, LONGEST - width(end)) + end


def _tagged(names: Mapping[str, str]) -> dict[str, str]:
    """Names that are alike throughout, told apart by the ends of their ids."""
    longest = max(map(len, names))
    size = next((n for n in range(LEAST_OF_ID, longest) if len({id[-n:] for id in names}) == len(names)), longest)
    return {id: f"{cut(name, LONGEST - size - 1)} {id[-size:]}" for id, name in names.items()}


def short_names(names: Mapping[str, str]) -> dict[str, str]:
    """By id a name at most LONGEST wide (wider only by a long id), no two of them alike."""
    whole = {id: " ".join(plain(name).split()) or id for id, name in names.items()}
    found: dict[str, str] = {}
    shapes: tuple[Callable[[str], str], ...] = (cut, _both_ends)
    for shape in shapes:
        tried = {id: shape(name) for id, name in whole.items() if id not in found}
        count = Counter(tried.values())
        found |= {id: name for id, name in tried.items() if count[name] == 1 and name not in found.values()}
    alike: dict[str, dict[str, str]] = {}
    for id in names:
        if id not in found:
            alike.setdefault(_both_ends(whole[id]), {})[id] = whole[id]
    return found | {id: name for group in alike.values() for id, name in _tagged(group).items()}


def _named(shop: Shop, table: str, id: str, name: str) -> pd.DataFrame:
    def make() -> pd.DataFrame:
        rows = (
            shop.table(table).drop_duplicates(id, keep="last") if shop.has(table) else pd.DataFrame({id: [], name: []})
        )
        known = rows[name].fillna(rows[id]).astype(str)
        names = short_names(dict(zip(rows[id].astype(str), known, strict=True)))
        return pd.DataFrame({"name": list(names.values())}, index=list(names))

    return shop.once(f"short names of {table}", make)


def product(shop: Shop, id: str) -> str:
    return _of(_named(shop, "products", "product_id", "title"), id)


def peer(shop: Shop, id: str) -> str:
    return _of(_named(shop, "peers", "peer_id", "name"), id)


def plan(shop: Shop, id: str) -> str:
    return _of(_named(shop, "ads_daily", "plan", "plan"), id)


def _of(names: pd.DataFrame, id: str) -> str:
    return str(names.at[id, "name"]) if id in names.index else cut(id)
