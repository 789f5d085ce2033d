"""A file is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

from sizhen.files import flush, replacing


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 over `path`, flushed to the disk. Where that fails nothing is left.

    What is no character, as bytes of a file's name may be, becomes a question mark.
    """
    with replacing(path) as stream:
        stream.write(text.encode(errors="replace"))


def sync(folder: Path) -> None:
    """Flushes every file and folder below `folder`, and itself, to the disk."""
    for path in [*folder.rglob("*"), folder]:
        flush(path)
