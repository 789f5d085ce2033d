"""Columns whose words a report shows as they are: titles, plans, shops. Nobody can be reached by what stands there."""

from __future__ import annotations

import pandas as pd
import pyarrow
import pyarrow.compute as pc

SHOWN: dict[str, tuple[str, ...]] = {
    "products": ("title", "category"),
    "traffic_daily": ("channel_raw",),
    "ads_daily": ("plan", "keyword"),
    "keywords_daily": ("keyword",),
    "stock_daily": ("sku",),
    "service_daily": ("agent",),
    "refunds": ("sku",),
    "reviews": ("sku",),
    "peers": ("peer_id", "name"),
    "peers_daily": ("peer_id", "promotion"),
    "peer_products_daily": ("peer_id", "title"),
    "lost_buyers_daily": ("peer_id",),
}
PLACES: dict[str, tuple[str, ...]] = {"orders": ("region",)}  # that may hold an address, which is covered whole
HARMLESS = r"^(?:[\x{4e00}-\x{9fff}\s]*|[0-9]*)$"  # Chinese alone reaches nobody, and digits alone are an id


def unreachable(values: pd.Series, key: bool, *, place: bool = False) -> pd.Series:
    """The texts with mail addresses, messenger accounts and telephone numbers covered as an import covers them, of a
    `place` all that tells a person.

    Where two of a `key` become the same they are numbered: they are still two.
    """
    words = pc.unique(pyarrow.array(values, pyarrow.string()).drop_null())
    doubtful = words.filter(pc.invert(pc.match_substring_regex(words, HARMLESS))).to_pylist()
    if not doubtful:
        return values
    from sizhen.vocab.persons import EVERY, MARKS, REACHING, cover

    told = {word: cover(word, MARKS, kinds=EVERY if place else REACHING) for word in sorted(doubtful)}
    covered = {word: text for word, text in told.items() if text != word}
    if not covered:
        return values
    seen: dict[str, int] = {}
    for word, text in covered.items() if key else ():
        seen[text] = seen.get(text, 0) + 1
        covered[word] = text if seen[text] == 1 else f"{text} {seen[text]}"
    return values.map(lambda word: covered.get(word, word), na_action="ignore").astype(values.dtype)
