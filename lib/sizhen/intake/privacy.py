"""Personal data stops here: names are masked, ids pseudonyms, free texts cleaned, addresses cut to the province."""

from __future__ import annotations

import os
import re
import secrets
from hashlib import blake2b
from pathlib import Path

from sizhen.intake.errors import IntakeError
from sizhen.vocab.persons import MARKS, REACHING, cover

PSEUDONYM = re.compile("[0-9a-f]{20}")
KEY_FILE = ".key"
KEY_BYTES = 32
CODED = tuple(kind for kind in MARKS if kind != "number")
PLACE = re.compile(r"[^\W\d_\u4e00-\u9fff](?:[^\W\d_\u4e00-\u9fff]|[ .'’()&-]){0,39}")  # the name of a province abroad


def secret(data_dir: Path) -> bytes:
    """The key of this data folder, made at first use, readable by its owner only. Raises IntakeError."""
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = data_dir / f"{KEY_FILE}.{secrets.token_hex(4)}"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise IntakeError(KEY_FILE, "the key of the data folder is damaged", "put back your copy of it")
    return key


def keyed(text: str, key: bytes, purpose: bytes) -> str:
    """20 hexadecimal digits: the same text gives the same under one key; without the key it tells nothing."""
    return blake2b(text.encode(), key=key, person=purpose, digest_size=10).hexdigest()


def is_pseudonym(text: str) -> bool:
    """Whether a text has the form that `keyed` gives."""
    return PSEUDONYM.fullmatch(text) is not None


def mask(name: str) -> str:
    """First and last character with *** between; of one or two characters only the first."""
    return f"{name[0]}***{name[-1]}" if len(name) > 2 else f"{name[0]}***"


def clean(text: str, *names: str) -> str:
    """The text with what tells persons replaced by marks, and these names: what else the row says of who wrote it."""
    return cover(text, MARKS, names)


def reaching(text: str) -> str:
    """A title, a plan's or a shop's name with mail addresses, messenger accounts and telephone numbers covered."""
    return cover(text, MARKS, kinds=REACHING)


def variant(text: str, *names: str) -> str:
    """Size or colour as `clean` leaves it, but with its long numbers, which are codes."""
    return cover(text, MARKS, names, CODED)


def is_place(text: str) -> bool:
    """Whether a text can be the name of a province abroad: no Chinese, no figure, no comma, 40 letters at most."""
    return PLACE.fullmatch(text.strip()) is not None


def province(address: str, provinces: tuple[str, ...], country: str) -> str | None:
    """The province an address begins with, in its short form; None if it begins with none."""
    start = address.strip().removeprefix(country).lstrip(" ,，")
    return next((p for p in provinces if start.startswith(p)), None)
