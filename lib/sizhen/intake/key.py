"""The key of a data folder, and the pseudonyms made with it: another key makes other ones of the same people."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sizhen.intake import canonical, privacy
from sizhen.intake.layouts import layouts
from sizhen.tables import DataError, Shop
from sizhen.tables.lineage import read_lineage
from sizhen.tables.switch import LINEAGE

MARKED = b"mark"  # what a key's mark is the hash of, and for
KEYED: set[str | None] = {"pseudonym", "pseudonym_once", "row_id"}  # rules whose outcome depends on the key
PERSONS = {"orders": "buyer_id", "reviews": "buyer"}
LOST = "with another key pseudonyms change: no buyer would be known again, and reviews would come twice"


def mark(key: bytes) -> str:
    """Tells a key from others, and nothing else of it."""
    return privacy.keyed(MARKED.decode(), key, MARKED)


def shop_key(data_dir: Path, folder: Path) -> bytes:
    """The key of the data folder, made where nothing was made with one yet. Raises DataError where it is gone or is not
    the one that the shop's tables were made with, and where the shop's record of imports cannot be read; IntakeError
    where it is damaged."""
    if not (data_dir / privacy.KEY_FILE).exists() and (shops := _with_pseudonyms(data_dir)):
        problem = f"is gone, but the tables of {', '.join(shops)} were made with it; {LOST}"
        raise DataError(privacy.KEY_FILE, problem, "put back your copy of it, or import everything into a new folder")
    key = privacy.secret(data_dir)
    if own := _marks(folder):
        others = {folder.name: own - {mark(key)}}
    else:  # a new shop, or one without its record: the key is the folder's where any shop was made with it
        others = {path.name: _marks_of_another(path) for path in _shops(data_dir)}
        others = {} if any(mark(key) in marks for marks in others.values()) else others
    if shops := sorted(name for name, marks in others.items() if marks):
        problem = f"is another key than the tables of {', '.join(shops)} were made with; {LOST}"
        raise DataError(privacy.KEY_FILE, problem, "put back the key that lay beside them")
    return key


def _with_pseudonyms(data_dir: Path) -> list[str]:
    return sorted(path.name for path in _shops(data_dir) if _holds(path))


def _shops(data_dir: Path) -> list[Path]:
    return [path for path in data_dir.iterdir() if path.is_dir()] if data_dir.exists() else []


def _marks(folder: Path) -> set[str]:
    """Of the keys that the shop's files were read with; empty before keys were marked. Raises DataError."""
    return {entry["key"] for entry in read_lineage(folder) if _keyed(entry) and entry.get("key")}


def _marks_of_another(folder: Path) -> set[str]:
    try:
        return _marks(folder)
    except (DataError, OSError):  # it stops the imports of its own shop only
        return set()


def _holds(folder: Path) -> bool:
    """By the record of imports; where there is none, by the looks of the buyers' ids."""
    if (folder / LINEAGE).exists():
        try:
            return any(map(_keyed, read_lineage(folder)))
        except DataError:
            return True
    return any(_pseudonymous(folder, table, column) for table, column in PERSONS.items())


def _keyed(entry: dict[str, Any]) -> bool:
    """Whether a file's rows hold what was made with the key; a mapping may make it of any column."""
    return not _rules().get(str(entry.get("layout")), KEYED).isdisjoint(KEYED)


@cache
def _rules() -> dict[str, set[str | None]]:
    every = [*layouts().values(), *canonical.tables().values()]
    return {layout.id: {source.rule for source in layout.sources} for layout in every}


def _pseudonymous(folder: Path, table: str, column: str) -> bool:
    try:
        shop = Shop.open(folder.parent, folder.name)
        ids = shop.table(table)[column].dropna() if shop.has(table) else ()
    except (DataError, LookupError, OSError):  # what cannot be read, cannot be lost
        return False
    return len(ids) > 0 and all(map(privacy.is_pseudonym, ids))
