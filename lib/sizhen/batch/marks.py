"""Whether the files that a report is made from stayed as they were. What they hold tells less: it may change and come
back while notebooks read."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from sizhen.batch.job import Job
from sizhen.tables import Shop

Marks = dict[Path, tuple[int, ...]]  # nothing of a file that is not there


def of_shop(shop: Shop) -> Marks:
    """Of all that notebooks read in the shop's folder."""
    return _of([*shop.files, shop.folder / "lineage.json"])


def of_job(job: Job) -> Marks:
    """Of the notebooks and the findings followed up."""
    followed = {values["previous"] for values in job.parameters.values()} - {""}
    return _of(map(Path, [*job.notebooks.values(), *followed]))


def changed(before: Marks, after: Marks) -> list[str]:
    """The names of the files that were written, made or removed in between."""
    return sorted({path.name for path, _ in before.items() ^ after.items()})


def told(marks: Marks) -> str:
    """The same for the same files, wherever their folder lies."""
    return blake2b(repr(sorted((path.name, *marks[path]) for path in marks)).encode(), digest_size=16).hexdigest()


def _of(paths: Iterable[Path]) -> Marks:
    found: Marks = {}
    for path in paths:
        try:
            told = path.stat()
        except OSError:
            continue
        found[path] = (told.st_size, told.st_mtime_ns, told.st_ctime_ns)
    return found
