"""What every reader of a findings document asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNREAD = "unread_advice"  # what an answer needs that the last findings would give


def sold_until(document: Mapping[str, Any]) -> str | None:
    """The last day that sales are known of, where it is before the end of the period."""
    tables = document["data"]["tables"]
    sales = [tables[name]["last"] for name in ("shop_daily", "orders") if name in tables]
    last = next(iter(sales), None) or max((t["last"] for t in tables.values() if t["last"]), default=None)
    return last if last is not None and last < document["period"]["end"] else None


def unread(document: Mapping[str, Any]) -> bool:
    """Whether there is earlier advice that could not be read."""
    return any(UNREAD in open_["needs"] for open_ in document["not_concluded"])
