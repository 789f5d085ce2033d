"""What a shop's report was made from, as one hash: where nothing of it changed, the report need not be made again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, partial
from hashlib import blake2b, file_digest
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import sizhen
from sizhen.batch.job import Job
from sizhen.tables.shop import NO_DATA

OF_THIS_MACHINE = ("data_dir", "previous", "output")  # folders: what is in them counts, not where they are
NOT_CODE = ("__pycache__",)


def of_job(job: Job) -> str:
    """Of what lies in the shop's folder, the findings followed up, the parameters, the notebooks and the program."""
    given = {
        name: {k: v for k, v in values.items() if k not in OF_THIS_MACHINE} for name, values in job.parameters.items()
    }
    followed = {values.get("previous") or "" for values in job.parameters.values()}
    told = json.dumps([job.shop_id, job.title, job.language, job.period, given], sort_keys=True)
    there = [path for path in _under(Path(job.data_dir) / job.shop_id) if _counts(path)]
    files = [*there, *map(Path, job.notebooks.values()), *map(Path, followed - {""})]
    return _hash([told, program(), *_contents(files)])


def of_folder(folder: Path) -> str:
    """Of every file's name and content."""
    return _hash(_contents(_under(folder), folder))


@cache
def program() -> str:
    """Of the package's files and the releases of what it rests on, as they are when first asked."""
    home = Path(sizhen.__file__).parent
    return _hash([*_releases(), *_contents(_under(home), home)])


def _releases() -> list[str]:
    found = []
    for name in sorted(
        {need.partition(";")[0].partition("=")[0].partition("[")[0] for need in requires("sizhen") or ()}
    ):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found


def _counts(path: Path) -> bool:
    """Nothing hidden, as what is just being written, and no analyst's word on findings."""
    return not path.name.startswith(".") and path.stem not in NO_DATA


def _under(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if not set(NOT_CODE) & set(path.relative_to(folder).parts))


def _contents(files: Iterable[Path], folder: Path | None = None) -> list[str]:
    return [f"{path.relative_to(folder) if folder else path.name} {_of_file(path)}" for path in files]


def _of_file(path: Path) -> str:
    """Read piece by piece: an owner's raw export may be larger than the memory."""
    with path.open("rb") as file:
        return file_digest(file, partial(blake2b, digest_size=16)).hexdigest()


def _hash(parts: Iterable[str | bytes]) -> str:
    made = blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "little") + data)
    return made.hexdigest()
