"""The words and habits of made shops, from vocab/simulate.toml."""

from __future__ import annotations

import tomllib
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


def channel_shares(platform: str) -> dict[str, float]:
    return words()["shares"]["own_site" if platform in OWN_SITES else "marketplace"]
