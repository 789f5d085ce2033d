"""What an examination function does when the shop lacks a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import pandas as pd

from sizhen.tables import Period, Shop

Examine = TypeVar("Examine", bound=Callable[..., pd.DataFrame])


def _there(shop: Shop, table: str) -> bool:
    return shop.has(table) or (table == "shop_daily" and shop.has("orders"))


def unknown(*names: str) -> pd.DataFrame:
    """The answer where the tables are there but these columns of theirs are unknown; without names: no rows."""
    frame = pd.DataFrame()
    frame.attrs["needs"] = list(names)
    return frame


def because(word: str) -> pd.DataFrame:
    """The answer where the tables are there and cannot tell, for the reason that this word gives."""
    frame = unknown()
    frame.attrs["empty"] = word
    return frame


def saying(frame: pd.DataFrame, word: str) -> pd.DataFrame:
    """The answer; where it has no rows, this word says what that means."""
    if frame.empty:
        frame.attrs["empty"] = word
    return frame


def needs(*tables: str) -> Callable[[Examine], Examine]:
    """Names the tables a function `(shop, period, **options) -> frame` reads.

    Where one is absent the function is not called and the answer is an empty frame whose `attrs["needs"]` lists
    the absent tables. In every other answer `attrs["needs"]` is an empty list, unless the function set it.
    `shop_daily` counts as present when it can be derived from orders; such functions read `shop.daily()`.
    """

    def decorate(examine: Examine) -> Examine:
        @wraps(examine)
        def run(shop: Shop, period: Period, **options: Any) -> pd.DataFrame:
            absent = [table for table in tables if not _there(shop, table)]
            frame = pd.DataFrame() if absent else examine(shop, period, **options)
            frame.attrs.setdefault("needs", absent)
            return frame

        return cast(Examine, run)

    return decorate
