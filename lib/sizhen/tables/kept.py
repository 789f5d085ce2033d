"""What the notebooks of one run share: the first works it out, the others read what it kept.

A run names a folder of its own in the environment. Nothing is kept without it: an analyst always sees fresh figures.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Any

from sizhen.tables.shop import Shop

FOLDER = "SIZHEN_KEPT"


def place(shop: Shop, *asked: object) -> Path | None:
    """The file of what was made of the shop's tables and `asked` (told apart by their repr); None where nothing is
    kept."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return None
    told = repr((f"{shop.folder.resolve()}", shop.fingerprint(), asked))
    return Path(folder) / sha256(told.encode()).hexdigest()


def put(path: Path, made: object) -> None:
    """Whole or not at all: what finds no room is worked out again by whoever wants it."""
    beside = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as stream:
            pickle.dump(made, stream, pickle.HIGHEST_PROTOCOL)
        beside.replace(path)
    except (OSError, MemoryError):
        with contextlib.suppress(OSError):
            beside.unlink()


def get(path: Path) -> Any:
    with path.open("rb") as stream:
        return pickle.load(stream)
