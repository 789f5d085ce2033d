"""A second account of what was handed over, which only grows: a ledger put back from a backup forgets, this does not.

One line a message before its final dot, one after the answer, and one whenever more is known of it; the last line of a
message counts.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from sizhen.delivery import private
from sizhen.delivery.private import OutboxError
from sizhen.delivery.row import STATES, Row
from sizhen.tables import Period

NAME = "sent.jsonl"
LARGEST = 1 << 63  # a whole number of the ledger is smaller
_ROW = TypeAdapter(Row)


class Journal:
    """`rows`: by file, as the last line of each says."""

    def __init__(self, path: Path) -> None:
        """Raises OutboxError where a line cannot be read; one cut off at the end was never relied upon."""
        self._path = path
        self.rows: dict[str, Row] = {}
        *lines, torn = private.read(path).split(b"\n") if path.exists() else (b"",)
        if _understood(torn):
            lines.append(torn)
        for number, line in enumerate(lines, start=1):
            row = _understood(line)
            if row is None:
                raise OutboxError(f"{path} line {number} cannot be read; put a copy of the file back")
            self.rows[row.file] = row

    @property
    def is_there(self) -> bool:
        return self._path.exists()

    def begin(self) -> None:
        """Makes the file where there is none; its name is on the disk, too."""
        for path, flags in ((self._path, os.O_WRONLY | os.O_CREAT), (self._path.parent, os.O_RDONLY)):
            descriptor = private.opened(path, flags)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def write(self, rows: Sequence[Row]) -> None:
        """On the disk when it returns. Raises OutboxError where that cannot be; then nothing was added."""
        if not rows:
            return
        lines = b"".join(json.dumps(asdict(row)).encode() + b"\n" for row in rows)
        try:
            descriptor = private.opened(self._path, os.O_RDWR | os.O_APPEND)
            try:
                _append(descriptor, lines)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise OutboxError(f"{self._path}: {error.strerror}; without this file nothing is sent") from None
        self.rows |= {row.file: row for row in rows}


def _append(descriptor: int, lines: bytes) -> None:
    """Adds whole lines or nothing. Raises OSError."""
    end = os.fstat(descriptor).st_size
    if end and os.pread(descriptor, 1, end - 1) != b"\n":
        torn = os.pread(descriptor, end, 0).rpartition(b"\n")[2]
        if _understood(torn):
            lines = b"\n" + lines
        else:
            end -= len(torn)
            os.ftruncate(descriptor, end)
    try:
        if os.write(descriptor, lines) < len(lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _understood(line: bytes) -> Row | None:
    """The row of a line; None where it is not a whole one."""
    try:
        row = _ROW.validate_json(line)
        Period.parse(row.period)
    except ValueError:
        return None
    whole = all(abs(value) < LARGEST for value in vars(row).values() if isinstance(value, int))
    return row if whole and row.state in STATES else None
