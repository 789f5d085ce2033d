"""A shop's part of data and reports, brought to this computer from wherever they are kept and taken back."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem

from sizhen.batch.examine import ATTEMPTS, Order
from sizhen.batch.publish import publish, restore
from sizhen.batch.shop_result import CHANGED
from sizhen.batch.state import FOLDER
from sizhen.report.outdated import FILE as FAILED
from sizhen.tables.switch import PROFILE, SWITCH

LAST = ("findings.json", "report.html")  # a reader who comes in between finds the old report or the whole new one


class Changed(RuntimeError):
    """A shop's data changed whenever they were brought; the message says what to do."""


@dataclass(frozen=True)
class Mirror:
    """`data` and `reports`: folders or URLs that fsspec knows, such as s3://agency/reports."""

    data: str
    reports: str

    @classmethod
    def of(cls, *places: str) -> Self:
        """Data and reports; folders as they are called from anywhere on this computer."""
        return cls(*(place if "://" in place else str(Path(place).resolve()) for place in places))

    def shops(self) -> list[str]:
        """The shops that have a shop.toml, be it in a switch that was cut off."""
        files, root = fsspec.core.url_to_fs(self.data)
        found = [path for name in (PROFILE, f"{SWITCH}/{PROFILE}") for path in files.glob(f"{root}/*/{name}")]
        return sorted({path.removeprefix(root).strip("/").partition("/")[0] for path in found})

    def fetch(self, shop_id: str, order: Order) -> None:
        """The shop's tables, its findings of other periods, and its published report with its state. Raises Changed."""
        data, root = fsspec.core.url_to_fs(self.data)
        _down_still(data, f"{root}/{shop_id}", order.data_dir / shop_id)
        reports, root = fsspec.core.url_to_fs(self.reports)
        for path in reports.glob(f"{root}/*/{shop_id}/findings.json"):
            period = path.rsplit("/", 3)[1]
            _down(reports, path, order.reports_dir / period / shop_id / "findings.json")
        label = order.period.label
        _down(reports, f"{root}/{label}/{shop_id}", order.published / shop_id)
        _down(reports, f"{root}/{label}/.work/{FOLDER}/{shop_id}.json", order.work / FOLDER / f"{shop_id}.json")

    def store(self, shop_id: str, order: Order) -> None:
        """The shop's report just made, and then what it was made from."""
        reports, root = fsspec.core.url_to_fs(self.reports)
        there = f"{root}/{order.period.label}"
        if isinstance(reports, LocalFileSystem):
            _exchange(order.published / shop_id, Path(there))
        else:
            _replace(reports, order.published / shop_id, f"{there}/{shop_id}")
        reports.makedirs(f"{there}/.work/{FOLDER}", exist_ok=True)
        reports.put_file(str(order.work / FOLDER / f"{shop_id}.json"), f"{there}/.work/{FOLDER}/{shop_id}.json")

    def keep_log(self, shop_id: str, order: Order) -> None:
        """What the shop's process said last, where it failed."""
        log = order.work / shop_id / "worker.log"
        if log.is_file() and log.stat().st_size:
            reports, root = fsspec.core.url_to_fs(self.reports)
            there = f"{root}/{order.period.label}/.work/{shop_id}"
            reports.makedirs(there, exist_ok=True)
            reports.put_file(str(log), f"{there}/worker.log")

    def fetch_for_index(self, order: Order) -> None:
        """Every shop's profile, its findings of the period, and which shops failed before."""
        order.work.mkdir(parents=True)
        data, root = fsspec.core.url_to_fs(self.data)
        for path in data.glob(f"{root}/*/shop.toml"):
            with suppress(PermissionError):  # that shop's result says so
                _down(data, path, order.data_dir / path.rsplit("/", 2)[1] / "shop.toml")
        reports, root = fsspec.core.url_to_fs(self.reports)
        for path in reports.glob(f"{root}/{order.period.label}/*/findings.json"):
            _down(reports, path, order.published / path.rsplit("/", 2)[1] / "findings.json")
        _down(reports, f"{root}/{order.period.label}/.work/{FAILED}", order.work / FAILED)

    def store_index(self, order: Order) -> None:
        reports, root = fsspec.core.url_to_fs(self.reports)
        there = f"{root}/{order.period.label}"
        reports.makedirs(f"{there}/.work", exist_ok=True)
        if (order.work / FAILED).is_file():
            reports.put_file(str(order.work / FAILED), f"{there}/.work/{FAILED}")
        reports.put_file(str(order.published / "index.html"), f"{there}/index.html")


def _down(files: Any, path: str, to: Path) -> None:
    """Nothing where nothing is."""
    if not files.exists(path):
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    if files.isdir(path):
        for one in files.find(path):
            _down(files, one, to / one.removeprefix(path).lstrip("/"))
    else:
        files.get_file(path, str(to))


def _down_still(files: Any, path: str, to: Path) -> None:
    """File by file, and yet as the folder was at one time: whether it changed meanwhile is told by sizes and times."""
    for _ in range(ATTEMPTS):
        before = _listed(files, path)
        with suppress(FileNotFoundError):  # removed since it was listed
            _down(files, path, to)
            if _listed(files, path) == before:
                return
        shutil.rmtree(to, ignore_errors=True)
    raise Changed(CHANGED)


def _listed(files: Any, path: str) -> Any:
    files.invalidate_cache()
    return files.find(path, detail=True)


def _exchange(ready: Path, period: Path) -> None:
    """On a disk the folder changes as a whole; one worker at a time."""
    work = period / ".work"
    work.mkdir(parents=True, exist_ok=True)
    beside = work / f"{ready.name}.{secrets.token_hex(4)}.new"
    LocalFileSystem().put(str(ready), str(beside), recursive=True)
    with (work / ".publishing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        aside = work / f"{ready.name}.old"
        restore(period / ready.name, aside)
        publish(beside, period / ready.name, aside)


def _replace(files: Any, ready: Path, there: str) -> None:
    """Where folders cannot be exchanged, file by file, the report last; what is left of an older one goes."""
    made = {str(path.relative_to(ready)): path for path in ready.rglob("*") if path.is_file()}
    for name in sorted(made, key=lambda name: (LAST.index(name) if name in LAST else -1, name)):
        files.makedirs(f"{there}/{name}".rpartition("/")[0], exist_ok=True)
        files.put_file(str(made[name]), f"{there}/{name}")
    for path in files.find(there):
        if path.removeprefix(there).lstrip("/") not in made and not path.endswith("/"):
            files.rm_file(path)
