"""The words and habits of made shops, from vocab/simulate.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

OWN_SITES = ("shopify", "amazon", "other")


@cache
def words() -> dict[str, Any]:
    text = files("sizhen.vocab").joinpath("simulate.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def category(name: str) -> dict[str, Any]:
    """The words of a category; an unknown one gets general goods."""
    known = words()["category"]
    return known.get(name, known["general"])


def suits(text: str, others: Iterable[str], only: Mapping[str, Sequence[str]]) -> bool:
    """True where no word of `text` asks for company that is not among `others`."""
    there = set(others)
    return all(there & set(company) for word, company in only.items() if word in text)


def channel_shares(platform: str) -> dict[str, float]:
    return words()["shares"]["own_site" if platform in OWN_SITES else "marketplace"]
