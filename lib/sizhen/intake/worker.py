"""Files are parsed in a process of their own, within limits: one that breaks it costs nothing but itself.

Requests are lines of JSON, [path, file name]; an answer is a line of JSON, either {"error": [file, problem, remedy]} or
{"sizes": [bytes, …]} with as many grids behind it. Nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from sizhen.intake import reading
from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid, unpack

MEMORY = 2 << 30
SECONDS = 120
SMALL = 4 << 20
THREADS = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
TOO_MUCH = f"needs more than {MEMORY >> 30} GB of memory or {SECONDS} s, or breaks its reader"
SHORTER = "export a shorter period, or save it as CSV UTF-8"


class Reader:
    """Reads files one after the other. The process starts with the first file that needs it and again after its end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def read(self, path: Path) -> list[Grid]:
        """The sheets of a file. Raises IntakeError, OSError."""
        with path.open("rb") as stream:
            if path.stat().st_size <= SMALL and reading.is_plain(stream.read(512)):
                return reading.read_stream(stream, path.name)
        return self._ask(path)

    def _ask(self, path: Path) -> list[Grid]:
        if self._process is None:
            self._process = _start()
        timer = threading.Timer(SECONDS, self._process.kill)
        timer.start()
        try:
            return _exchange(self._process, path)
        except (BrokenPipeError, EOFError):
            self._stop()
            raise IntakeError(path.name, TOO_MUCH, SHORTER) from None
        finally:
            timer.cancel()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | THREADS,
    )


def _exchange(process: subprocess.Popen[bytes], path: Path) -> list[Grid]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([str(path.absolute()), path.name]).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    answer = json.loads(line)
    if "error" in answer:
        raise IntakeError(*answer["error"])
    return [unpack(_exactly(process.stdout, size)) for size in answer["sizes"]]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the precheck and the clock remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(path: str, file: str) -> tuple[dict[str, object], list[memoryview]]:
    try:
        with open(path, "rb") as stream:
            parts = [memoryview(grid.pack()) for grid in reading.read_stream(stream, file)]
    except IntakeError as error:
        return {"error": [error.file, error.problem, error.remedy]}, []
    except MemoryError:
        return {"error": [file, TOO_MUCH, SHORTER]}, []
    return {"sizes": [part.nbytes for part in parts]}, parts


def main() -> None:
    """Answers requests until there are no more."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit()
    for line in sys.stdin.buffer:
        answer, parts = _answer(*json.loads(line))
        out.write(json.dumps(answer).encode() + b"\n")
        for part in parts:
            out.write(part)
        out.flush()


if __name__ == "__main__":
    main()
