"""Files are read in a process of their own, from bytes to tables, within limits: one that breaks these costs itself.

Requests and answers are lines of JSON. {"open": [path, file name, path of a mapping, encoding]} finds the sheets of a
file, {"key": …, "timezone": …} has them converted: the answer tells their reports and the sizes of their tables, which
follow as Arrow IPC streams. {"draft": [path, file name, null, encoding]} drafts a mapping. Nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from sizhen.intake import mapping, reading, sheets
from sizhen.intake.errors import IntakeError, PassedOver
from sizhen.intake.grid import Grid
from sizhen.intake.layouts import Match
from sizhen.intake.reports import FileReport, from_plain
from sizhen.intake.sheets import Sheet
from sizhen.vocab.plain import plain

MEMORY = 2 << 30
SECONDS = 120  # of the processor
WAITS = 5  # times as long by the clock: others may want the processor too
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

    def read(
        self,
        path: Path,
        given: Callable[[], tuple[bytes, str | None]],
        map: Path | None = None,
        encoding: str | None = None,
    ) -> list[Sheet]:
        """The sheets of a file that are tables; `given`, the shop's key and timezone, asked for when there are any;
        `encoding`: the codec of its text, if somebody says it. Raises IntakeError, PassedOver, OSError."""
        path.open("rb").close()
        self._ask(path, {"open": [str(path.absolute()), plain(path.name), map and str(map.absolute()), encoding]})
        key, timezone = given()
        answer, tables = self._ask(path, {"key": key.hex(), "timezone": timezone})
        data = iter(tables)
        return [
            Sheet(from_plain(report), {name: _unpacked(next(data)) for name in names})
            for report, names in answer["sheets"]
        ]

    def draft(self, path: Path, encoding: str | None = None) -> str:
        """A mapping of the first sheet, drafted by its headings. Raises IntakeError, OSError."""
        refuse_no_file(path)
        path.open("rb").close()
        return str(self._ask(path, {"draft": [str(path.absolute()), path.name, None, encoding]})[0]["draft"])

    def _ask(self, path: Path, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if self._process is None:
            self._process = _start()
        timer = threading.Timer(WAITS * SECONDS, self._process.kill)
        timer.start()
        try:
            return _exchange(self._process, request)
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


def refuse_no_file(path: Path) -> None:
    """Raises IntakeError for pipes and devices, as opening them could wait for ever, and for what is too large: both
    before anything of it is read."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise IntakeError(path.name, "is a pipe or a device, no file", "save what it gives as a file and import that")
    if path.is_file():
        reading.refuse_large(path.stat().st_size, path.name)


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | THREADS,
    )


def _exchange(process: subprocess.Popen[bytes], request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    answer = json.loads(line)
    if "error" in answer:
        raise IntakeError(*answer["error"])
    if "passed_over" in answer:
        raise PassedOver(*answer["passed_over"])
    return answer, [_exactly(process.stdout, size) for size in answer.get("sizes", ())]


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


def _clock(seconds: int) -> None:
    """After so many seconds of the processor, or some times as many by the clock, this process ends, as whoever should
    end it may be gone; 0 stops the clocks."""
    if hasattr(signal, "alarm"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.alarm(WAITS * seconds)


def _packed(frame: pd.DataFrame) -> pa.Buffer:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _unpacked(data: bytes) -> pd.DataFrame:
    return pa.ipc.open_stream(pa.py_buffer(data)).read_pandas()


class _Worker:
    """Answers requests; keeps the sheets of a file between finding and converting them."""

    def __init__(self) -> None:
        self.file = ""
        self.found: list[tuple[Grid, Match]] = []

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[pa.Buffer]]:
        try:
            if "key" in request:
                return self._converted(bytes.fromhex(request["key"]), request["timezone"])
            path, self.file, map, encoding = request["draft"] if "draft" in request else request["open"]
            layout = mapping.read(Path(map)) if map else None
            with open(path, "rb") as stream:
                grids = reading.read_stream(stream, self.file, layout, encoding)
            if "draft" in request:
                return {"draft": mapping.draft(grids[0], self.file, encoding)}, []
            self.found = sheets.recognised(grids, self.file, layout)
        except PassedOver as error:
            return {"passed_over": [error.file, error.title, error.why]}, []
        except IntakeError as error:
            return {"error": [error.file, error.problem, error.remedy]}, []
        except OSError as error:
            return {"error": [self.file, f"cannot be read ({error.strerror})", "check the file and the folder"]}, []
        except MemoryError:
            return {"error": [self.file, TOO_MUCH, SHORTER]}, []
        return {}, []

    def _converted(self, key: bytes, timezone: str | None) -> tuple[dict[str, Any], list[pa.Buffer]]:
        told: list[tuple[dict[str, Any], list[str]]] = []
        packed: list[pa.Buffer] = []
        several = len(self.found) > 1
        while self.found:
            grid, match = self.found.pop(0)
            report = FileReport(self.file, sheet=grid.sheet if several else None)
            sheet = sheets.converted(grid, match, report, key, timezone)
            timezone = timezone or sheet.report.timezone
            told.append((sheet.report.plain(), list(sheet.frames)))
            packed += [_packed(sheet.frames.pop(name)) for name in list(sheet.frames)]
        return {"sheets": told, "sizes": [part.size for part in packed]}, packed


def main() -> None:
    """Answers requests until there are no more."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit()
    worker = _Worker()
    for line in sys.stdin.buffer:
        _clock(SECONDS)
        answer, parts = worker.answer(json.loads(line))
        out.write(json.dumps(answer).encode() + b"\n")
        for part in parts:
            out.write(part)
        out.flush()
        _clock(0)
        del answer, parts


if __name__ == "__main__":
    main()
