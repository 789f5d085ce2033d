"""Files in TOML that people write by hand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

LARGEST = 1 << 16  # bytes: what a person writes has a few thousand
# tomllib takes memory by the square of a key's parts: a line of 60 kB would fill any computer.
ENDLESS = re.compile(r"""(?:\.[ \t]*(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*){30}""")


def read_toml(path: Path) -> dict[str, Any]:
    """The table in `path`. Raises ValueError that says in one line why there is none."""
    if not path.is_file():
        raise ValueError("is no file")
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"is larger than {LARGEST >> 10} kB")
        text = path.read_text(encoding="utf-8-sig")
        if ENDLESS.search(text):
            raise ValueError("has a key of over 30 parts")
        return tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise ValueError("is nested too deep") from None
