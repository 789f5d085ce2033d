"""The contract between data and everything else: schemas, reading and writing, Shop and Period."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sizhen.tables.errors import DataError, MissingTable, ShopBusy, UnknownShop
from sizhen.tables.period import Period
from sizhen.tables.profile import Profile
from sizhen.tables.shop import Shop, list_shops

if TYPE_CHECKING:
    from sizhen.tables import measure
    from sizhen.tables.files import read_table, write_table

__all__ = [
    "DataError",
    "MissingTable",
    "Period",
    "Profile",
    "Shop",
    "ShopBusy",
    "UnknownShop",
    "list_shops",
    "measure",
    "read_table",
    "write_table",
]


def __getattr__(name: str) -> Any:
    """Whoever only asks which shops there are, as a run does, waits for no pandas."""
    if name == "measure":
        return import_module("sizhen.tables.measure")
    if name in ("read_table", "write_table"):
        return getattr(import_module("sizhen.tables.files"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
