"""A shop: its profile and its tables, read when asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sizhen.tables.errors import MissingTable, UnknownShop
from sizhen.tables.lineage import read_lineage
from sizhen.tables.profile import SHOP_ID, Profile, read_profile
from sizhen.tables.switch import PROFILE, SUFFIXES, SWITCH, settle
from sizhen.vocab import load

if TYPE_CHECKING:
    import pandas as pd

NO_DATA = ("decisions",)  # what analysts made of findings: a table that no report is made from


@dataclass(frozen=True)
class Shop:
    """One folder of tables. Tables are read and checked at first use; treat the frames as read-only."""

    folder: Path
    profile: Profile
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, data_dir: str | Path, shop_id: str) -> Shop:
        """Raises UnknownShop when there is no such folder, DataError when its shop.toml is wrong or something of it is
        a link; ShopBusy where another command does not end to change it."""
        data_dir = Path(data_dir)
        if not SHOP_ID.fullmatch(shop_id):
            raise UnknownShop(
                f"{shop_id!r} cannot be a shop: the folder's name, which is also the shop_id in its "
                "shop.toml, may hold letters, digits, - and _ only, at most 64, and begins with a letter or digit"
            )
        settle(data_dir / shop_id)
        if not (data_dir / shop_id / PROFILE).exists():
            known = ", ".join(list_shops(data_dir)) or "none"
            raise UnknownShop(f"no shop {shop_id!r} in {data_dir.name}/; there: {known}")
        return cls(data_dir / shop_id, read_profile(data_dir / shop_id))

    @property
    def id(self) -> str:
        return self.profile.shop_id

    def path(self, table: str) -> Path | None:
        return next((p for s in SUFFIXES if (p := self.folder / f"{table}{s}").is_file()), None)

    def has(self, *tables: str) -> bool:
        """True when every named table is there."""
        return all(self.path(t) is not None for t in tables)

    @property
    def missing(self) -> list[str]:
        """The contract's tables the shop does not have."""
        return [t for t in load().tables if not self.has(t)]

    def table(self, name: str) -> pd.DataFrame:
        """The table with the contract's columns. Raises MissingTable or DataError."""
        if name not in self._read:
            from sizhen.tables.files import read_table

            path = self.path(name)
            if path is None:
                raise MissingTable(self.id, name)
            self._read[name] = read_table(path, name, timezone=self.profile.timezone)
        return self._read[name]

    def adopt(self, other: Shop) -> None:
        """The tables `other` has read of the same folder need not be read again."""
        self._read.update(other._read)

    def daily(self) -> pd.DataFrame:
        """shop_daily; where it is missing, what can be derived from orders, everything else unknown."""
        if self.has("shop_daily") or not self.has("orders"):
            return self.table("shop_daily")
        from sizhen.tables.derive import shop_daily_from_orders

        return self.once("shop_daily of orders", lambda: shop_daily_from_orders(self.table("orders")))

    def once(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """What `make` works out of the tables, worked out at first use; read-only as they are."""
        if name not in self._read:
            self._read[name] = make()
        return self._read[name]

    def lineage(self) -> list[dict[str, Any]]:
        """What was imported: file, layout, read, kept, rejected and notes by id; empty where nothing was. Raises
        DataError."""
        return read_lineage(self.folder)

    @property
    def files(self) -> list[Path]:
        """The shop's data: shop.toml and every table but NO_DATA."""
        tables = map(self.path, (table for table in load().tables if table not in NO_DATA))
        return sorted(p for p in [self.folder / PROFILE, *tables] if p is not None)

    def fingerprint(self) -> str:
        """sha256 over the bytes of the shop's data, each file named. Raises as `open` does."""
        settle(self.folder)
        digest = hashlib.sha256()
        for path in self.files:
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def list_shops(data_dir: str | Path) -> list[str]:
    """The roster: every folder that has a shop.toml, be it in a switch that was cut off."""
    there, waiting = (Path(data_dir).glob(f"*/{home}{PROFILE}") for home in ("", f"{SWITCH}/"))
    return sorted({path.parent.name for path in there} | {path.parent.parent.name for path in waiting})
